"""What the budget rules say when a stack costs too much, and the stacks of their examples."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from heapq import nsmallest
from typing import TYPE_CHECKING, Final

from deployment.errors import InputError
from deployment.tokens import LOAD_BALANCER, NAT_GATEWAY, PARAMETER

if TYPE_CHECKING:
    from cost import Estimate
    from cost.way_back import Figure, Priced
    from policies.context import Context
from policies.examples import Example
from policies.finding import WAYS_AHEAD, WAYS_APART
from policies.rule import Problem

FREE_STACK: Final[Example] = {"parameter": (PARAMETER[0], {"type": "String", "value": "x"})}
EXPENSIVE_STACK: Final[Example] = {
    "alb": (LOAD_BALANCER[0], {"loadBalancerType": "application"}),
    "nat": (NAT_GATEWAY[0], {}),
}
LINE_FIGURES: Final[Mapping[Figure, str]] = {"expected_usd": "monthly_usd", "bounded_usd": "worst_case_usd"}
"""Figure of an estimate -> that of one of its lines."""
MOST_DRIVERS: Final = 3
"""Resources that a message names; the cost report has them all."""


def priced(context: Context) -> Estimate | None:
    """The estimate; None without a budget, and when the stack can't be priced at all, which one rule reports for all
    three."""
    try:
        return context.estimate if context.has_budget else None
    except InputError:
        return None


def summary(estimate: Estimate, before: Estimate | None = None) -> str:
    """What a month costs, in one line: expected, worst case, budget, what is not priced and what comes by a date;
    and what the plan changes of it, where `before` is what is deployed."""
    limit = estimate.budget_usd
    budget = f" of a budget of ${limit:.2f}" if limit.is_finite() else ", with no budget set"
    braked = f" (${estimate.bounded_usd:.2f} with the spend brake)" if estimate.basis.brake else ""
    worst = f"worst case ${estimate.worst_case_usd:.2f}{braked}"
    drivers = _drivers(estimate, LINE_FIGURES["expected_usd"])
    count = len({each.urn for each in estimate.unpriced})
    unpriced = f"; {count} {'resource is' if count == 1 else 'resources are'} not priced" if count else ""
    coming = "".join(
        f"; from {each.day.isoformat()} ${each.monthly_usd:.2f} more: {each.what}" for each in estimate.coming
    )
    changed = "" if before is None else f"; {_changed(before, estimate)}"
    return (
        f"expected ${estimate.expected_usd:.2f} and {worst} a month{budget}, driven by {drivers}"
        f"{changed}{unpriced}{coming}"
    )


def _changed(before: Estimate, planned: Estimate) -> str:
    """What the plan changes of what is deployed, with the resources that change it most."""
    from cost.compare import compare

    found = compare(before, planned)
    if not found.changes:
        return "no change to what is deployed"
    largest = ", ".join(
        f"{each.name} {_signed(each.delta_usd)}"
        if each.delta_usd
        else f"{each.name} {_signed(each.worst_case_delta_usd)} at worst"
        for each in found.changes[:MOST_DRIVERS]
    )
    return (
        f"changes what is deployed by {_signed(found.delta_usd)} expected and {_signed(found.worst_case_delta_usd)} "
        f"in the worst case ({largest})"
    )


def _signed(usd: Decimal) -> str:
    return f"{'-' if usd < 0 else '+'}${abs(usd):.2f}"


def over_budget(which: str, figure: Figure, context: Context, estimate: Estimate) -> Problem:
    """Says by how much the dollars of `figure` exceed the budget, what drives them, and what brings them back."""
    cost_usd: Decimal = getattr(estimate, figure)
    over = cost_usd - estimate.budget_usd
    lead, remedy = _way_back(context, estimate, figure) if context.tells_ways else ("", "")
    message = (
        f"{which} ${cost_usd:.2f} a month{_brake(estimate, figure)} is ${over:.2f} over the budget of "
        f"${estimate.budget_usd:.2f}; "
        f"driven by {_drivers(estimate, LINE_FIGURES[figure])}{lead}{remedy}"
    )
    return Problem(message, remedy=remedy)


def _brake(estimate: Estimate, figure: Figure) -> str:
    if figure != "bounded_usd" or estimate.basis.brake is None:
        return ""
    return f" with the spend brake (without it ${estimate.worst_case_usd:.2f})"


def _drivers(estimate: Estimate, figure: str) -> str:
    by_resource: dict[str, Decimal] = defaultdict(Decimal)
    for line in estimate.charges:
        by_resource[line.name] += estimate.net_usd(line, figure)
    largest = nsmallest(MOST_DRIVERS, by_resource.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{name} ${cost:.2f}" for name, cost in largest if cost > 0) or "nothing that has a price"


def _priced(_context: Context) -> Priced:
    return []


def _way_back(context: Context, estimate: Estimate, figure: Figure) -> tuple[str, str]:
    """How a message leads up to what brings the figure back, and that."""
    from cost.way_back import ways_back  # prices the stack many times: only once it is over its budget

    ways, enough = ways_back(context.graph, estimate, figure, context.once(_priced))
    if not ways:
        shorter = "" if estimate.basis.tenancy == "shared" else ", or keep the stack up for fewer hours"
        return "; ", f"no known change lowers it and breaks no other rule: use less of what drives it{shorter}"
    told = WAYS_APART.join(f"{' and '.join(way.what)} (then ${way.cost_usd:.2f})" for way in ways)
    if enough:
        return WAYS_AHEAD, told
    return "; ", f"no known change is enough; what lowers it most: {told}"
