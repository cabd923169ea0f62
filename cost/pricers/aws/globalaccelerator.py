"""Global Accelerator: hours, and the premium on data."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from cost.charges import ONE, Amount, Charge
from cost.registry import Pricer
from cost.scope import Scope, UsageKey
from cost.uptime import Metering
from deployment import tokens

DATA: Final = UsageKey("monthly_outbound_gb", Decimal(100), "gigabytes in the dominant direction a month")


ADDRESSES: Final = 2
"""Public IPv4 addresses of an accelerator, billed as such (operation CreateAccelerator of the Cost and Usage Report's
PublicIPv4 usage, 2024-02)."""


def accelerator(scope: Scope) -> Iterator[Charge]:
    """The accelerator, its public addresses, and the premium on data in Europe and America."""
    yield scope.charge("Accelerator", ("globalaccelerator", "accelerator_hour"), ONE, Metering.FULL_HOURS)
    if not scope.items("ipAddresses"):  # those are of one's own range (BYOIP)
        yield scope.charge(
            "Public IPv4 addresses",
            ("globalaccelerator", "public_ipv4_hour"),
            Amount.fixed(ADDRESSES),
            Metering.SECONDS,
        )
    yield scope.use("Data transfer premium", ("globalaccelerator", "premium_gb"), scope.usage(DATA))


PRICERS: Final = {
    tokens.ACCELERATOR[0]: Pricer(accelerator, twins=("aws_globalaccelerator_accelerator",), usage=(DATA,)),
    tokens.ROUTING_ACCELERATOR[0]: Pricer(
        accelerator, twins=("aws_globalaccelerator_custom_routing_accelerator",), usage=(DATA,)
    ),
}
