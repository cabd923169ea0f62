"""How a stack that costs too much comes back within its budget: changes that were priced, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import combinations
from typing import Any, Final, Literal

from cost.adjustable import Adjustable
from cost.estimate import Estimate
from cost.estimator import SHAPE_ERRORS, estimate
from cost.lever import Lever, Stack, changed, settable, what_to_set
from cost.lever_changes import GROUP, LEVERS, least_max_size
from cost.uptime import Uptime
from deployment.decimals import number
from deployment.graph import Resource, ResourceGraph

Figure = Literal["expected_usd", "bounded_usd"]

NOT_ADVISED: Final = frozenset({"aws-owned-keys", "no-rotation"})
"""Levers that save, and break another rule of the pack."""
SEARCHED: Final = frozenset({"fewer-hours", "shorter-sessions", "smaller-maximum"})
"""Levers whose size is searched for here: as far as needed, and no further."""
LARGEST_SET: Final = 3
"""Changes that are tried together."""
TENTH: Final = Decimal("0.1")
MOST_RESOURCES: Final = 1_000
"""In a larger graph no way is looked for: it is priced some fifty times."""
MOST_WAYS: Final = 3
"""Ways that are told."""


@dataclass(frozen=True, slots=True)
class Way:
    """One change, or several together, and what the stack costs afterwards."""

    what: tuple[str, ...]
    """What to do, for people; several only together."""
    cost_usd: Decimal
    """Dollars a month of the figure that was over, afterwards."""


def ways_back(graph: ResourceGraph, current: Estimate, figure: Figure) -> tuple[list[Way], bool]:
    """Ways that bring `figure` within the budget, the fewest changes first, then the cheapest; and True.

    Where no set of changes is enough: the single ones that help most, and False. A graph of more than
    `MOST_RESOURCES` gets none.
    """
    if len(graph) > MOST_RESOURCES:
        return [], False
    search = _Search(Stack(graph, current.basis), current, figure)
    singles = sorted(search.singles(), key=lambda way: way.cost_usd)
    enough = [way for way in singles if way.cost_usd <= current.budget_usd]
    if enough:
        return enough[:MOST_WAYS], True
    for size in range(2, LARGEST_SET + 1):
        if sets := sorted(search.sets(size), key=lambda way: way.cost_usd):
            return sets[:1], True
    return singles[:MOST_WAYS], False


class _Search:
    def __init__(self, stack: Stack, current: Estimate, figure: Figure) -> None:
        self.stack = stack
        self.current = current
        self.figure = figure
        self.cost_usd: Decimal = getattr(current, figure)

    def singles(self) -> Iterator[Way]:
        """Every change that lowers the figure."""
        for lever in LEVERS:
            if lever.id not in NOT_ADVISED | SEARCHED and (way := self.way((lever,))) is not None:
                yield way
        if (way := self.fewer_hours()) is not None:
            yield way
        if (way := self.smaller_maximum()) is not None:
            yield way
        if (way := self.lower_peak()) is not None:
            yield way

    def sets(self, size: int) -> Iterator[Way]:
        """Every `size` changes that are enough together."""
        useful = [lever for lever in LEVERS if lever.id not in NOT_ADVISED and self.way((lever,)) is not None]
        for levers in combinations(useful, size):
            way = self.way(levers)
            if way is not None and way.cost_usd <= self.current.budget_usd:
                yield way

    def way(self, levers: tuple[Lever, ...]) -> Way | None:
        """All of `levers` together; None where one changes nothing, or the figure isn't lower."""
        stack = self.stack
        told = []
        for lever in levers:
            after = _applied(lever, stack, self.current)
            if after is None or not settable(stack, after):
                return None
            told.append(_lower_first(lever.told(stack, after)))
            stack = after
        return self.priced(stack, *told)

    def fewer_hours(self) -> Way | None:
        """The most whole sessions, or hours where there is one, that fit."""
        uptime = self.stack.basis.uptime
        if self.stack.basis.tenancy == "shared" or self.stack.basis.parked or uptime.hours <= 1:
            return None
        if self.stack.basis.adjustable is not None:
            return self.planned(self.stack.basis.adjustable)

        def shortened(units: int) -> Stack:
            fewer = (
                Uptime(Decimal(1), Decimal(units)) if uptime.sessions == 1 else replace(uptime, sessions=Decimal(units))
            )
            return Stack(self.stack.graph, replace(self.stack.basis, uptime=fewer))

        return self.shorter(
            shortened(self.largest(int(uptime.hours if uptime.sessions == 1 else uptime.sessions) - 1, shortened))
        )

    def planned(self, adjustable: Adjustable) -> Way | None:
        """The most hours of those that the stack's settings give, and that fit; the fewest where none do."""
        plans = sorted(adjustable.sessions, key=lambda plan: -plan.uptime.hours)
        way = None
        for plan in plans:
            if plan.uptime.hours < self.stack.basis.uptime.hours:
                way = self.shorter(Stack(self.stack.graph, replace(self.stack.basis, uptime=plan.uptime)))
                if way is not None and way.cost_usd <= self.current.budget_usd:
                    return way
        return way

    def shorter(self, stack: Stack) -> Way | None:
        """The way that keeps it up for as long as `stack` is."""
        hours, before = stack.basis.uptime.hours, self.stack.basis.uptime.hours
        fewer = f"{_plain(hours)} hour{'' if hours == 1 else 's'}"
        sets = what_to_set(self.stack, stack)
        return self.priced(stack, f"keep it up {fewer} a month instead of {_plain(before)} hours ({sets})")

    def smaller_maximum(self) -> Way | None:
        """The largest maxSize that fits, and no less than the desired size of any group."""
        sizes = [_sizes(group) for group in self.stack.graph.of_type(*GROUP)]
        least = max((desired for desired, _ in sizes), default=0)
        least = max(least, least_max_size(self.stack))
        highest = max((high for _, high in sizes), default=0)
        if not sizes or highest <= max(1, least):
            return None

        def lowered(cap: int) -> Stack:
            def change(group: Resource) -> dict[str, Any] | None:
                return {"maxSize": cap} if _sizes(group)[1] > cap else None

            return changed(self.stack, GROUP, change) or self.stack

        cap = max(1, least, self.largest(highest - 1, lowered))
        smaller = lowered(cap)
        return self.priced(smaller, f"{what_to_set(self.stack, smaller)} instead of {highest}")

    def lower_peak(self) -> Way | None:
        """The largest declared peak that fits, to a tenth of a request a second. Only the worst case has one."""
        basis = self.stack.basis
        peak = basis.traffic.peak_requests_per_second
        if self.figure != "bounded_usd" or peak <= TENTH or not basis.uptime.hours:
            return None
        mean = basis.traffic.monthly_requests / (basis.uptime.hours * 3600)

        def calmer(tenths: int) -> Stack:
            traffic = replace(basis.traffic, peak_requests_per_second=tenths * TENTH)
            return Stack(self.stack.graph, replace(basis, traffic=traffic))

        tenths = self.largest(int(peak / TENTH) - 1, calmer)
        lower = calmer(tenths)
        sets = what_to_set(self.stack, lower)
        way = self.priced(
            lower, f"declare a peak of {_plain(tenths * TENTH)} requests a second instead of {_plain(peak)} ({sets})"
        )
        enough = way is not None and way.cost_usd <= self.current.budget_usd and tenths * TENTH >= mean
        return way if enough else None

    def largest(self, most: int, at: Callable[[int], Stack]) -> int:
        """The largest number from 1 to `most` with which the stack is within the budget; 1 where none is."""
        low, high = 1, max(1, most)
        while low < high:
            middle = (low + high + 1) // 2
            if getattr(self.estimate(at(middle)), self.figure) <= self.current.budget_usd:
                low = middle
            else:
                high = middle - 1
        return low

    def priced(self, stack: Stack | None, *what: str) -> Way | None:
        """The way with its dollars; None where it doesn't lower the figure, or leaves something without a price."""
        if stack is None:
            return None
        after = self.estimate(stack)
        cost_usd: Decimal = getattr(after, self.figure)
        if cost_usd >= self.cost_usd or len(after.unpriced) > len(self.current.unpriced):
            return None
        return Way(what, cost_usd)

    def estimate(self, stack: Stack) -> Estimate:
        return estimate(stack.graph, limit_usd=self.current.budget_usd, basis=stack.basis)


def _applied(lever: Lever, stack: Stack, current: Estimate) -> Stack | None:
    if stack.basis.tenancy == "shared" and lever.id in ("fewer-hours", "shorter-sessions"):
        return None  # only a dedicated stack has hours of its own to shorten
    try:
        return lever.apply(stack, current)
    except SHAPE_ERRORS:  # a file from outside may hold any shape: there is nothing to change
        return None


def _lower_first(text: str) -> str:
    return text[0].lower() + text[1:]


def _sizes(group: Resource) -> tuple[int, int]:
    """Desired size and maximum; 0 where it isn't known."""
    desired = number(group.get("desiredCapacity", group.get("minSize", 0)))
    return int(desired or 0), int(number(group.get("maxSize")) or 0)


def _plain(value: Decimal) -> str:
    return f"{round(value, 2).normalize():f}"
