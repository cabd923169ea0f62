"""Data transfer that a usage file declares for no resource: ``aws_data_transfer.<name>``, as Infracost has it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from cost.charges import Amount, Charge, Driver
from cost.scope import Pricing
from cost.uptime import Metering
from deployment.graph import Resource

PREFIX: Final = "aws_data_transfer."
"""How such an entry of ``resource_usage`` begins."""

BILLED_TWICE: Final = 2
"""Data between zones is billed on its way out and on its way in; a usage file counts it once."""

KEYS: Final = {
    "monthly_intra_region_gb": ("Data between zones, both ways", "inter_az_gb", BILLED_TWICE),
    "monthly_outbound_internet_gb": ("Data out to the internet", "internet_out_gb", 1),
    "monthly_outbound_other_regions_gb": ("Data to other regions", "inter_region_gb", 1),
}
"""Usage key -> what it is, its price, and how often a gigabyte of it is billed."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """One entry of a usage file."""

    name: str
    region: str | None
    """Region that it leaves; None: the stack's."""
    gigabytes: Mapping[str, Decimal]
    """Key of `KEYS` -> gigabytes a month."""

    @property
    def resource(self) -> Resource:
        """What its lines are shown under."""
        label = f"{PREFIX}{self.name}"
        return Resource(urn=f"usage::{label}", type=PREFIX.removesuffix("."), name=label)


def transfer_charges(pricing: Pricing, transfer: Transfer) -> Iterator[Charge]:
    """Charges of one entry. Raises InputError for what is no region, MissingPrice for one without this price."""
    region = transfer.region or pricing.region_of(transfer.resource)
    for key, (item, price, times) in KEYS.items():
        if amount := transfer.gigabytes.get(key):
            yield Charge(
                item,
                pricing.price(region, "data_transfer", price),
                Amount.of(0, amount * times, amount * times),
                Metering.USE,
                usage_based=True,
                driver=Driver.TRAFFIC,
            )
