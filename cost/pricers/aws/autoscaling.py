"""Auto Scaling: the group is free, its instances, volumes, addresses, metrics and alarms are not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from cost.catalogue import Price
from cost.charges import ZERO, Amount, Charge, Driver, Unpriced
from cost.compute import (
    CREDITS,
    DERIVED,
    DETAILED_METRICS,
    capped,
    credit_charges,
    on_demand,
    priced_as,
    spot,
    volume_charges,
)
from cost.fleets import GROUP, Fleet, fleet_of, group_size
from cost.images import OPERATING_SYSTEM
from cost.registry import Pricer
from cost.rollouts import hours_per_month, rollout_of
from cost.scope import Scope, UsageKey, told
from cost.uptime import MONTH_HOURS, Metering
from deployment import tokens
from deployment.unknown import SECRET, UNKNOWN

TARGET_TRACKING_ALARMS: Final = 2
"""Alarms that a target-tracking policy makes for itself (AWS Auto Scaling user guide, 2026-09)."""

INSTANCES: Final = UsageKey("instances", Decimal(0), "instances at a time, instead of the desired capacity")


def group(scope: Scope) -> Iterator[Charge]:
    """Instances of the group with all they carry, and those of its warm pool."""
    fleet = fleet_of(scope)
    given = scope.given(INSTANCES)
    count = fleet.count if given is None else Amount.of(fleet.count.floor, given, fleet.count.worst)
    rollout = scope.pricing.once(rollout_of)
    if rollout is not None and scope.is_the(rollout.canary.urn):
        yield from canary(
            scope, fleet, group_size(Scope(scope.pricing, rollout.stable)), hours_per_month(scope.pricing)
        )
    if count.worst:
        yield from instances(scope, fleet, count)
        yield from attachments(scope, fleet, count)
    yield from warm_pool(scope, fleet)


def instances(scope: Scope, fleet: Fleet, count: Amount) -> Iterator[Charge]:
    """Instance hours. Expected: by the allocation strategies; worst case: the dearest type, on demand.

    A group that is all spot with a declared maximum price can't cost more than that price.
    """
    regular = [on_demand(scope, each, fleet.system) for each in fleet.types]
    dearest = max(regular, key=lambda price: price.usd)
    if len(regular) == 1 and fleet.on_demand_percent == 100:
        yield _hours(f"Instances on demand ({_type(dearest)})", dearest, count)
        return
    first = min(regular, key=lambda price: price.usd) if fleet.on_demand_strategy == "lowest-price" else regular[0]
    floor_regular, floor_spot = fleet.split(count.floor)
    regular_count, spot_count = fleet.split(count.expected)
    all_spot = not fleet.on_demand_base and not fleet.on_demand_percent
    if regular_count or floor_regular:
        yield _hours(f"Instances on demand ({_type(first)})", first, Amount(floor_regular, regular_count, ZERO))
    if spot_count or floor_spot:
        price, label = spot_price(scope, fleet)
        yield _hours(f"Instances on spot ({label})", price, Amount(floor_spot, spot_count, ZERO))
    limit = capped(dearest, fleet.spot_max_usd) if all_spot and fleet.spot_max_usd is not None else dearest
    yield _hours(f"Worst case: all at once ({_type(dearest)})", limit, Amount(ZERO, ZERO, count.worst))


def spot_price(scope: Scope, fleet: Fleet) -> tuple[Price, str]:
    """Expected spot price and how it was chosen: the cheapest type, the first, or the mean of all, each in the zones
    that the strategy takes."""
    prices = [in_zone(spot(scope, each, fleet.system), fleet.spot_strategy) for each in fleet.types]
    if fleet.spot_strategy == "lowest-price":
        chosen = min(prices, key=lambda price: price.usd)
        return chosen, f"{_type(chosen)}, cheapest"
    if fleet.spot_strategy == "capacity-optimized-prioritized" or len(prices) == 1:
        return prices[0], _type(prices[0])
    mean = sum((price.usd for price in prices), ZERO) / len(prices)
    dearest = max(prices, key=lambda price: price.usd)
    return priced_as(
        dearest, mean, "mean", "mean of " + ", ".join(price.path for price in prices)
    ), f"mean of {len(prices)} types"


def in_zone(price: Price, strategy: str) -> Price:
    """The price where `strategy` places an instance: in the cheapest zone, or in any, whichever has capacity."""
    if not price.zones or strategy != "lowest-price":
        return price
    return priced_as(price, price.zones[0], "cheapest zone", price.note)


def canary(scope: Scope, fleet: Fleet, stable: Amount, hours: Decimal) -> Iterator[Charge]:
    """What the rollouts of a month add: as many instances as the stable fleet has, for the hours of their holds.

    The worst case has the fleet at its maximum for all of the uptime anyway, so it is counted there.
    """
    size = min(stable.expected, fleet.count.worst)
    regular, on_spot = fleet.split(size)
    if regular:
        price = on_demand(scope, fleet.types[0], fleet.system)
        yield _rollout_hours(f"Canary on demand in rollouts ({_type(price)})", price, regular * hours)
    if on_spot:
        price, label = spot_price(scope, fleet)
        yield _rollout_hours(f"Canary on spot in rollouts ({label})", price, on_spot * hours)
    instance_months = size * hours / MONTH_HOURS
    for volume in fleet.volumes:
        yield from volume_charges(
            scope, volume, Amount(ZERO, instance_months, ZERO), Metering.USE, what="Canary volume in rollouts"
        )


def _rollout_hours(item: str, price: Price, hours: Decimal) -> Charge:
    return Charge(item, price, Amount(ZERO, hours, ZERO), Metering.USE, usage_based=True, driver=Driver.FLEET)


def attachments(scope: Scope, fleet: Fleet, count: Amount) -> Iterator[Charge]:
    """Volumes, addresses, detailed monitoring and surplus credits of the instances."""
    for volume in fleet.volumes:
        yield from volume_charges(scope, volume, count, what="Instance volume")
    driver = Driver.FIXED if count.floor == count.worst else Driver.FLEET
    if fleet.public_ipv4.worst:
        addresses = Amount(
            count.floor * fleet.public_ipv4.floor,
            count.expected * fleet.public_ipv4.expected,
            count.worst * fleet.public_ipv4.worst,
        )
        yield scope.charge(
            "Public IPv4 addresses of instances",
            ("vpc", "public_ipv4_hour"),
            addresses,
            Metering.SECONDS,
            driver=Driver.FLEET,
        )
    if fleet.detailed_monitoring:
        yield scope.charge(
            "Detailed monitoring",
            ("cloudwatch", "metric_month"),
            count * DETAILED_METRICS,
            Metering.PRORATED_MONTH,
            driver=driver,
        )
    yield from credit_charges(scope, fleet.types, fleet.cpu_credits, count)


def warm_pool(scope: Scope, fleet: Fleet) -> Iterator[Charge]:
    """Instances kept ready: volumes when they are stopped, everything when they run."""
    pool = scope.known("warmPool", None)
    if not pool:
        return
    if any(pool.get(key) in (UNKNOWN, SECRET) for key in ("maxGroupPreparedCapacity", "minSize", "poolState")):
        raise Unpriced("what its warm pool keeps isn't known, so it has no largest number")
    prepared = Decimal(str(pool.get("maxGroupPreparedCapacity") or 0))
    low = Decimal(str(pool.get("minSize") or 0))
    most = prepared if prepared > 0 else fleet.count.worst
    count = Amount.of(low, max(low, most - fleet.count.expected), most)
    if pool.get("poolState", "Stopped") == "Running":
        price = max((on_demand(scope, each, fleet.system) for each in fleet.types), key=lambda each: each.usd)
        yield _hours(f"Warm pool, running ({_type(price)})", price, count)
    for volume in fleet.volumes:
        yield from volume_charges(scope, volume, count, what="Warm pool volume")


def policy(scope: Scope) -> Iterator[Charge]:
    """The alarms that a target-tracking policy makes; other policies are free."""
    if scope.text("policyType", "SimpleScaling") == "TargetTrackingScaling":
        yield scope.charge(
            "Alarms of target tracking",
            ("cloudwatch", "alarm_month"),
            Amount.fixed(TARGET_TRACKING_ALARMS * tracked_metrics(scope, "targetTrackingConfiguration")),
            Metering.PRORATED_MONTH,
        )


def tracked_metrics(scope: Scope, path: str) -> int:
    """Metrics that each alarm of the policy watches: one, or all that its expressions combine."""
    metrics = scope.items(f"{path}.customizedMetricSpecification.metrics")
    if any(not isinstance(metric, Mapping) for metric in metrics):
        raise Unpriced("a metric that it tracks isn't known, and each alarm is billed by its metrics")
    return max(1, sum(1 for metric in metrics if told(metric, "metricStat") is not None))


def _hours(item: str, price: Price, count: Amount) -> Charge:
    return Charge(item, price, count, Metering.SECONDS, driver=Driver.FLEET)


def _type(price: Price) -> str:
    return price.key.partition(".")[2].partition(DERIVED)[0]


PRICERS: Final = {
    GROUP: Pricer(group, twins=("aws_autoscaling_group",), usage=(INSTANCES, OPERATING_SYSTEM, *CREDITS)),
    tokens.SCALING_POLICY[0]: Pricer(policy, twins=("aws_autoscaling_policy",)),
}
