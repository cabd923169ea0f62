"""What a reader of the cost table asks next: levers, controls, rollouts, quantiles; as lines of text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.report.money import dollars, signed_dollars

if TYPE_CHECKING:
    from workbench.cost.priced import PricedFile

Section = tuple[str, list[str]]
"""Heading and lines."""


def levers(file: PricedFile) -> Section:
    """Changes that save, each priced, and the smallest set that meets the budget."""
    from cost.levers import cheapest_set, savings

    found = savings(file.graph, file.estimate)
    rows = [
        f"{dollars(each.saving_usd)} expected, {dollars(each.worst_case_saving_usd)} worst case: {each.what}"
        for each in found
    ]
    best = cheapest_set(file.graph, file.estimate) if file.judged else None
    if best is not None:
        rows.insert(
            0,
            f"Within the budget with: {best.what} (expected {dollars(best.expected_usd)}, "
            f"worst case {dollars(best.worst_case_usd)})",
        )
    elif file.over_budget:
        rows.insert(0, "No set of up to three of these changes is enough.")
    return "What would save, by pricing the changed stack", rows or ["Nothing that is known here would save."]


def controls(file: PricedFile) -> Section:
    """What each security and reliability control costs."""
    from cost.controls import ledger

    rows = []
    for entry in ledger(file.graph, file.estimate):
        note = f"; {entry.control.note}" if entry.control.note else ""
        rows.append(
            f"{dollars(entry.expected_usd)} expected, {dollars(entry.list_always_on_usd)} list always-on: "
            f"{entry.control.title} ({entry.control.references}){note}"
        )
    return "What controls cost", rows or ["The stack has none of the controls that the ledger knows."]


def rollout(file: PricedFile) -> Section:
    """What one canary rollout and one rollback cost."""
    from cost.rollout_cost import rollout_cost

    cost = rollout_cost(file.graph, file.estimate)
    if cost is None:
        return "Canary rollout", ["The stack has no rollout that can be read."]
    return "Canary rollout", [
        f"{dollars(cost.rollout_usd)} for one that passes: canary instances for {cost.hold_hours:f} hours of holds "
        f"{dollars(cost.instances_usd)}, {cost.transitions} state transitions {dollars(cost.transitions_usd)}",
        f"{dollars(cost.rollback_usd)} at most for one that is rolled back at the end of its last hold",
        f"{signed_dollars(cost.month_usd)} in a month of {cost.rollouts:f} rollouts, at list price",
    ]


def quantiles(file: PricedFile) -> Section:
    """The month's cost as a distribution."""
    from cost.quantiles import quantiles as of

    found = of(file.estimate)
    rows = [f"{percent} % of months cost at most {dollars(usd)}" for percent, usd in found.usd.items()]
    rows.append(f"the dearest of {found.samples:,} sampled months: {dollars(found.largest_usd)}")
    if file.judged:
        rows.append(f"{found.within_budget_percent} % of them are within the budget")
    return "Sampled months", rows
