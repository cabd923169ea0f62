"""EFS: stored data, throughput by its mode, and automatic backups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from cost.charges import Amount, Charge
from cost.registry import Pricer
from cost.scope import Pricing, Scope, UsageKey
from cost.uptime import Metering
from deployment import tokens

STORAGE: Final = UsageKey("storage_gb", Decimal(10), "gigabytes stored")
INFREQUENT: Final = UsageKey("infrequent_access_storage_gb", Decimal(0), "gigabytes in infrequent access")
INFREQUENT_READ: Final = UsageKey(
    "monthly_infrequent_access_read_gb", Decimal(0), "gigabytes read from infrequent access a month"
)
INFREQUENT_WRITE: Final = UsageKey(
    "monthly_infrequent_access_write_gb", Decimal(0), "gigabytes moved to infrequent access a month"
)
ELASTIC_READ: Final = UsageKey("monthly_read_gb", Decimal(10), "gigabytes read a month, with elastic throughput")
ELASTIC_WRITE: Final = UsageKey("monthly_write_gb", Decimal(10), "gigabytes written a month, with elastic throughput")
BACKUP: Final = UsageKey("backup_storage_gb", Decimal(10), "gigabytes of automatic backups")

FILE_SYSTEM: Final = tokens.FILE_SYSTEM[0]
BACKUP_POLICY: Final = tokens.FILE_SYSTEM_BACKUP[0]

INCLUDED_MBPS_PER_GB: Final = Decimal("0.05")
"""Throughput that stored data brings with it, taken off what is provisioned (EFS pricing page, 2024-07)."""


def file_system(scope: Scope) -> Iterator[Charge]:
    """Storage by class, throughput beyond what comes with it or by the gigabyte, and backups."""
    kind = "one_zone" if scope.text("availabilityZoneName") else "standard"
    stored = scope.usage(STORAGE)
    for item, key, used in (
        ("Data stored", f"{kind}_gb_month", stored),
        ("Data stored, infrequent access", f"{kind}_ia_gb_month", scope.usage(INFREQUENT)),
    ):
        if used.amount.worst:
            yield scope.kept(item, ("efs", key), used)
    yield from scope.used_where_given("Infrequent access: read", ("efs", "ia_read_gb"), INFREQUENT_READ)
    yield from scope.used_where_given("Infrequent access: written", ("efs", "ia_write_gb"), INFREQUENT_WRITE)
    mode = scope.text("throughputMode", "bursting")
    if mode == "elastic":
        yield scope.use("Elastic throughput: read", ("efs", "elastic_read_gb"), scope.usage(ELASTIC_READ))
        yield scope.use("Elastic throughput: written", ("efs", "elastic_write_gb"), scope.usage(ELASTIC_WRITE))
    if mode == "provisioned":
        included = stored.amount.expected * INCLUDED_MBPS_PER_GB
        extra = max(Decimal(0), scope.number("provisionedThroughputInMibps") - included)
        yield scope.charge(
            "Provisioned throughput", ("efs", "provisioned_mbps_month"), Amount.fixed(extra), Metering.STANDING
        )
    backups = scope.pricing.once(backed_up)
    own = scope.its(backups)
    if kind == "one_zone" or backups.get(ANY_FILE_SYSTEM, False) if own is None else own:
        yield scope.kept("Backups", ("efs", "backup_gb_month"), scope.usage(BACKUP, stored.amount))


ANY_FILE_SYSTEM: Final = ""
"""In place of a URN: a file system that nothing tells."""


def backed_up(pricing: Pricing) -> Mapping[str, bool]:
    """Whether automatic backups are on, by the URN of each file system that a backup policy of the graph names. Without
    a policy those of one zone have them, and others don't (EFS API, CreateFileSystem, Backup, 2026-11)."""
    found: dict[str, bool] = {}
    for policy in pricing.graph.of_type(BACKUP_POLICY):
        on = policy.get("backupPolicy.status", "ENABLED") != "DISABLED"
        found.update((target.urn, on) for target in pricing.graph.referenced(policy, "fileSystemId", FILE_SYSTEM))
        if on and Scope(pricing, policy).untold("fileSystemId", FILE_SYSTEM):
            found[ANY_FILE_SYSTEM] = True
    return found


PRICERS: Final = {
    FILE_SYSTEM: Pricer(
        file_system,
        twins=("aws_efs_file_system",),
        usage=(STORAGE, INFREQUENT, INFREQUENT_READ, INFREQUENT_WRITE, ELASTIC_READ, ELASTIC_WRITE, BACKUP),
    )
}
