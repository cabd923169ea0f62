"""Amazon DocumentDB: instances by the hour, storage and requests of their cluster, backups."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from cost.charges import ONE, Charge, Unpriced
from cost.compute import BURSTABLE, CREDITS, surplus_credits, vcpus_of
from cost.registry import Pricer
from cost.scope import Scope, UsageKey
from cost.uptime import Metering
from deployment import tokens

STORED: Final = UsageKey("storage_gb", Decimal(10), "gigabytes of the cluster", also="data_storage_gb")
REQUESTS: Final = UsageKey("monthly_io_requests", Decimal(1_000_000), "requests to the cluster's storage a month")
BACKUP: Final = UsageKey("backup_storage_gb", Decimal(0), "gigabytes of backups beyond the cluster's size")
SNAPSHOT: Final = UsageKey("backup_storage_gb", Decimal(10), "gigabytes of the snapshot")

OLDEST: Final = "3."
"""Beginning of versions that are out of standard support since 2026-03-30, and billed beyond it since 2026-07-01, by
a price for each class (Amazon DocumentDB developer guide, extended support charges, 2026)."""


def cluster(scope: Scope) -> Iterator[Charge]:
    """Storage that the instances share, requests to it, and backups."""
    if scope.text("storageType", "standard") not in ("standard", ""):
        raise Unpriced("I/O-Optimized storage of DocumentDB isn't priced")
    if scope.text("engineVersion").startswith(OLDEST):
        raise Unpriced("extended support of DocumentDB 3.6 isn't priced; use a later engineVersion")
    yield scope.kept("Storage", ("docdb", "storage_gb_month"), scope.usage(STORED))
    yield scope.use("Requests to storage", ("docdb", "million_io"), scope.usage(REQUESTS))
    yield from scope.used_where_given("Backups", ("docdb", "backup_gb_month"), BACKUP, Metering.STANDING)


def instance(scope: Scope) -> Iterator[Charge]:
    """One instance by its class, and surplus credits of a burstable one."""
    kind = scope.text("instanceClass")
    if not kind:
        raise Unpriced("its instanceClass isn't declared; set it")
    yield scope.charge(f"Database instance ({kind})", ("docdb", kind), ONE, Metering.SECONDS)
    name = kind.removeprefix("db.")
    if name.startswith(BURSTABLE):
        yield from surplus_credits(scope, ("docdb", "cpu_credit"), vcpus_of(name), ONE)


def snapshot(scope: Scope) -> Iterator[Charge]:
    """Stored data of a snapshot."""
    yield scope.kept("Snapshot storage", ("docdb", "backup_gb_month"), scope.usage(SNAPSHOT))


PRICERS: Final = {
    tokens.DOCUMENT_DB[0]: Pricer(cluster, twins=("aws_docdb_cluster",), usage=(STORED, REQUESTS, BACKUP)),
    tokens.DOCUMENT_DB_INSTANCE[0]: Pricer(instance, twins=("aws_docdb_cluster_instance",), usage=CREDITS),
    tokens.DOCUMENT_DB_SNAPSHOT[0]: Pricer(snapshot, twins=("aws_docdb_cluster_snapshot",), usage=(SNAPSHOT,)),
}
