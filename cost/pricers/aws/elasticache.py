"""ElastiCache: nodes by the started hour, serverless caches by stored data with a floor and by processing units."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from cost.charges import ONE, Amount, Charge, Driver, Unpriced
from cost.registry import Pricer
from cost.scaling import limits_of
from cost.scope import GB_KB, Scope, UsageKey
from cost.uptime import Metering

SERVERLESS_FLOOR_GB: Final = {"valkey": Decimal("0.1"), "redis": Decimal(1), "memcached": Decimal(1)}
"""Data billed at least, an hour, while a serverless cache exists (facts of the ElastiCache pricing page, 2026-07)."""

ECPU_KB: Final = 1
"""Kilobytes read or written by one processing unit."""

SNAPSHOT_SIZE: Final = UsageKey("snapshot_storage_size_gb", Decimal(1), "gigabytes of one snapshot")
STORED: Final = UsageKey("data_storage_gb", Decimal("0.1"), "gigabytes of data in a serverless cache")
ECPUS: Final = UsageKey("monthly_ecpus", Decimal(1_000_000), "ElastiCache processing units a month")


def serverless(scope: Scope) -> Iterator[Charge]:
    """Stored data (never less than the floor) and processing units of a serverless cache."""
    engine = scope.text("engine").lower()
    if engine not in SERVERLESS_FLOOR_GB:
        raise Unpriced(f"engine {engine!r}; priced are {', '.join(SERVERLESS_FLOOR_GB)}")
    family = "valkey" if engine == "valkey" else "redis"
    least = max(SERVERLESS_FLOOR_GB[engine], scope.number("cacheUsageLimits.dataStorage.minimum"))
    stored = scope.usage(STORED, Amount.fixed(scope.traffic.cache_data_gb)).amount
    yield scope.charge(
        f"Stored data, at least {least} GB",
        ("elasticache", f"serverless_{family}_gb_hour"),
        Amount.of(least, max(least, stored.expected), max(least, stored.worst)),
        Metering.FULL_HOURS,
    )
    limits = scope.items("cacheUsageLimits.ecpuPerSeconds")
    seconds = scope.pricing.basis.uptime.full_hours * 3600
    minimum = Decimal(str(limits[0].get("minimum") or 0)) * seconds if limits else Decimal(0)
    maximum = Decimal(str(limits[0].get("maximum") or 0)) * seconds if limits else Decimal(0)
    derived = scope.requests * max(Decimal(1), scope.traffic.cache_kb_per_request / ECPU_KB)
    used = scope.usage(ECPUS, derived)
    worst = min(used.amount.worst, maximum) if maximum else used.amount.worst
    yield scope.charge(
        "Processing units (ECPU)",
        ("elasticache", f"serverless_{family}_million_ecpu"),
        Amount.of(minimum, max(minimum, used.amount.expected), max(minimum, worst)),
        Metering.USE,
        usage_based=True,
        assumed=used.assumed,
        driver=Driver.TRAFFIC,
    )


def cluster(scope: Scope) -> Iterator[Charge]:
    """Nodes of a stand-alone cluster; one that belongs to a replication group is billed there."""
    if scope.known("replicationGroupId", None):
        return
    yield from nodes(scope, scope.text("engine", "redis"), Amount.fixed(scope.number("numCacheNodes", 1)))


def replication_group(scope: Scope) -> Iterator[Charge]:
    """Nodes of all shards with their replicas, each number between its scaling limits."""
    shards = scope.number("numNodeGroups")
    replicas = scope.number("replicasPerNodeGroup") if shards else scope.number("numCacheClusters", 1) - 1
    identifiers = (scope.resource.get("replicationGroupId"), scope.resource.name, scope.resource.outputs.get("id"))
    names = [f"replication-group/{each}" for each in identifiers if each]
    groups = _between(scope, "NodeGroups", names, shards or Decimal(1))
    copies = _between(scope, "Replicas", names, replicas) + ONE
    count = Amount(groups.floor * copies.floor, groups.expected * copies.expected, groups.worst * copies.worst)
    yield from nodes(scope, scope.text("engine", "redis"), count)


def _between(scope: Scope, what: str, names: list[str], declared: Decimal) -> Amount:
    limits = limits_of(scope, f"elasticache:replication-group:{what}", *names)
    return Amount.fixed(declared) if limits is None else limits.around(declared)


def nodes(scope: Scope, engine: str, count: Amount) -> Iterator[Charge]:
    """Node hours, snapshots beyond the free first one, and data that crosses zones."""
    node_type = scope.text("nodeType")
    yield scope.charge(
        f"Cache nodes ({engine}, {node_type})",
        ("elasticache", f"{engine.lower()}.{node_type}"),
        count,
        Metering.FULL_HOURS,
    )
    snapshots = int(scope.number("snapshotRetentionLimit"))
    if snapshots > 1:
        size = scope.usage(SNAPSHOT_SIZE)
        yield Charge(
            "Snapshots beyond the first",
            scope.price("elasticache", "backup_gb_month"),
            size.amount * (snapshots - 1),
            Metering.STANDING,
            usage_based=True,
            assumed=size.assumed,
        )
    if count.worst > 1 and engine != "memcached":
        crossing = scope.requests * scope.traffic.cache_kb_per_request / GB_KB
        yield scope.use("Data between zones", ("data_transfer", "inter_az_gb"), crossing)


PRICERS: Final = {
    "aws:elasticache/serverlessCache:ServerlessCache": Pricer(
        serverless, twins=("aws_elasticache_serverless_cache",), usage=(STORED, ECPUS)
    ),
    "aws:elasticache/cluster:Cluster": Pricer(cluster, twins=("aws_elasticache_cluster",), usage=(SNAPSHOT_SIZE,)),
    "aws:elasticache/replicationGroup:ReplicationGroup": Pricer(
        replication_group, twins=("aws_elasticache_replication_group",), usage=(SNAPSHOT_SIZE,)
    ),
}
