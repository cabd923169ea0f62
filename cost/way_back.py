"""How a stack that costs too much comes back within its budget: changes that were priced, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import combinations
from typing import Any, Final, Literal

from cost.adjustable import Adjustable
from cost.estimate import Estimate
from cost.lever import Lever, Stack, changed, settable, what_to_set
from cost.lever_changes import GROUP, LEVERS, least_max_size
from cost.uptime import Uptime
from deployment.decimals import number
from deployment.errors import SHAPE_ERRORS
from deployment.graph import Resource, ResourceGraph

Figure = Literal["expected_usd", "bounded_usd"]

NOT_ADVISED: Final = frozenset({"aws-owned-keys", "no-rotation", "share-platform"})
"""Levers that save, and break another rule of the pack; and the one that no setting makes alone: to borrow a platform's
front door takes what the platform lends, and adds what a lodger has of its own, so that its dollars are not known."""
SEARCHED: Final = frozenset({"fewer-hours", "shorter-sessions", "smaller-maximum"})
"""Levers whose size is searched for here: as far as needed, and no further."""
LARGEST_SET: Final = 3
"""Changes that are tried together."""
ROLLOUTS: Final = "usage.rolloutsPerMonth"
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
    passes: bool = True
    """Whether every figure that the budget is held against is within it afterwards."""


Priced = list[tuple[Stack, Estimate]]
"""Changed stacks that have a price already."""


def ways_back(
    graph: ResourceGraph, current: Estimate, figure: Figure, priced: Priced | None = None
) -> tuple[list[Way], bool]:
    """Ways that bring `figure` within the budget, the fewest changes first, then the cheapest; and True.

    Those that bring the other figures within it, too, where there are any: whoever follows one is done. A lower number
    of requests is told where nothing else is enough: traffic is no choice of the stack's. Where no set of changes is
    enough: the single ones that help most, and False. A graph of more than `MOST_RESOURCES` gets none.

    What is tried is added to `priced`: give it again for another figure of the same `current`, most is tried for both.
    """
    if len(graph) > MOST_RESOURCES:
        return [], False
    search = _Search(Stack(graph, current.basis), current, figure, [] if priced is None else priced)
    singles = sorted(search.singles(), key=lambda way: way.cost_usd)
    if done := [way for way in singles if way.passes]:
        return done[:MOST_WAYS], True
    for size in range(2, LARGEST_SET + 1):
        if sets := sorted(search.sets(size), key=lambda way: way.cost_usd):
            return sets[:1], True
    if (way := search.fewer_requests()) is not None:
        return [way], True
    enough = [way for way in singles if way.cost_usd <= current.budget_usd]
    return (enough or singles)[:MOST_WAYS], bool(enough)


class _Search:
    def __init__(self, stack: Stack, current: Estimate, figure: Figure, known: Priced) -> None:
        self.stack = stack
        self.current = current
        self.figure = figure
        self.known = known
        self.cost_usd: Decimal = getattr(current, figure)
        self._alone: dict[str, Way | None] = {}

    def singles(self) -> Iterator[Way]:
        """Every change that lowers the figure."""
        for lever in LEVERS:
            if lever.id not in NOT_ADVISED | SEARCHED and (way := self.alone(lever)) is not None:
                yield way
        if (way := self.fewer_hours()) is not None:
            yield way
        if (way := self.smaller_maximum()) is not None:
            yield way
        if (way := self.smaller_fleets()) is not None:
            yield way
        if (way := self.fewer_rollouts()) is not None:
            yield way
        if (way := self.lower_peak()) is not None:
            yield way

    def sets(self, size: int) -> Iterator[Way]:
        """Every `size` changes that are enough together."""
        useful = [lever for lever in LEVERS if lever.id not in NOT_ADVISED and self.alone(lever) is not None]
        for levers in combinations(useful, size):
            way = self.way(levers)
            if way is not None and way.passes:
                yield way

    def alone(self, lever: Lever) -> Way | None:
        """One lever, priced once: sets ask again which of them help."""
        if lever.id not in self._alone:
            self._alone[lever.id] = self.way((lever,))
        return self._alone[lever.id]

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
                if way is not None and way.passes:
                    return way
        return way

    def shorter(self, stack: Stack) -> Way | None:
        """The way that keeps it up for as long as `stack` is."""
        told = _shorter_told(self.stack.basis.uptime, stack.basis.uptime)
        return self.priced(stack, f"{told} ({what_to_set(self.stack, stack)})")

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

    def smaller_fleets(self) -> Way | None:
        """One instance at least, where the stack's settings start its fleets with more; and a smaller maximum with it,
        where that alone is not enough."""
        adjustable = self.stack.basis.adjustable
        if adjustable is None or "minSize" not in adjustable.sets:
            return None

        def change(group: Resource) -> dict[str, Any] | None:
            low, desired = number(group.get("minSize")) or 0, _sizes(group)[0]
            fewer = {"minSize": 1, "desiredCapacity": 1} if low > 1 else {"desiredCapacity": 1}
            return fewer if max(low, desired) > 1 else None

        smaller = changed(self.stack, GROUP, change)
        if smaller is None:
            return None
        way = self.priced(smaller, what_to_set(self.stack, smaller))
        return way if way is not None and way.passes else self.capped(smaller) or way

    def capped(self, smaller: Stack) -> Way | None:
        """The way with the largest maxSize that fits `smaller`; None where none does."""
        adjustable = self.stack.basis.adjustable
        least = 1 if adjustable is None else int(adjustable.least.get("maxSizeOfSmallest", least_max_size(self.stack)))
        highest = max(_sizes(group)[1] for group in smaller.graph.of_type(*GROUP))

        def lowered(cap: int) -> Stack:
            return (
                changed(smaller, GROUP, lambda group: {"maxSize": cap} if _sizes(group)[1] > cap else None) or smaller
            )

        both = lowered(max(least, self.largest(highest - 1, lowered)))
        way = self.priced(both, what_to_set(self.stack, both))
        return way if way is not None and way.passes else None

    def fewer_rollouts(self) -> Way | None:
        """The most rollouts a month that fit. Only a stack whose settings declare them has them to declare."""
        basis = self.stack.basis
        rollouts = int(basis.traffic.rollouts_per_month)
        if basis.adjustable is None or ROLLOUTS not in basis.adjustable.sets or rollouts <= 1:
            return None

        def with_rollouts(number: int) -> Stack:
            traffic = replace(basis.traffic, rollouts_per_month=Decimal(number))
            return Stack(self.stack.graph, replace(basis, traffic=traffic))

        fits = self.largest(rollouts - 1, with_rollouts)
        fewer = with_rollouts(fits)
        often = "once" if fits == 1 else f"{fits} times"
        return self.priced(fewer, f"roll out {often} a month instead of {rollouts} ({what_to_set(self.stack, fewer)})")

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
        enough = way is not None and way.passes and tenths * TENTH >= mean
        return way if enough else None

    def fewer_requests(self) -> Way | None:
        """The most requests a month that fit, in two digits. Only a stack that declares them has them to declare."""
        basis = self.stack.basis
        requests = int(basis.traffic.monthly_requests)
        if not basis.declared or requests <= 1:
            return None

        def with_requests(place: int) -> Stack:
            traffic = replace(basis.traffic, monthly_requests=Decimal(_of_two_digits(place)))
            return Stack(self.stack.graph, replace(basis, traffic=traffic))

        place = self.largest(_place_of(requests - 1), with_requests)
        fits, fewer = _of_two_digits(place), with_requests(place)
        sets = what_to_set(self.stack, fewer)
        way = self.priced(fewer, f"serve {fits:,} requests a month instead of {requests:,} ({sets})")
        return way if way is not None and way.passes else None

    def largest(self, most: int, at: Callable[[int], Stack]) -> int:
        """The largest number from 1 to `most` with which the stack is within the budget; 1 where none is.

        1 is tried first: where it is not enough, which is mostly so, no other is.
        """
        low, high = 1, max(1, most)
        if low == high or not self.passes(self.estimate(at(low))):
            return low
        while low < high:
            middle = (low + high + 1) // 2
            if self.passes(self.estimate(at(middle))):
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
        return Way(what, cost_usd, self.passes(after))

    def passes(self, after: Estimate) -> bool:
        """Whether the figure is within the budget, and every other that the budget is held against.

        The figure comes last: the worst case with a brake prices the stack once more.
        """
        limit_usd = self.current.budget_usd
        return (
            all(after.total_usd(gate) <= limit_usd for gate in after.gates) and getattr(after, self.figure) <= limit_usd
        )

    def estimate(self, stack: Stack) -> Estimate:
        for known, found in self.known:
            if known == stack:
                return found
        found = self.current.again(stack.graph, stack.basis)
        self.known.append((stack, found))
        return found


def _applied(lever: Lever, stack: Stack, current: Estimate) -> Stack | None:
    if stack.basis.tenancy == "shared" and lever.id in ("fewer-hours", "shorter-sessions"):
        return None  # only a dedicated stack has hours of its own to shorten
    try:
        return lever.apply(stack, current)
    except SHAPE_ERRORS:  # a file from outside may hold any shape: there is nothing to change
        return None


def _shorter_told(old: Uptime, new: Uptime) -> str:
    """How long a stack is kept up instead, in sessions where it has any."""
    if new.sessions <= 1:
        hours = f"{_plain(new.hours)} hour{'' if new.hours == 1 else 's'}"
        return f"keep it up {hours} a month instead of {_plain(old.hours)} hours"
    if new.sessions == old.sessions:
        return f"keep each session up {_plain(new.hours_per_session)} h instead of {_plain(old.hours_per_session)} h"
    fewer = f"keep it up for {_plain(new.sessions)} sessions"
    if old.sessions > 1:
        return f"{fewer} a month instead of {_plain(old.sessions)}"
    return f"{fewer} of {_plain(new.hours_per_session)} h a month instead of {_plain(old.hours)} h"


def _of_two_digits(place: int) -> int:
    """The number at `place` among those that their first two digits make: 1 to 99, 100, 110, and so on."""
    zeros, rest = divmod(max(0, place - 10), 90)
    unit: int = 10**zeros
    return place if place < 100 else (rest + 10) * unit


def _place_of(number: int) -> int:
    """Place of the largest such number that is no more than `number`."""
    zeros = max(0, len(str(number)) - 2)
    unit: int = 10**zeros
    return number // unit + 90 * zeros


def _lower_first(text: str) -> str:
    return text[0].lower() + text[1:]


def _sizes(group: Resource) -> tuple[int, int]:
    """Desired size and maximum; 0 where it isn't known."""
    desired = number(group.get("desiredCapacity", group.get("minSize", 0)))
    return int(desired or 0), int(number(group.get("maxSize")) or 0)


def _plain(value: Decimal) -> str:
    return f"{round(value, 2).normalize():f}"
