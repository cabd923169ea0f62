"""Amazon Neptune: instances by the hour or capacity units, storage and requests of their cluster, backups."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from cost.charges import ONE, Amount, Charge, Driver, Unpriced
from cost.compute import BURSTABLE, CREDITS, surplus_credits, vcpus_of
from cost.registry import Pricer
from cost.scope import Scope, UsageKey
from cost.uptime import Metering
from deployment import tokens

STORED: Final = UsageKey("storage_gb", Decimal(10), "gigabytes of the cluster")
REQUESTS: Final = UsageKey("monthly_io_requests", Decimal(1_000_000), "requests to the cluster's storage a month")
BACKUP: Final = UsageKey("backup_storage_gb", Decimal(0), "gigabytes of backups beyond the cluster's size")
SNAPSHOT: Final = UsageKey("backup_storage_gb", Decimal(10), "gigabytes of the snapshot")
UNITS: Final = UsageKey("capacity_units_per_hr", Decimal(1), "capacity units of a serverless instance, on average")

SERVERLESS: Final = "db.serverless"
LEAST_UNITS: Final = Decimal(1)
MOST_UNITS: Final = Decimal(128)
"""Capacity units between which every serverless cluster stays (Neptune user guide, Neptune Serverless, 2026)."""


def cluster(scope: Scope) -> Iterator[Charge]:
    """Storage that the instances share, requests to it, and backups."""
    _standard(scope)
    yield scope.kept("Storage", ("neptune", "storage_gb_month"), scope.usage(STORED))
    yield scope.use("Requests to storage", ("neptune", "million_io"), scope.usage(REQUESTS))
    yield from scope.used_where_given("Backups", ("neptune", "backup_gb_month"), BACKUP, Metering.STANDING)


def _standard(scope: Scope) -> None:
    """Raises Unpriced for what a cluster may cost otherwise."""
    if scope.text("storageType", "standard") not in ("standard", ""):
        raise Unpriced("I/O-Optimized storage of Neptune isn't priced")
    if scope.known("globalClusterIdentifier", None):
        raise Unpriced("replicated writes of a global cluster aren't priced")


def instance(scope: Scope) -> Iterator[Charge]:
    """One instance by its class, and surplus credits of a burstable one; or capacity units between the limits of its
    cluster."""
    kind = scope.text("instanceClass")
    if not kind:
        raise Unpriced("its instanceClass isn't declared; set it")
    clusters = scope.referenced("clusterIdentifier", tokens.NEPTUNE[0])
    of = Scope(scope.pricing, clusters[0]) if clusters else None
    if of is not None:
        _standard(of)
    if kind == SERVERLESS:
        if of is None:
            raise Unpriced("its cluster isn't in the graph, and the cluster says how far it scales")
        low = of.number("serverlessV2ScalingConfiguration.minCapacity") or LEAST_UNITS
        high = of.number("serverlessV2ScalingConfiguration.maxCapacity") or MOST_UNITS
        used = scope.usage(UNITS)
        yield scope.charge(
            "Capacity units",
            ("neptune", "ncu_hour"),
            Amount.of(low, min(max(low, used.amount.expected), high), high),
            Metering.SECONDS,
            usage_based=True,
            assumed=used.assumed,
            driver=Driver.TRAFFIC,
        )
        return
    yield scope.charge(f"Database instance ({kind})", ("neptune", kind), ONE, Metering.SECONDS)
    name = kind.removeprefix("db.")
    if name.startswith(BURSTABLE):
        yield from surplus_credits(scope, ("neptune", "cpu_credit"), vcpus_of(name), ONE)


def snapshot(scope: Scope) -> Iterator[Charge]:
    """Stored data of a snapshot."""
    yield scope.kept("Snapshot storage", ("neptune", "backup_gb_month"), scope.usage(SNAPSHOT))


PRICERS: Final = {
    tokens.NEPTUNE[0]: Pricer(cluster, twins=("aws_neptune_cluster",), usage=(STORED, REQUESTS, BACKUP)),
    tokens.NEPTUNE_INSTANCE[0]: Pricer(instance, twins=("aws_neptune_cluster_instance",), usage=(UNITS, *CREDITS)),
    tokens.NEPTUNE_SNAPSHOT[0]: Pricer(snapshot, twins=("aws_neptune_cluster_snapshot",), usage=(SNAPSHOT,)),
}
