"""ElastiCache: nodes by the started hour, serverless caches by stored data with a floor and by processing units."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Final

from cost.charges import ONE, Amount, Charge, Driver, Unpriced
from cost.lifecycle import Support, has_lifecycle, version_of
from cost.registry import Pricer
from cost.scaling import limits_of
from cost.scope import GB_KB, Scope, UsageKey, told
from cost.uptime import MONTH_HOURS, Metering
from deployment import tokens

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
    if snapshots := scope.number("snapshotRetentionLimit"):
        yield scope.charge(
            "Snapshots",
            ("elasticache", "backup_gb_month"),
            Amount.of(least, stored.expected, stored.worst) * snapshots,
            Metering.STANDING,
            usage_based=True,
        )
    limits = scope.items("cacheUsageLimits.ecpuPerSeconds")
    seconds = scope.pricing.basis.uptime.full_hours * 3600
    minimum = Decimal(str(told(limits[0], "minimum") or 0)) * seconds if limits else Decimal(0)
    maximum = Decimal(str(told(limits[0], "maximum") or 0)) * seconds if limits else Decimal(0)
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
    names = partial(_names, scope, "cache-cluster", "clusterId")
    limits = limits_of(scope, "elasticache:cache-cluster:Nodes", names, key="clusterId")
    declared = scope.number("numCacheNodes", 1)
    count = Amount.fixed(declared) if limits is None else limits.around(declared)
    yield from nodes(scope, scope.text("engine", "redis"), count)


def replication_group(scope: Scope) -> Iterator[Charge]:
    """Nodes of all shards with their replicas, each number between its scaling limits."""
    shards, replicas = _layout(scope)
    groups = _between(scope, "NodeGroups", shards or Decimal(1))
    copies = _between(scope, "Replicas", replicas) + ONE
    count = Amount(groups.floor * copies.floor, groups.expected * copies.expected, groups.worst * copies.worst)
    yield from nodes(scope, scope.text("engine", "redis"), count)


def _layout(scope: Scope) -> tuple[Decimal, Decimal]:
    """Shards (0: not told) and replicas of each: by their numbers, shard by shard, or by all nodes together."""
    configured = scope.items("nodeGroupConfigurations")
    if configured:
        each = [Decimal(str(told(one, "replicaCount") or 0)) for one in configured]
        return Decimal(len(each)), max(each)
    for prefix in ("", "clusterMode."):
        if shards := scope.number(f"{prefix}numNodeGroups"):
            return shards, scope.number(f"{prefix}replicasPerNodeGroup")
    nodes = scope.number("numCacheClusters") or scope.number("numberCacheClusters") or Decimal(1)
    return Decimal(0), nodes - 1


def _between(scope: Scope, what: str, declared: Decimal) -> Amount:
    names = partial(_names, scope, "replication-group", "replicationGroupId")
    limits = limits_of(scope, f"elasticache:replication-group:{what}", names, key="replicationGroupId")
    return Amount.fixed(declared) if limits is None else limits.around(declared)


def _names(scope: Scope, kind: str, key: str) -> list[str]:
    """How a scaling target may name the resource."""
    identifiers = (scope.resource.get(key), scope.resource.name, scope.resource.outputs.get("id"))
    return [f"{kind}/{each}" for each in identifiers if each]


def nodes(scope: Scope, engine: str, count: Amount) -> Iterator[Charge]:
    """Node hours, snapshots beyond the free first one, and data that crosses zones."""
    node_type = scope.text("nodeType")
    yield scope.charge(
        f"Cache nodes ({engine}, {node_type})",
        ("elasticache", f"{engine.lower()}.{node_type}"),
        count,
        Metering.FULL_HOURS,
    )
    yield from extended_support(scope, engine, node_type, count)
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


SURCHARGE_RATIOS: Final = {Support.EXTENDED: Decimal("0.8"), Support.DEARER: Decimal("1.6")}
"""Part of a node's price that extended support adds, in its first two years and in the third (ElastiCache user guide,
extended support charges, 2026)."""


def extended_support(scope: Scope, engine: str, node_type: str, count: Amount) -> Iterator[Charge]:
    """What nodes of an engine past its standard support cost more; a rise within the next years is announced."""
    text = scope.text("engineVersion").removesuffix(".x")
    if not text or not has_lifecycle(product := f"elasticache-{engine.lower()}"):
        return
    version = version_of(product, text)
    if version is None:
        return
    hour = scope.price("elasticache", f"{engine.lower()}.{node_type}")
    day = scope.pricing.day
    charged = SURCHARGE_RATIOS.get(support := version.support(day), Decimal(0))
    if charged:
        price = replace(hour, key=f"{hour.key} ({support})", usd=hour.usd * charged, tiers=(), confidence="derived")
        yield Charge(f"{support.capitalize()} of {engine} {text}", price, count, Metering.FULL_HOURS)
    for begins, then in version.steps():
        if begins > day:
            more_usd = hour.usd * (SURCHARGE_RATIOS[then] - charged)
            scope.announce(begins, f"{engine} {text} is in {then}", more_usd * count.expected * MONTH_HOURS)
            return


PRICERS: Final = {
    tokens.SERVERLESS_CACHE[0]: Pricer(serverless, twins=("aws_elasticache_serverless_cache",), usage=(STORED, ECPUS)),
    tokens.CACHE_CLUSTER[0]: Pricer(cluster, twins=("aws_elasticache_cluster",), usage=(SNAPSHOT_SIZE,)),
    tokens.REPLICATION_GROUP[0]: Pricer(
        replication_group, twins=("aws_elasticache_replication_group",), usage=(SNAPSHOT_SIZE,)
    ),
}
