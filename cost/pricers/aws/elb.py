"""Classic load balancers: hours and data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from cost.addresses import zones
from cost.charges import ONE, Charge
from cost.pricers.aws.lb import OUTBOUND, PROCESSED_BYTES, outbound, transferred_gb
from cost.registry import Pricer
from cost.scope import Scope
from cost.uptime import Metering
from deployment import tokens

PROCESSED: Final = replace(PROCESSED_BYTES, also="monthly_data_processed_gb")


def load_balancer(scope: Scope) -> Iterator[Charge]:
    """Hours, processed data, one public IPv4 address a zone, and outbound data of a classic load balancer."""
    yield scope.charge("Classic load balancer", ("elb", "classic_hour"), ONE, Metering.FULL_HOURS)
    yield scope.use("Data processed", ("elb", "classic_gb"), scope.usage(PROCESSED, transferred_gb(scope)))
    if not scope.flag("internal"):
        path = "subnets" if scope.resource.get("subnets") is not None else "availabilityZones"
        yield scope.charge(
            "Public IPv4 addresses of the load balancer",
            ("vpc", "public_ipv4_hour"),
            zones(scope, path, 1),
            Metering.SECONDS,
        )
        yield outbound(scope)


PRICERS: Final = dict.fromkeys(
    tokens.CLASSIC_LOAD_BALANCER, Pricer(load_balancer, twins=("aws_elb",), usage=(PROCESSED, OUTBOUND))
)
