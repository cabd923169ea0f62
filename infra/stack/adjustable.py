"""What an engineer sets to change what the stack costs: advice about resources names these settings."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from infra.settings import Settings
from infra.settings.instance_capacity import instance_capacity
from infra.settings.uptime import UptimeSettings

DISTRIBUTION: Final = "mixedInstancesPolicy.instancesDistribution"

SETS: Final = {
    "maxSize": "plant:fleet.max_size to {}",
    "minSize": "plant:fleet.min_size to {}",
    "desiredCapacity": "plant:fleet.desired_capacity to {}",
    f"{DISTRIBUTION}.onDemandBaseCapacity": "plant:fleet.on_demand_base_capacity to {}",
    f"{DISTRIBUTION}.onDemandPercentageAboveBaseCapacity": "plant:fleet.on_demand_percent_above_base to {}",
    "aws:elasticache/serverlessCache:ServerlessCache": "plant:cache.node_type to null",
    "usage.monthlyRequests": "plant:usage.monthly_requests to {}",
    "usage.peakRequestsPerSecond": "plant:usage.peak_requests_per_second to {}",
    "usage.rolloutsPerMonth": "plant:usage.rollouts_per_month to {}",
}
"""Property of a resource, key of ``costBasis``, or type that takes another's place -> what to set; {}: new value."""

SMALLEST: Final = {"min_size": 1, "desired_capacity": 1}
SMALL: Final = "maxSizeOfSmallest"
"""Key of the lowest maxSize that the settings accept of fleets that start with one instance."""
SHORTEST_HOURS: Final = Decimal("0.5")
"""Least of plant:uptime.hours_per_session."""


def adjustable(settings: Settings) -> dict[str, Any]:
    """Part ``settings`` of the output ``costBasis``: what to set, the least that is accepted, plans of sessions."""
    return {
        "sets": SETS | {"tenancy.kind": _sharing(settings.uptime)},
        "least": {"maxSize": _least_max_size(settings), SMALL: _least_max_size(settings, SMALLEST)},
        "sessions": list(_plans(settings.uptime)) if settings.tenancy.kind == "dedicated" else [],
    }


def _sharing(uptime: UptimeSettings) -> str:
    """What a dedicated stack sets to borrow the platform's front door and cache; only a dedicated one has sessions."""
    schedule = ", plant:uptime.schedule to always-on," if uptime.schedule == "sessions" else ""
    return f"plant:tenancy.kind to {{}}{schedule} and plant:tenancy.platform to what the platform lends"


def _least_max_size(settings: Settings, sizes: Mapping[str, int] | None = None) -> int:
    """The fewest instances that carry the declared peak, as many as the fleet starts with or never has on spot, and one
    that a spike adds; with other `sizes` than declared."""
    fleet = settings.fleet.model_copy(update=dict(sizes or {}))
    least = max(fleet.min_size + 1, fleet.desired_capacity, fleet.on_demand_base_capacity)
    if settings.platform.kind != "ec2":
        return least
    each = instance_capacity(fleet, settings.contract, settings.slo).highest_rate()
    return max(least, math.ceil(float(settings.usage.peak_requests_per_second) / each))


def _plans(uptime: UptimeSettings) -> Iterator[dict[str, Any]]:
    """Sessions on fewer of the days, or whole hours shorter; of a stack that is always on, sessions at all."""
    if uptime.parked:
        return
    scheduled = uptime.schedule == "sessions"
    for days in range(1, len(uptime.session_days) + (not scheduled)):
        fewer = uptime.model_copy(update={"session_days": uptime.session_days[:days]})
        names = ", ".join(f'"{day}"' for day in fewer.session_days)
        what = f"plant:uptime.session_days to [{names}]"
        yield _plan(what if scheduled else f"plant:uptime.schedule to sessions and {what}", fewer)
    length = uptime.hours_per_session - 1
    while scheduled and length >= SHORTEST_HOURS:
        shorter = uptime.model_copy(update={"hours_per_session": length})
        hours, minutes = divmod(shorter.session_minutes, 60)
        yield _plan(f'plant:uptime.hours_per_session to "{hours}:{minutes:02}"', shorter)
        length -= 1


def _plan(what: str, uptime: UptimeSettings) -> dict[str, Any]:
    return {
        "set": what,
        "sessionsPerMonth": uptime.sessions_per_month,
        "hoursPerSession": f"{round(uptime.hours_per_session, 6).normalize():f}",
        "minutesAround": uptime.billed_minutes - uptime.session_minutes,
    }
