"""Changes that would lower the bill, each with the saving that pricing the changed graph gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from typing import Final

from cost.estimate import Estimate
from cost.lever import Lever, Stack
from cost.lever_changes import LEVERS
from deployment.graph import ResourceGraph

LARGEST_SET: Final = 3
"""Changes that are tried together. More at once is a redesign, not a lever."""


@dataclass(frozen=True, slots=True)
class Saving:
    """What one lever, or several together, would save a month."""

    levers: tuple[Lever, ...]
    expected_usd: Decimal
    """Expected cost after the change."""
    worst_case_usd: Decimal
    saving_usd: Decimal
    """Expected dollars saved; 0 or more."""
    worst_case_saving_usd: Decimal
    meets_budget: bool
    """True when expected and worst case are within the budget afterwards."""
    what: str
    """What to do and to set, for people."""


def savings(graph: ResourceGraph, current: Estimate) -> list[Saving]:
    """Every single lever that saves anything, the largest saving first."""
    found = (_saving((lever,), graph, current) for lever in LEVERS)
    useful = [each for each in found if each is not None and (each.saving_usd > 0 or each.worst_case_saving_usd > 0)]
    return sorted(useful, key=lambda each: (-each.saving_usd, -each.worst_case_saving_usd, each.levers[0].id))


def cheapest_set(graph: ResourceGraph, current: Estimate) -> Saving | None:
    """The fewest changes that bring expected and worst case within the budget; of these the cheapest result.

    None when the stack is within its budget already, or no set of up to `LARGEST_SET` levers is enough.
    """
    if current.expected_usd <= current.budget_usd and current.bounded_usd <= current.budget_usd:
        return None
    single = [saving.levers[0] for saving in savings(graph, current)]
    for size in range(1, LARGEST_SET + 1):
        fitting = [
            saving
            for chosen in combinations(single, size)
            if (saving := _saving(chosen, graph, current)) is not None and saving.meets_budget
        ]
        if fitting:
            return min(fitting, key=lambda each: (each.worst_case_usd, [lever.id for lever in each.levers]))
    return None


def _saving(levers: Sequence[Lever], graph: ResourceGraph, current: Estimate) -> Saving | None:
    stack = Stack(graph, current.basis)
    told = []
    for lever in levers:
        after_lever = lever.apply(stack, current)
        if after_lever is None:
            return None
        told.append(lever.told(stack, after_lever))
        stack = after_lever
    after = current.again(stack.graph, stack.basis)
    if len(after.unpriced) > len(current.unpriced):
        return None
    return Saving(
        levers=tuple(levers),
        expected_usd=after.expected_usd,
        worst_case_usd=after.worst_case_usd,
        saving_usd=current.expected_usd - after.expected_usd,
        worst_case_saving_usd=current.worst_case_usd - after.worst_case_usd,
        meets_budget=max(after.expected_usd, after.bounded_usd) <= current.budget_usd,
        what="; ".join(told),
    )
