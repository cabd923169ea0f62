"""AWS Network Firewall: endpoints by the hour in each zone, and data."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from cost.charges import Amount, Charge, Unpriced
from cost.registry import Pricer
from cost.scope import Scope, UsageKey
from cost.uptime import Metering
from deployment import tokens

PROCESSED: Final = UsageKey("monthly_data_processed_gb", Decimal(100), "gigabytes through the firewall a month")


def firewall(scope: Scope) -> Iterator[Charge]:
    """An endpoint for each zone, and data through them."""
    zones = scope.members("subnetMappings", *tokens.SUBNET) or scope.members("availabilityZoneMappings")
    if not zones:
        raise Unpriced("the subnets of its endpoints aren't known, and each of them is billed by the hour")
    yield scope.charge(
        "Firewall endpoints", ("networkfirewall", "endpoint_hour"), Amount.fixed(zones), Metering.FULL_HOURS
    )
    yield scope.use("Data through the firewall", ("networkfirewall", "processed_gb"), scope.usage(PROCESSED))


PRICERS: Final = {
    tokens.NETWORK_FIREWALL[0]: Pricer(firewall, twins=("aws_networkfirewall_firewall",), usage=(PROCESSED,)),
}
