"""S3: stored data and requests of a bucket."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from cost.charges import NOTHING, Amount, Charge, Driver
from cost.logs import MONTH_DAYS, UNLIMITED_MONTHS, access_log_gb
from cost.pricers.aws.lb import LOAD_BALANCERS
from cost.registry import Pricer
from cost.scope import Pricing, Scope, UsageKey, told
from cost.transitions import MOVED, WATCHED, transitions
from cost.uptime import Metering
from deployment import tokens
from deployment.decimals import number


def by_class(storage_class: str, name: str, what: str) -> UsageKey:
    """The usage key of a storage class, which Infracost's files nest below the name of the class."""
    return UsageKey(f"{storage_class}_{name}", Decimal(0), what, also=f"{storage_class}.{name}")


STORAGE: Final = UsageKey(
    "storage_gb", Decimal(10), "gigabytes stored in the standard class", also="standard.storage_gb"
)
TIER_1: Final = UsageKey(
    "monthly_tier_1_requests",
    Decimal(10_000),
    "PUT, COPY, POST and LIST requests a month",
    also="standard.monthly_tier_1_requests",
)
TIER_2: Final = UsageKey(
    "monthly_tier_2_requests",
    Decimal(100_000),
    "GET and other requests a month",
    also="standard.monthly_tier_2_requests",
)

INFREQUENT: Final = "standard_infrequent_access"
CLASSES: Final = {
    "infrequent access": ("standard_ia_gb_month", INFREQUENT),
    "one zone, infrequent access": ("one_zone_ia_gb_month", "one_zone_infrequent_access"),
    "Glacier flexible retrieval": ("glacier_flexible_gb_month", "glacier_flexible_retrieval"),
    "Glacier deep archive": ("deep_archive_gb_month", "glacier_deep_archive"),
}
"""Storage class -> its price and what usage files call it."""

KEPT: Final = {name: by_class(key, "storage_gb", f"gigabytes stored in {name}") for name, (_, key) in CLASSES.items()}
COLD_USE: Final = (
    (
        "Infrequent access: PUT, COPY, POST, LIST requests",
        "standard_ia_1k_put_requests",
        by_class(
            INFREQUENT, "monthly_tier_1_requests", "PUT, COPY, POST and LIST requests a month to infrequent access"
        ),
    ),
    (
        "Infrequent access: GET and other requests",
        "standard_ia_1k_get_requests",
        by_class(INFREQUENT, "monthly_tier_2_requests", "GET and other requests a month to infrequent access"),
    ),
    (
        "Infrequent access: data retrieved",
        "standard_ia_retrieval_gb",
        by_class(INFREQUENT, "monthly_data_retrieval_gb", "gigabytes read from infrequent access a month"),
    ),
)
"""What reading and writing cold objects costs: line, price and usage key."""
LISTED: Final = UsageKey("monthly_listed_objects", Decimal(1_000_000), "objects that the inventory lists a month")
MONITORED: Final = UsageKey("monthly_monitored_objects", Decimal(1_000_000), "objects that are analysed a month")

BUCKETS: Final = tokens.BUCKET
LIFECYCLES: Final = tokens.BUCKET_LIFECYCLE

ACCESS_LOG_FILES_PER_HOUR: Final = 12
"""A load balancer node delivers its access log every five minutes (ELB user guide, access logs, 2026)."""


def bucket(scope: Scope) -> Iterator[Charge]:
    """Storage and requests; a bucket that gets a load balancer's access logs is derived from the traffic."""
    logged = receives_access_logs(scope)
    stored = puts = gets = None
    if logged:
        stored = access_log_gb(scope.requests) * retention_months(scope)
        files = ACCESS_LOG_FILES_PER_HOUR * logged * scope.pricing.basis.uptime.full_hours
        puts, gets = Amount.fixed(files), NOTHING
    elif scope.pricing.basis.declared:
        stored = puts = gets = NOTHING
    storage = scope.usage(STORAGE, stored)
    yield Charge(
        "Storage, standard class",
        scope.price("s3", "standard_gb_month"),
        storage.amount,
        Metering.STANDING,
        usage_based=True,
        assumed=storage.assumed,
        driver=Driver.TRAFFIC,
    )
    yield scope.use("PUT, COPY, POST, LIST requests", ("s3", "1k_put_requests"), scope.usage(TIER_1, puts))
    yield scope.use("GET and other requests", ("s3", "1k_get_requests"), scope.usage(TIER_2, gets))
    for name, (price, _) in CLASSES.items():
        yield from scope.used_where_given(f"Storage, {name}", ("s3", price), KEPT[name], Metering.STANDING)
    for item, price, key in COLD_USE:
        yield from scope.used_where_given(item, ("s3", price), key)
    # what AWS filled in is a resource of its own
    if "lifecycleRules" in scope.resource.inputs:
        yield from transitions(scope, "lifecycleRules")
    for path in INLINE_REPLICATION:
        if told(scope.resource.inputs, path):
            yield from replication(scope, f"{path}{'[*]' if path.endswith('s') else ''}.rules")


def lifecycle(scope: Scope) -> Iterator[Charge]:
    """Transitions of a bucket's lifecycle; what only expires costs nothing."""
    yield from transitions(scope, "rules")


def receives_access_logs(scope: Scope) -> int:
    """Zones whose load balancer nodes write access logs into the bucket; 0 when none does."""
    return scope.its(scope.pricing.once(_access_log_buckets)) or 0


def _access_log_buckets(pricing: Pricing) -> Mapping[str, int]:
    graph = pricing.graph
    found: dict[str, int] = {}
    for balancer in graph.of_type(*LOAD_BALANCERS):
        if not balancer.get("accessLogs.enabled"):
            continue
        subnets = balancer.get("subnets")
        zones = len(subnets) if isinstance(subnets, list) else 2
        for target in graph.referenced(balancer, "accessLogs", *BUCKETS):
            found[target.urn] = found.get(target.urn, 0) + zones
    return found


def retention_months(scope: Scope) -> Decimal:
    """Months that objects stay, by the first lifecycle rule that expires them."""
    return scope.its(scope.pricing.once(_retentions)) or Decimal(UNLIMITED_MONTHS)


def _retentions(pricing: Pricing) -> Mapping[str, Decimal]:
    graph = pricing.graph
    found: dict[str, Decimal] = {}
    for lifecycle in graph.of_type(*LIFECYCLES):
        given = [number(each) for each in lifecycle.all("rules[*].expiration.days")]
        days = [each for each in given if each is not None and each > 0]
        for target in graph.referenced(lifecycle, "bucket", *BUCKETS):
            if days:
                found.setdefault(target.urn, max(Decimal(1), days[0] / MONTH_DAYS))
    return found


def inventory(scope: Scope) -> Iterator[Charge]:
    """Objects that an inventory lists."""
    yield scope.use("Objects listed", ("s3", "inventory_million_objects"), scope.usage(LISTED))


def analytics(scope: Scope) -> Iterator[Charge]:
    """Objects that the analysis of storage classes watches."""
    yield scope.use("Objects analysed", ("s3", "analytics_million_objects"), scope.usage(MONITORED))


REPLICATED: Final = UsageKey("monthly_replicated_gb", Decimal(10), "gigabytes replicated to other Regions a month")
REPLICAS: Final = UsageKey("monthly_replicated_objects", Decimal(10_000), "objects replicated a month")


INLINE_REPLICATION: Final = ("replicationConfiguration", "replicationConfigurations")
"""Where buckets of older programs say how they are replicated."""


def replication(scope: Scope, path: str = "rules") -> Iterator[Charge]:
    """Objects put into other buckets, and their way to other Regions; the other buckets bill what they store. Buckets
    that aren't in the graph count as elsewhere."""
    home, rules = scope.pricing.region_of(scope.resource), scope.items(path)
    found = scope.referenced(path, *BUCKETS)
    if len(found) < len(rules) or any(scope.pricing.region_of(one) != home for one in found):
        yield scope.use("Data to other Regions", ("data_transfer", "inter_region_gb"), scope.usage(REPLICATED))
    yield scope.use("Objects replicated", ("s3", "1k_put_requests"), scope.usage(REPLICAS))


USAGE: Final = (
    STORAGE,
    TIER_1,
    TIER_2,
    *KEPT.values(),
    *(key for *_, key in COLD_USE),
    MOVED,
    WATCHED,
    REPLICATED,
    REPLICAS,
)

EVENTS: Final = UsageKey("monthly_events", Decimal(100_000), "events of the bucket that go to EventBridge a month")


def notification(scope: Scope) -> Iterator[Charge]:
    """Events of a bucket that go to EventBridge, which bills them as it does custom ones; others are free."""
    if scope.flag("eventbridge"):
        yield scope.use("Events to EventBridge", ("eventbridge", "million_custom_events"), scope.usage(EVENTS))


PRICERS: Final = {
    tokens.BUCKET_NOTIFICATION[0]: Pricer(notification, twins=("aws_s3_bucket_notification",), usage=(EVENTS,)),
    **dict.fromkeys(BUCKETS, Pricer(bucket, twins=("aws_s3_bucket",), usage=USAGE)),
    **dict.fromkeys(
        LIFECYCLES, Pricer(lifecycle, twins=("aws_s3_bucket_lifecycle_configuration",), usage=(MOVED, WATCHED))
    ),
    tokens.BUCKET_REPLICATION[0]: Pricer(
        replication, twins=("aws_s3_bucket_replication_configuration",), usage=(REPLICATED, REPLICAS)
    ),
    tokens.BUCKET_INVENTORY[0]: Pricer(inventory, twins=("aws_s3_bucket_inventory",), usage=(LISTED,)),
    tokens.BUCKET_ANALYTICS[0]: Pricer(analytics, twins=("aws_s3_bucket_analytics_configuration",), usage=(MONITORED,)),
}
