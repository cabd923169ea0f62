"""EFS: stored data and provisioned throughput."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from cost.charges import Amount, Charge
from cost.registry import Pricer
from cost.scope import Scope, UsageKey
from cost.uptime import Metering

STORAGE: Final = UsageKey("storage_gb", Decimal(10), "gigabytes stored")
INFREQUENT: Final = UsageKey("infrequent_access_storage_gb", Decimal(0), "gigabytes in infrequent access")
INCLUDED_MBPS_PER_GB: Final = Decimal("0.05")
"""Throughput that stored data brings with it, taken off what is provisioned (EFS pricing page, 2024-07)."""


def file_system(scope: Scope) -> Iterator[Charge]:
    """Storage by class, and throughput beyond what comes with it."""
    kind = "one_zone" if scope.text("availabilityZoneName") else "standard"
    stored = scope.usage(STORAGE)
    for item, key, used in (
        ("Data stored", f"{kind}_gb_month", stored),
        ("Data stored, infrequent access", f"{kind}_ia_gb_month", scope.usage(INFREQUENT)),
    ):
        if used.amount.worst:
            yield Charge(
                item,
                scope.price("efs", key),
                used.amount,
                Metering.STANDING,
                usage_based=True,
                assumed=used.assumed,
            )
    if scope.text("throughputMode", "bursting") == "provisioned":
        included = stored.amount.expected * INCLUDED_MBPS_PER_GB
        extra = max(Decimal(0), scope.number("provisionedThroughputInMibps") - included)
        yield scope.charge(
            "Provisioned throughput", ("efs", "provisioned_mbps_month"), Amount.fixed(extra), Metering.STANDING
        )


PRICERS: Final = {
    "aws:efs/fileSystem:FileSystem": Pricer(file_system, twins=("aws_efs_file_system",), usage=(STORAGE, INFREQUENT))
}
