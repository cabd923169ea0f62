"""What one canary rollout costs, and one that is rolled back."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from cost.estimate import Estimate
from cost.rollouts import find_rollout, hours_per_month, looks_of_one
from cost.scope import Pricing
from deployment.graph import ResourceGraph


@dataclass(frozen=True, slots=True)
class RolloutCost:
    """Dollars of rollouts, at list price."""

    hold_hours: Decimal
    """Hours that the steps of one rollout are watched."""
    rollouts: Decimal
    """Declared rollouts a month."""
    transitions: Decimal
    """State transitions of one rollout."""
    instances_usd: Decimal
    """Canary instances and volumes of one rollout."""
    transitions_usd: Decimal
    """State transitions of one rollout."""
    month_usd: Decimal
    """All declared rollouts of a month."""

    @property
    def rollout_usd(self) -> Decimal:
        """One rollout that passes."""
        return self.instances_usd + self.transitions_usd

    @property
    def rollback_usd(self) -> Decimal:
        """One that fails in its last moment: as long as one that passes, and then every state of the way back once."""
        return self.rollout_usd


def rollout_cost(graph: ResourceGraph, found: Estimate) -> RolloutCost | None:
    """The cost of a rollout in `graph`, from the lines of its estimate; None when the graph has no rollout."""
    rollout = find_rollout(graph)
    count = found.basis.traffic.rollouts_per_month
    if rollout is None or found.basis.rollout is None or not count:
        return None
    pricing = Pricing(graph, found.basis)
    instances = [line for line in found.charges if line.urn == rollout.canary.urn and "in rollouts" in line.item]
    moves = [line for line in found.charges if line.urn == rollout.machine.urn]
    instances_usd = sum((line.monthly_usd for line in instances), Decimal(0))
    transitions_usd = sum((line.monthly_usd for line in moves), Decimal(0))
    return RolloutCost(
        hold_hours=hours_per_month(pricing) / count,
        rollouts=count,
        transitions=rollout.workflow.transitions(looks_of_one(pricing)),
        instances_usd=instances_usd / count,
        transitions_usd=transitions_usd / count,
        month_usd=instances_usd + transitions_usd,
    )
