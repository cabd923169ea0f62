"""Global Accelerator: hours, and the premium on data."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from cost.charges import ONE, Charge
from cost.registry import Pricer
from cost.scope import Scope, UsageKey
from cost.uptime import Metering

DATA: Final = UsageKey("monthly_outbound_gb", Decimal(100), "gigabytes in the dominant direction a month")


def accelerator(scope: Scope) -> Iterator[Charge]:
    """The accelerator (with its two addresses, which it includes) and the premium on data in Europe and America."""
    yield scope.charge("Accelerator", ("globalaccelerator", "accelerator_hour"), ONE, Metering.FULL_HOURS)
    yield scope.use("Data transfer premium", ("globalaccelerator", "premium_gb"), scope.usage(DATA))


PRICERS: Final = {
    "aws:globalaccelerator/accelerator:Accelerator": Pricer(
        accelerator, twins=("aws_globalaccelerator_accelerator",), usage=(DATA,)
    )
}
