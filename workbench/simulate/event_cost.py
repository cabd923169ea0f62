"""What a simulated event costs, by the cost model's own lines: no price is known here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from policies.cost.estimate import Estimate
from workbench.simulate import kernel
from workbench.simulate.reading.fleets import GROUP
from workbench.simulate.simulation import RunResult

SECONDS_PER_HOUR: Final = Decimal(3600)


@dataclass(frozen=True, slots=True)
class EventCost:
    """US dollars at list price, allowances aside."""

    instances_usd: Decimal
    """Instance hours of the simulation."""
    requests_usd: Decimal
    """What is billed by use, scaled from the declared month to the simulated requests."""
    fixed_usd: Decimal
    """Everything else that exists meanwhile, by the hour."""

    @property
    def total_usd(self) -> Decimal:
        """All three."""
        return self.instances_usd + self.requests_usd + self.fixed_usd


def instance_hour_usd(estimate: Estimate) -> Mapping[str, Decimal]:
    """Logical name of each group -> dollars of one of its instances for an hour: the dearest declared terms."""
    found: dict[str, Decimal] = {}
    for line in estimate.charges:
        if line.type == GROUP and line.price.unit == "instance-hour":
            found[line.name] = max(found.get(line.name, Decimal(0)), line.price.usd)
    return found


def event_cost(estimate: Estimate, run: RunResult, monthly_requests: int) -> EventCost:
    """Cost of the time and the requests of `run` on the stack of `estimate`."""
    hours = Decimal(run.duration_seconds) / SECONDS_PER_HOUR
    prices = instance_hour_usd(estimate)
    instances = sum(
        (
            Decimal(seconds) / SECONDS_PER_HOUR * prices.get(name, Decimal(0))
            for name, seconds in run.instance_seconds.items()
        ),
        Decimal(0),
    )
    requests = Decimal(run.total(kernel.OFFERED) + run.total(kernel.REFUSED))
    by_use = sum((line.monthly_usd for line in estimate.charges if line.usage_based), Decimal(0))
    fixed = sum(
        (line.monthly_usd for line in estimate.charges if not line.usage_based and line.type != GROUP), Decimal(0)
    )
    return EventCost(
        instances_usd=instances,
        requests_usd=by_use * requests / monthly_requests if monthly_requests else Decimal(0),
        fixed_usd=fixed / estimate.uptime_hours * hours if estimate.uptime_hours else Decimal(0),
    )
