"""The worst case of a stack with a spend brake: what it can still cost when a machine of its own holds its fleets.

The brake compares the month's spend, as far as AWS reports it, with what may be spent by that day, and holds the
fleets at their minimum once it is more. Until then and for as long as nobody notices, the stack costs its worst case;
from then on, the worst case of fleets at their minimum.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from cost.uptime import MONTH_HOURS
from deployment import tokens
from deployment.decimals import number
from deployment.graph import Resource, ResourceGraph

REPORT_LAG_HOURS: Final = Decimal(12)
"""How late AWS reports spend, at most (AWS Cost Management user guide: budgets are updated up to three times a day,
8 to 12 hours after the last update)."""

DAYS: Final = 31
"""Days that the brake shares the limit out over."""

GROUP: Final = tokens.SCALING_GROUP[0]
SCHEDULE: Final = tokens.SCALING_SCHEDULE[0]


@dataclass(frozen=True, slots=True)
class BrakeBasis:
    """A brake that the stack declares, and whose machine is in the graph."""

    every_hours: Decimal
    """Time between two looks at the spend."""
    minimum_percent: Decimal
    """Share of the limit that a month with the fleets at their minimum is taken to cost."""

    def bound_usd(self, limit_usd: Decimal, worst_usd: Decimal, held_usd: Decimal) -> Decimal:
        """Most that a month costs: `worst_usd` is its worst case without the brake, `held_usd` with it on all month.

        For each day on which the spend can pass what is allowed by then: that much, the worst case until it is
        reported and looked at, and the fleets at their minimum for the rest of the month.
        """
        worst_hour, held_hour = worst_usd / MONTH_HOURS, held_usd / MONTH_HOURS
        unnoticed = REPORT_LAG_HOURS + self.every_hours
        found = min(limit_usd, worst_usd)
        for day in range(1, DAYS + 1):
            allowed = max(Decimal(0), limit_usd * (1 - self.minimum_percent / 100 * (DAYS - day) / DAYS))
            if worst_hour * 24 * day < allowed:
                continue
            rest = max(Decimal(0), MONTH_HOURS - 24 * (day - 1) - unnoticed)
            found = max(found, allowed + worst_hour * unnoticed + held_hour * rest)
        return min(found, worst_usd)


def held(graph: ResourceGraph) -> ResourceGraph:
    """`graph` with the fleets at their minimum: the largest that a schedule gives one, and of one that starts empty
    (a canary, which a rollout fills) that of the others."""
    schedules: dict[str, list[Resource]] = defaultdict(list)
    for schedule in graph.of_type(SCHEDULE):
        for group in graph.referenced(schedule, "autoscalingGroupName", GROUP):
            schedules[group.urn].append(schedule)
    least = {
        group.urn: max(number(one.get("minSize")) or Decimal(0) for one in (group, *schedules[group.urn]))
        for group in graph.of_type(GROUP)
    }
    largest = max(least.values(), default=Decimal(0))
    return ResourceGraph(
        replace(resource, inputs={**resource.inputs, **dict.fromkeys(SIZES, least[resource.urn] or largest)})
        if resource.type == GROUP
        else resource
        for resource in graph
        if resource.type != SCHEDULE
    )


SIZES: Final = ("minSize", "desiredCapacity", "maxSize")
