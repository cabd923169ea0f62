"""RDS: instances with storage, IOPS and backups beyond the free size; Aurora clusters and their instances."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import partial
from typing import Final

from cost.charges import ONE, Amount, Charge, Driver, Unpriced
from cost.compute import BURSTABLE, CREDITS, surplus_credits, vcpus_of
from cost.lifecycle import Support, has_lifecycle, version_of
from cost.registry import Pricer
from cost.scaling import Limits, limits_of
from cost.scope import Pricing, Scope, UsageKey, Used
from cost.uptime import MONTH_HOURS, Metering
from deployment import tokens
from deployment.graph import Resource

BACKUP: Final = UsageKey(
    "additional_backup_storage_gb", Decimal(0), "gigabytes of backups beyond the size of the database"
)

MAGNETIC_IO: Final = UsageKey(
    "monthly_standard_io_requests", Decimal(1_000_000), "requests to a magnetic volume a month"
)
EXPORTED: Final = UsageKey("monthly_data_ingested_gb", Decimal(1), "gigabytes of exported logs a month")

MONITORED: Final = UsageKey(
    "monthly_enhanced_monitoring_gb",
    Decimal(1),
    "gigabytes of Enhanced Monitoring's logs a month; those of a minute's interval, and of shorter ones more, where "
    "nobody gives a number",
)

GP3_FREE_MBPS: Final = 125
GP3_FREE_MBPS_LARGE: Final = 500
GP3_FREE_IOPS: Final = 3000
GP3_FREE_IOPS_LARGE: Final = 12000
LEAST_IOPS: Final = Decimal(1000)
"""IOPS that storage of provisioned IOPS has at least (RDS user guide, provisioned IOPS storage, 2026)."""
GP3_LARGE_GB: Final[Mapping[str, Decimal]] = {"oracle": Decimal(200), "sqlserver": Decimal("Infinity")}
GP3_LARGE_GB_OTHERS: Final = Decimal(400)
"""From this size on storage is striped, and the larger numbers are included: by the maker of the engine, and of all
other engines. SQL Server's is never striped (RDS user guide, gp3 storage, 2026)."""


def instance(scope: Scope) -> Iterator[Charge]:
    """One database instance with its storage."""
    source = _replicated(scope)
    engine = scope.text("engine") or source.text("engine")
    kind = scope.text("instanceClass")
    if not engine or not kind:
        raise Unpriced("its engine or instance class isn't declared (a replica or a snapshot?); set both")
    if engine in AURORA:
        raise Unpriced("instances of Aurora are billed with their cluster; declare them as aws.rds.ClusterInstance")
    several = scope.flag("multiAz")
    prefix = "multi_az." if several else ""
    yield scope.charge(
        f"Database instance ({engine}, {'Multi-AZ' if several else 'Single-AZ'}, {kind})",
        ("rds", f"{edition(scope, engine)}.{prefix}{kind}"),
        ONE,
        Metering.SECONDS,
    )
    yield from bursts(scope, engine, kind, Amount.fixed(2 if several else 1))
    dated = scope if scope.text("engineVersion") else source
    yield from extended_support(scope, dated, engine, kind, Amount.fixed(2 if several else 1))
    if scope.flag("publiclyAccessible"):
        yield scope.charge("Public IPv4 address", ("vpc", "public_ipv4_hour"), ONE, Metering.SECONDS)
    size = scope.number("allocatedStorage") or source.number("allocatedStorage")
    if not size:
        raise Unpriced("its allocatedStorage isn't declared (a snapshot's?), and its storage is billed; set it")
    declared_iops = scope.number("iops") or source.number("iops")
    storage = scope.text("storageType") or source.text("storageType") or ("io1" if declared_iops else "gp2")
    key = "magnetic" if storage == "standard" else storage
    yield scope.charge(
        f"Storage ({storage})",
        ("rds", f"{prefix}{key}_gb_month"),
        Amount.of(size, size, scope.number("maxAllocatedStorage")),
        Metering.STANDING,
    )
    if storage in ("io1", "io2"):
        declared_iops = max(declared_iops, LEAST_IOPS)
    large = is_striped(engine, size)
    included = Decimal(0)
    if storage == "gp3":
        included = Decimal(GP3_FREE_IOPS_LARGE if large else GP3_FREE_IOPS)
    extra = max(Decimal(0), declared_iops - included)
    if extra and storage in ("gp3", "io1", "io2"):
        yield scope.charge("IOPS", ("rds", f"{prefix}{key}_iops_month"), Amount.fixed(extra), Metering.STANDING)
    if storage == "gp3" and (mbps := scope.number("storageThroughput")):
        included_mbps = GP3_FREE_MBPS_LARGE if large else GP3_FREE_MBPS
        if mbps > included_mbps:
            above = Amount.fixed(mbps - included_mbps)
            yield scope.charge("Throughput", ("rds", f"{prefix}gp3_mbps_month"), above, Metering.STANDING)
    if storage == "standard":
        yield scope.use("Requests to the magnetic volume", ("rds", "magnetic_million_io"), scope.usage(MAGNETIC_IO))
    if scope.items("enabledCloudwatchLogsExports"):
        yield scope.use("Exported logs", ("cloudwatch", "logs_ingestion_gb"), scope.usage(EXPORTED))
    if scope.given(BACKUP) is not None:
        yield scope.kept("Backups", ("rds", "backup_gb_month"), scope.usage(BACKUP))
    yield from enhanced_monitoring(scope)
    _insights_are_free(scope)


def enhanced_monitoring(scope: Scope) -> Iterator[Charge]:
    """Logs of Enhanced Monitoring, which an instance writes at the interval that it, or its cluster, sets."""
    if seconds := scope.number("monitoringInterval"):
        used = scope.usage(MONITORED)
        if used.assumed:
            used = Used(used.amount * (60 / seconds), assumed=True)
        yield scope.use("Logs of Enhanced Monitoring", ("cloudwatch", "logs_ingestion_gb"), used)


def is_striped(engine: str, size_gb: Decimal) -> bool:
    """True for gp3 storage that includes the larger numbers of IOPS and MBps."""
    return size_gb >= GP3_LARGE_GB.get(engine.partition("-")[0], GP3_LARGE_GB_OTHERS)


def edition(scope: Scope, engine: str) -> str:
    """What prices of instances go by: the engine, and of Oracle its edition with the licence, or the price that all
    editions have without one (Enterprise comes only so)."""
    if not engine.startswith("oracle-"):
        return engine
    own = scope.text("licenseModel") == "bring-your-own-license" or engine.startswith("oracle-ee")
    return "oracle-byol" if own else engine.removesuffix("-cdb")


def _replicated(scope: Scope) -> Scope:
    """The instance of the graph that this one is a replica of, which it takes engine and storage from; else itself."""
    found = scope.referenced("replicateSourceDb", tokens.DB_INSTANCE[0])
    return Scope(scope.pricing, found[0]) if found else scope


def bursts(scope: Scope, engine: str, kind: str, count: Amount) -> Iterator[Charge]:
    """Surplus CPU credits: burstable classes, those of T2 aside, run in unlimited mode, which can't be turned off (RDS
    user guide, DB instance classes, 2026)."""
    name = kind.removeprefix("db.")
    if name.startswith(BURSTABLE) and not name.startswith("t2."):
        makers = {"aurora": "aurora_", "oracle": "oracle_", "sqlserver": "sqlserver_"}
        prefix = makers.get(engine.partition("-")[0], "")
        yield from surplus_credits(scope, ("rds", f"{prefix}cpu_credit"), vcpus_of(name), count)


SUPPORT_PRICES: Final = {
    Support.EXTENDED: "extended_support",
    Support.DEARER: "extended_support_third_year",
}


def extended_support(scope: Scope, of: Scope, engine: str, kind: str, count: Amount) -> Iterator[Charge]:
    """What an engine past its standard support costs for each vCPU of `count` instances, standby ones included, or for
    each of `count` capacity units (RDS user guide, extended support charges); a rise within the next years is
    announced. `of` declares the engine's version."""
    text = of.text("engineVersion")
    if not text or not has_lifecycle(engine) or of.text("engineLifecycleSupport").endswith("-disabled"):
        return
    version = version_of(engine, text)
    if version is None:
        return
    unit = "acu" if kind == SERVERLESS else "vcpu"
    sizes = count * (1 if kind == SERVERLESS else vcpus_of(kind.removeprefix("db.")))
    day, charged_usd = scope.pricing.day, Decimal(0)
    if (key := SUPPORT_PRICES.get(support := version.support(day))) is not None:
        price = scope.price("rds", f"{key}_{unit}_hour")
        charged_usd = price.usd
        yield Charge(f"{support.capitalize()} of {engine} {text}", price, sizes, Metering.SECONDS)
    for begins, then in version.steps():
        if begins > day:
            dearer = scope.find("rds", f"{SUPPORT_PRICES[then]}_{unit}_hour")
            if dearer is not None:  # what isn't charged yet stands in no way of what is
                more_usd = (dearer.usd - charged_usd) * sizes.expected * MONTH_HOURS
                scope.announce(begins, f"{engine} {text} is in {then}", more_usd)
            return


CLUSTER: Final = tokens.DB_CLUSTER[0]
AURORA: Final = ("aurora-mysql", "aurora-postgresql")
IO_OPTIMIZED: Final = "aurora-iopt1"

CLUSTER_STORAGE: Final = UsageKey("storage_gb", Decimal(10), "gigabytes of an Aurora cluster")
CLUSTER_IO: Final = UsageKey(
    "monthly_io_requests", Decimal(1_000_000), "requests to an Aurora cluster's storage a month"
)
CLUSTER_BACKUP: Final = UsageKey(
    "backup_snapshot_size_gb", Decimal(0), "gigabytes of backups beyond the cluster's size"
)
SERVERLESS: Final = "db.serverless"
CAPACITY: Final = UsageKey(
    "capacity_units_per_hr", Decimal("0.5"), "Aurora capacity units of a serverless instance, on average"
)


def cluster(scope: Scope) -> Iterator[Charge]:
    """Storage of an Aurora cluster, which its instances share, and requests to it unless it is I/O-Optimized."""
    engine = scope.text("engine")
    if engine not in AURORA:
        raise Unpriced(f"clusters of {engine or 'an engine that is not declared'} aren't priced; Aurora's are")
    if scope.text("engineMode", "provisioned") != "provisioned":
        raise Unpriced("Aurora Serverless v1 isn't priced; serverless instances (v2) are")
    for path, what in (("backtrackWindow", "change records"), ("globalClusterIdentifier", "replicated writes")):
        if scope.known(path, None):
            raise Unpriced(f"{path} costs extra, which has no price in the catalogue: {what}")
    optimized = "io_optimized_" if scope.text("storageType") == IO_OPTIMIZED else ""
    yield scope.kept(
        "Storage (I/O-Optimized)" if optimized else "Storage",
        ("rds", f"aurora_{optimized}gb_month"),
        scope.usage(CLUSTER_STORAGE),
    )
    if not optimized:
        yield scope.use("Requests to storage", ("rds", "aurora_million_io"), scope.usage(CLUSTER_IO))
    if scope.items("enabledCloudwatchLogsExports"):
        yield scope.use("Exported logs", ("cloudwatch", "logs_ingestion_gb"), scope.usage(EXPORTED))
    _insights_are_free(scope)
    if scope.given(CLUSTER_BACKUP) is not None:
        yield scope.kept("Backups", ("rds", "aurora_backup_gb_month"), scope.usage(CLUSTER_BACKUP))


def cluster_instance(scope: Scope) -> Iterator[Charge]:
    """One instance of an Aurora cluster: its class by the hour, or capacity units between the cluster's limits."""
    of = _cluster_of(scope)
    yield from _aurora_hours(scope, of, scope, ONE)
    if scope.flag("publiclyAccessible"):
        yield scope.charge("Public IPv4 address", ("vpc", "public_ipv4_hour"), ONE, Metering.SECONDS)
    yield from enhanced_monitoring(scope)
    _insights_are_free(scope)


def _cluster_of(scope: Scope) -> Scope:
    clusters = scope.named("clusterIdentifier", "clusterIdentifier", CLUSTER)
    if len(clusters) != 1:
        raise Unpriced("its cluster isn't in the graph, and its price depends on the cluster's storage and scaling")
    return Scope(scope.pricing, clusters[0])


def _insights_are_free(scope: Scope) -> None:
    """Raises Unpriced where Performance Insights keep more than the week that is free."""
    if scope.flag("performanceInsightsEnabled") and scope.number("performanceInsightsRetentionPeriod", 7) > 7:
        raise Unpriced("Performance Insights beyond 7 days isn't priced; keep the free 7 days")


def _aurora_hours(scope: Scope, of: Scope, like: Scope, count: Amount) -> Iterator[Charge]:
    """`count` instances of the cluster `of` that are as `like` is, and the extended support of their engine."""
    engine, kind = like.text("engine") or of.text("engine"), like.text("instanceClass")
    if engine not in AURORA or not kind:
        raise Unpriced("its engine or instance class isn't declared; set both")
    optimized = of.text("storageType") == IO_OPTIMIZED
    if kind != SERVERLESS:
        key = f"{engine}.{'io_optimized.' if optimized else ''}{kind}"
        yield scope.charge(f"Database instance ({engine}, {kind})", ("rds", key), count, Metering.SECONDS)
        yield from bursts(like, engine, kind, count)
        yield from extended_support(scope, of, engine, kind, count)
        return
    units = _capacity_units(of, like)
    units = Amount(units.floor * count.floor, units.expected * count.expected, units.worst * count.worst)
    yield scope.charge(
        "Aurora Serverless v2",
        ("rds", f"aurora_serverless_v2_{'io_optimized_' if optimized else ''}acu_hour"),
        units,
        Metering.SECONDS,
        usage_based=True,
        assumed=like.given(CAPACITY) is None,
        driver=Driver.TRAFFIC,
    )
    yield from extended_support(scope, of, engine, kind, units)


def _capacity_units(of: Scope, like: Scope) -> Amount:
    """Capacity units of one serverless instance. Raises Unpriced without a largest number."""
    low = of.number("serverlessv2ScalingConfiguration.minCapacity")
    high = of.number("serverlessv2ScalingConfiguration.maxCapacity")
    if not high:
        raise Unpriced("serverlessv2ScalingConfiguration.maxCapacity isn't declared, so there is no largest number")
    return Amount.of(low, min(max(low, like.usage(CAPACITY).amount.expected), high), high)


def scaled_replicas(scope: Scope, limits: Limits) -> Iterator[Charge]:
    """Replicas that a scaling target adds to an Aurora cluster: of the writer's class, and the dearest of the
    cluster's instances can become the writer (Aurora user guide, Aurora Auto Scaling, 2026)."""
    identifier = scope.resource.get("resourceId")
    index = scope.pricing.once(_index)
    found = scope.referenced("resourceId", CLUSTER) or tuple(index[str(identifier)])
    if len(found) != 1:
        raise Unpriced("the cluster that it scales isn't in the graph, and its replicas are billed")
    of = Scope(scope.pricing, found[0])
    instances = index[found[0].urn]
    if not instances:
        raise Unpriced("no instance of the cluster is in the graph, and replicas get the writer's class")
    added, told = limits.beyond(Decimal(len(instances) - 1)), len(scope.pricing.coming)
    ways = [list(_aurora_hours(scope, of, Scope(scope.pricing, one), added)) for one in instances]
    del scope.pricing.coming[told:]  # the cluster's own instances tell it
    for charge in max(ways, key=lambda way: sum((each.price.usd * each.amount.worst for each in way), Decimal(0))):
        yield charge._replace(item=f"{charge.item} by scaling", driver=Driver.FLEET)


def _index(pricing: Pricing) -> Mapping[str, list[Resource]]:
    """Clusters by the name that scaling targets give them, and the instances of each by its URN."""
    found: dict[str, list[Resource]] = defaultdict(list)
    for one in pricing.graph.of_type(CLUSTER):
        found[f"cluster:{one.get('clusterIdentifier')}"].append(one)
    for member in pricing.graph.of_type(*tokens.DB_CLUSTER_INSTANCE):
        for one in Scope(pricing, member).named("clusterIdentifier", "clusterIdentifier", CLUSTER):
            found[one.urn].append(member)
    return found


PROXY_VCPUS: Final = UsageKey("vcpu_count", Decimal(0), "vCPUs of the databases behind the proxy, where no target says")
LEAST_PROXIED: Final = {"vcpu": Decimal(2), "acu": Decimal(8)}
"""vCPUs, or capacity units of serverless instances, that a proxy is billed for at least
(https://aws.amazon.com/rds/proxy/pricing/, minimum charge, 2026-08)."""
REPLICAS: Final = "rds:cluster:ReadReplicaCount"


def proxy(scope: Scope) -> Iterator[Charge]:
    """A proxy by the vCPUs, or capacity units, of the databases behind it. Raises Unpriced where they aren't known."""
    vcpus = scope.given(PROXY_VCPUS)
    if vcpus is not None:
        sizes = {"vcpu": Amount.fixed(vcpus)}
    else:
        sizes = {}
        targets = scope.its(scope.pricing.once(_targets)) or []
        for unit, amount in (each for target in targets for each in _behind(scope, target)):
            sizes[unit] = sizes.get(unit, Amount.fixed(0)) + amount
    if not sizes:
        raise Unpriced(
            "no target in the graph says what is behind it, and it is billed by its databases' vCPUs; "
            f"{PROXY_VCPUS.name} in a usage file gives their number"
        )
    for unit, least in LEAST_PROXIED.items():
        if unit in sizes:
            one = sizes[unit]
            billed = Amount(max(least, one.floor), max(least, one.expected), max(least, one.worst))
            yield scope.charge(
                "Proxy" if unit == "vcpu" else "Proxy of serverless instances",
                ("rds", f"proxy_{unit}_hour"),
                billed,
                Metering.SECONDS,
            )


def _targets(pricing: Pricing) -> Mapping[str, list[Resource]]:
    """Targets of each proxy, by its URN."""
    found: dict[str, list[Resource]] = defaultdict(list)
    for target in pricing.graph.of_type(*tokens.DB_PROXY_TARGET):
        for one in pricing.graph.referenced(target, "dbProxyName", *tokens.DB_PROXY):
            found[one.urn].append(target)
    return found


def _scaled_names(cluster: Resource) -> list[str]:
    return [f"cluster:{cluster.get('clusterIdentifier')}"]


def _behind(scope: Scope, target: Resource) -> Iterator[tuple[str, Amount]]:
    """Sizes of the instances that a target registers: one, or all of a cluster with the replicas that scaling adds.

    Raises Unpriced where they aren't in the graph.
    """
    singles = scope.graph.referenced(target, "dbInstanceIdentifier", tokens.DB_INSTANCE[0])
    clusters = scope.graph.referenced(target, "dbClusterIdentifier", CLUSTER)
    found = [_size(Scope(scope.pricing, one)) for one in singles]
    for cluster in clusters:
        of = Scope(scope.pricing, cluster)
        sizes = [_size(Scope(scope.pricing, one), of) for one in scope.pricing.once(_index)[cluster.urn]]
        found += sizes
        limits = limits_of(of, REPLICAS, partial(_scaled_names, cluster), key="clusterIdentifier") if sizes else None
        if limits is not None:
            unit, size = max(sizes, key=lambda each: each[1].worst)
            added = limits.beyond(Decimal(len(sizes) - 1))
            found.append(
                (unit, Amount(size.floor * added.floor, size.expected * added.expected, size.worst * added.worst))
            )
    if not found:
        raise Unpriced(
            "the databases behind it aren't in the graph, and it is billed by their vCPUs; "
            f"{PROXY_VCPUS.name} in a usage file gives their number"
        )
    yield from found


def _size(instance: Scope, cluster: Scope | None = None) -> tuple[str, Amount]:
    """Unit and size that a proxy is billed for one instance behind it. Raises Unpriced."""
    kind = instance.text("instanceClass")
    if kind == SERVERLESS and cluster is not None:
        return "acu", _capacity_units(cluster, instance)
    return "vcpu", Amount.fixed(vcpus_of(kind.removeprefix("db.")))


SNAPSHOT: Final = UsageKey("storage_gb", Decimal(20), "gigabytes of the snapshot")


def snapshot(scope: Scope) -> Iterator[Charge]:
    """Stored data of a snapshot that is taken by hand, at most the size of its database."""
    found = scope.referenced("dbInstanceIdentifier", tokens.DB_INSTANCE[0])
    if scope.untold("dbInstanceIdentifier", tokens.DB_INSTANCE[0]):
        found = scope.graph.of_type(tokens.DB_INSTANCE[0])  # it may be any of them: the largest counts
    size = max((Scope(scope.pricing, one).number("allocatedStorage") for one in found), default=Decimal(0))
    derived = Amount.of(0, size, size) if size else None
    key = "aurora_backup_gb_month" if scope.resource.type in tokens.DB_CLUSTER_SNAPSHOT else "backup_gb_month"
    yield scope.kept("Snapshot storage", ("rds", key), scope.usage(SNAPSHOT, derived))


PRICERS: Final = {
    **dict.fromkeys(
        tokens.DB_INSTANCE_SNAPSHOT,
        Pricer(snapshot, twins=("aws_db_snapshot", "aws_db_snapshot_copy"), usage=(SNAPSHOT,)),
    ),
    **dict.fromkeys(
        tokens.DB_CLUSTER_SNAPSHOT,
        Pricer(snapshot, twins=("aws_db_cluster_snapshot", "aws_rds_cluster_snapshot_copy"), usage=(SNAPSHOT,)),
    ),
    tokens.DB_INSTANCE[0]: Pricer(
        instance, twins=("aws_db_instance",), usage=(BACKUP, MAGNETIC_IO, EXPORTED, MONITORED, *CREDITS)
    ),
    CLUSTER: Pricer(cluster, twins=("aws_rds_cluster",), usage=(CLUSTER_STORAGE, CLUSTER_IO, CLUSTER_BACKUP, EXPORTED)),
    tokens.DB_PROXY[0]: Pricer(proxy, twins=("aws_db_proxy",), usage=(PROXY_VCPUS,)),
    tokens.DB_CLUSTER_INSTANCE[0]: Pricer(
        cluster_instance, twins=("aws_rds_cluster_instance",), usage=(CAPACITY, MONITORED, *CREDITS)
    ),
}
