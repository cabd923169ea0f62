"""RDS: instances with storage, IOPS and backups beyond the free size; Aurora clusters and their instances."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from cost.charges import ONE, Amount, Charge, Driver, Unpriced
from cost.compute import vcpus_of
from cost.lifecycle import Support, has_lifecycle, version_of
from cost.registry import Pricer
from cost.scope import Scope, UsageKey
from cost.uptime import MONTH_HOURS, Metering
from deployment import tokens

BACKUP: Final = UsageKey(
    "additional_backup_storage_gb", Decimal(0), "gigabytes of backups beyond the size of the database"
)

MAGNETIC_IO: Final = UsageKey(
    "monthly_standard_io_requests", Decimal(1_000_000), "requests to a magnetic volume a month"
)
EXPORTED: Final = UsageKey("monthly_data_ingested_gb", Decimal(1), "gigabytes of exported logs a month")

GP3_FREE_MBPS: Final = 125
GP3_FREE_MBPS_LARGE: Final = 500
GP3_FREE_IOPS: Final = 3000
GP3_FREE_IOPS_LARGE: Final = 12000
GP3_LARGE_GB: Final = 400
"""From this size on, the larger number of IOPS is included (for MySQL, MariaDB and PostgreSQL)."""


def instance(scope: Scope) -> Iterator[Charge]:
    """One database instance with its storage."""
    engine = scope.text("engine")
    kind = scope.text("instanceClass")
    if not engine or not kind:
        raise Unpriced("its engine or instance class isn't declared (a replica or a snapshot?); set both")
    several = scope.flag("multiAz")
    prefix = "multi_az." if several else ""
    yield scope.charge(
        f"Database instance ({engine}, {'Multi-AZ' if several else 'Single-AZ'}, {kind})",
        ("rds", f"{engine}.{prefix}{kind}"),
        ONE,
        Metering.SECONDS,
    )
    yield from extended_support(scope, engine, kind, 2 if several else 1)
    if scope.flag("publiclyAccessible"):
        yield scope.charge("Public IPv4 address", ("vpc", "public_ipv4_hour"), ONE, Metering.SECONDS)
    size = scope.number("allocatedStorage")
    if not size:
        raise Unpriced("its allocatedStorage isn't declared (a snapshot's?), and its storage is billed; set it")
    declared_iops = scope.number("iops")
    storage = scope.text("storageType") or ("io1" if declared_iops else "gp2")
    key = "magnetic" if storage == "standard" else storage
    yield scope.charge(
        f"Storage ({storage})",
        ("rds", f"{prefix}{key}_gb_month"),
        Amount.of(size, size, scope.number("maxAllocatedStorage")),
        Metering.STANDING,
    )
    included = Decimal(0)
    if storage == "gp3":
        included = Decimal(GP3_FREE_IOPS_LARGE if size >= GP3_LARGE_GB else GP3_FREE_IOPS)
    extra = max(Decimal(0), declared_iops - included)
    if extra and storage in ("gp3", "io1", "io2"):
        yield scope.charge("IOPS", ("rds", f"{prefix}{key}_iops_month"), Amount.fixed(extra), Metering.STANDING)
    if storage == "gp3" and (mbps := scope.number("storageThroughput")):
        included_mbps = GP3_FREE_MBPS_LARGE if size >= GP3_LARGE_GB else GP3_FREE_MBPS
        if mbps > included_mbps:
            above = Amount.fixed(mbps - included_mbps)
            yield scope.charge("Throughput", ("rds", f"{prefix}gp3_mbps_month"), above, Metering.STANDING)
    if storage == "standard":
        yield scope.use("Requests to the magnetic volume", ("rds", "magnetic_million_io"), scope.usage(MAGNETIC_IO))
    if scope.items("enabledCloudwatchLogsExports"):
        yield scope.use("Exported logs", ("cloudwatch", "logs_ingestion_gb"), scope.usage(EXPORTED))
    if BACKUP.name in scope.pricing.usage.get(scope.resource.urn, {}):
        backups = scope.usage(BACKUP)
        yield Charge(
            "Backups", scope.price("rds", "backup_gb_month"), backups.amount, Metering.STANDING, usage_based=True
        )
    if scope.flag("performanceInsightsEnabled") and scope.number("performanceInsightsRetentionPeriod", 7) > 7:
        raise Unpriced("Performance Insights beyond 7 days isn't priced; keep the free 7 days")


SUPPORT_PRICES: Final = {
    Support.EXTENDED: "extended_support_vcpu_hour",
    Support.DEARER: "extended_support_third_year_vcpu_hour",
}


def extended_support(scope: Scope, engine: str, kind: str, instances: int) -> Iterator[Charge]:
    """What an engine past its standard support costs for each vCPU, standby instances included (RDS user guide,
    extended support charges); a rise within the next years is announced."""
    text = scope.text("engineVersion")
    if not text or not has_lifecycle(engine) or scope.text("engineLifecycleSupport").endswith("-disabled"):
        return
    version = version_of(engine, text)
    if version is None:
        return
    vcpus = vcpus_of(kind.removeprefix("db.")) * instances
    day, charged_usd = scope.pricing.day, Decimal(0)
    if (key := SUPPORT_PRICES.get(support := version.support(day))) is not None:
        price = scope.price("rds", key)
        charged_usd = price.usd
        yield Charge(f"{support.capitalize()} of {engine} {text}", price, Amount.fixed(vcpus), Metering.SECONDS)
    for begins, then in version.steps():
        if begins > day:
            more_usd = (scope.price("rds", SUPPORT_PRICES[then]).usd - charged_usd) * vcpus * MONTH_HOURS
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
    stored = scope.usage(CLUSTER_STORAGE)
    yield Charge(
        "Storage (I/O-Optimized)" if optimized else "Storage",
        scope.price("rds", f"aurora_{optimized}gb_month"),
        stored.amount,
        Metering.STANDING,
        usage_based=True,
        assumed=stored.assumed,
    )
    if not optimized:
        yield scope.use("Requests to storage", ("rds", "aurora_million_io"), scope.usage(CLUSTER_IO))
    if CLUSTER_BACKUP.name in scope.pricing.usage.get(scope.resource.urn, {}):
        kept = scope.usage(CLUSTER_BACKUP)
        yield Charge(
            "Backups", scope.price("rds", "aurora_backup_gb_month"), kept.amount, Metering.STANDING, usage_based=True
        )


def cluster_instance(scope: Scope) -> Iterator[Charge]:
    """One instance of an Aurora cluster: its class by the hour, or capacity units between the cluster's limits."""
    clusters = scope.graph.referenced(scope.resource, "clusterIdentifier", CLUSTER)
    if len(clusters) != 1:
        raise Unpriced("its cluster isn't in the graph, and its price depends on the cluster's storage and scaling")
    of = Scope(scope.pricing, clusters[0])
    engine, kind = scope.text("engine") or of.text("engine"), scope.text("instanceClass")
    if engine not in AURORA or not kind:
        raise Unpriced("its engine or instance class isn't declared; set both")
    optimized = of.text("storageType") == IO_OPTIMIZED
    if kind == "db.serverless":
        low = of.number("serverlessv2ScalingConfiguration.minCapacity")
        high = of.number("serverlessv2ScalingConfiguration.maxCapacity")
        if not high:
            raise Unpriced("serverlessv2ScalingConfiguration.maxCapacity isn't declared, so there is no largest number")
        used = scope.usage(CAPACITY).amount.expected
        yield scope.charge(
            "Aurora Serverless v2",
            ("rds", f"aurora_serverless_v2_{'io_optimized_' if optimized else ''}acu_hour"),
            Amount.of(low, min(max(low, used), high), high),
            Metering.SECONDS,
            usage_based=True,
            assumed=CAPACITY.name not in scope.pricing.usage.get(scope.resource.urn, {}),
            driver=Driver.TRAFFIC,
        )
    else:
        key = f"{engine}.{'io_optimized.' if optimized else ''}{kind}"
        yield scope.charge(f"Database instance ({engine}, {kind})", ("rds", key), ONE, Metering.SECONDS)
        yield from extended_support(of, engine, kind, 1)
    if scope.flag("publiclyAccessible"):
        yield scope.charge("Public IPv4 address", ("vpc", "public_ipv4_hour"), ONE, Metering.SECONDS)
    if scope.flag("performanceInsightsEnabled") and scope.number("performanceInsightsRetentionPeriod", 7) > 7:
        raise Unpriced("Performance Insights beyond 7 days isn't priced; keep the free 7 days")


PRICERS: Final = {
    tokens.DB_INSTANCE[0]: Pricer(instance, twins=("aws_db_instance",), usage=(BACKUP, MAGNETIC_IO, EXPORTED)),
    CLUSTER: Pricer(cluster, twins=("aws_rds_cluster",), usage=(CLUSTER_STORAGE, CLUSTER_IO, CLUSTER_BACKUP)),
    tokens.DB_CLUSTER_INSTANCE[0]: Pricer(cluster_instance, twins=("aws_rds_cluster_instance",), usage=(CAPACITY,)),
}
