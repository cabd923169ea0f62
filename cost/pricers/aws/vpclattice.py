"""VPC Lattice: services by the hour, the gigabyte and the request; resources in a network by the hour."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from cost.charges import ONE, Charge
from cost.registry import Pricer
from cost.scope import Scope, UsageKey
from cost.uptime import Metering
from deployment import tokens

PROCESSED: Final = UsageKey("monthly_data_processed_gb", Decimal(100), "gigabytes of requests and responses a month")
REQUESTS: Final = UsageKey(
    "monthly_requests", Decimal(0), "requests a month beyond the first 300,000 of each hour, which are free"
)
CONSUMED: Final = UsageKey("monthly_data_processed_gb", Decimal(100), "gigabytes to and from the resource a month")


def service(scope: Scope) -> Iterator[Charge]:
    """The service, and what goes through it."""
    yield scope.charge("Service", ("vpclattice", "service_hour"), ONE, Metering.FULL_HOURS)
    yield scope.use("Data processed", ("vpclattice", "service_gb"), scope.usage(PROCESSED))
    yield from scope.used_where_given("Requests", ("vpclattice", "million_requests"), REQUESTS)


def shared_resource(scope: Scope) -> Iterator[Charge]:
    """A resource in a service network, and the data that its consumers and its owner pay for."""
    yield scope.charge("Resource in the network", ("vpclattice", "resource_hour"), ONE, Metering.FULL_HOURS)
    used = scope.usage(CONSUMED)
    yield scope.use("Data to consumers", ("vpc", "interface_endpoint_gb"), used)
    yield scope.use("Data of the provider", ("vpclattice", "provider_gb"), used)


PRICERS: Final = {
    tokens.LATTICE_SERVICE[0]: Pricer(service, twins=("aws_vpclattice_service",), usage=(PROCESSED, REQUESTS)),
    tokens.LATTICE_RESOURCE[0]: Pricer(
        shared_resource, twins=("aws_vpclattice_service_network_resource_association",), usage=(CONSUMED,)
    ),
}
