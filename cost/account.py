"""What belongs to the account rather than to one stack: always-free allowances, and tiers of a price.

AWS counts both once an account (tiers once a Region of it), over everything that runs there. A stack that is priced
alone is taken for all that its account holds; several that are priced together share both, so that their figures add
up to the invoice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any, Final

from cost.allowances import Allowance, Bill, Relief, allowances, relief, wanted
from cost.catalogue import Price
from cost.charges import ZERO, Charge
from cost.estimate import Estimate, Line
from cost.money import line_usd
from cost.uptime import ALWAYS_ON, Metering

ALLOWANCE_TYPE: Final = "account:allowance"
"""Type of the lines that take an account's allowance off."""

FIGURES: Final = {"floor": "floor_usd", "expected": "monthly_usd", "worst": "worst_case_usd"}
"""Figure of an amount -> its field of a line."""

WHOLE_MONTH: Final = {metering: ALWAYS_ON.factor(metering) for metering in Metering}
"""What amounts are multiplied by in a stack that is always on."""


def settle(estimates: Sequence[Estimate]) -> list[Estimate]:
    """`estimates` as one account's: each price's tiers are counted over all of them, and each allowance is taken
    once, by every stack no more than the share that it counts on."""
    charged = _blended([list(found.charges) for found in estimates])
    taken = _allowance_lines(charged, [found.basis.allowance_share for found in estimates])
    several = len(estimates) > 1
    return [
        replace(found, lines=(*lines, *off), among=partial(_settled_among, estimates, place) if several else None)
        for place, (found, lines, off) in enumerate(zip(estimates, charged, taken, strict=True))
    ]


def _settled_among(estimates: Sequence[Estimate], place: int, changed: Estimate) -> Estimate:
    return settle([*estimates[:place], changed, *estimates[place + 1 :]])[place]


def _blended(stacks: list[list[Line]]) -> list[list[Line]]:
    """Lines at one mean price each, where together they reach a further tier of it than the first."""
    totals: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    tiered: dict[str, Price] = {}
    for lines in stacks:
        for line, number in _alike([line for line in lines if line.price.tiers]):
            tiered[line.price.path] = line.price
            for field, quantity in quantities(line):
                totals[line.price.path][field] += quantity * number
    reached = {
        path: {field: (line_usd(price.cost(total)), total) for field, total in totals[path].items() if total}
        for path, price in tiered.items()
        if (end := price.tiers[0].up_to) is not None and max(totals[path].values()) > end
    }
    if not reached:
        return stacks
    mean_of = {path: _Mean(totals).of for path, totals in reached.items()}
    return [[mean_of.get(line.price.path, _as_it_is)(line) for line in lines] for lines in stacks]


def _as_it_is(line: Line) -> Line:
    return line


class _Mean:
    """What lines of one price pay of `totals`, by field: dollars, and for how many units of the price."""

    def __init__(self, totals: Mapping[str, tuple[Decimal, Decimal]]) -> None:
        self._totals = totals
        self._before = dict.fromkeys(totals, (ZERO, ZERO))
        """Units and dollars of the lines so far."""
        self._known: dict[tuple[object, ...], list[tuple[str, Decimal]]] = {}
        """`_amount_of` a line -> its quantities."""

    def of(self, line: Line) -> Line:
        """The line at the mean price: it gets what takes the sum of those so far to its own place, so that all of them
        add up to the total whatever is rounded."""
        key = _amount_of(line)
        counted = self._known.get(key)
        if counted is None:
            counted = [(field, quantity) for field, quantity in quantities(line) if field in self._totals]
            self._known[key] = counted
        usd_of: dict[str, Any] = {}
        last = None
        for field, quantity in counted:
            (usd, units), before = self._totals[field], self._before[field]
            if last != (last := (usd, units, before, quantity)):  # figures are often the same
                after_units = before[0] + quantity
                after = after_units, line_usd(usd * after_units / units)
                more_usd = after[1] - before[1]
            self._before[field] = after
            usd_of[field] = more_usd
        return line._replace(**usd_of)


def quantities(line: Line) -> Iterator[tuple[str, Decimal]]:
    """Each dollar field of the line with its units of the price."""
    charge = line.charge
    assert charge is not None  # noqa: S101 - only charges have amounts
    floor, expected, worst = charge.amount.floor, charge.amount.expected, charge.amount.worst
    counted = expected * line.factor / charge.price.unit_size
    for field, amount in zip(FIGURES.values(), (floor, expected, worst), strict=True):
        yield field, counted if amount is expected else amount * line.factor / charge.price.unit_size
    always = WHOLE_MONTH[charge.metering]
    yield "list_always_on_usd", counted if always == line.factor else expected * always / charge.price.unit_size


def _allowance_lines(stacks: Sequence[Sequence[Line]], shares: Sequence[Decimal]) -> list[list[Line]]:
    """For each stack one negative line for each allowance and price. The figure always-on at list price gets none."""
    found: list[dict[tuple[str, str], dict[str, Relief]]] = [{} for _ in stacks]
    allowed = [_allowed(lines) if share else [] for lines, share in zip(stacks, shares, strict=True)]
    for figure in FIGURES:
        bills = [list(_bills(lines, figure)) for lines in allowed]
        amounts = _divided([wanted(bill, share) for bill, share in zip(bills, shares, strict=True)])
        for by_price, bill, amount in zip(found, bills, amounts, strict=True):
            for taken in relief(bill, amount):
                by_price.setdefault((taken.allowance.name, taken.price.path), {})[figure] = taken
    return [[_line(by_figure) for by_figure in by_price.values()] for by_price in found]


def _divided(wants: Sequence[Mapping[str, Decimal]]) -> list[dict[str, Decimal]]:
    """What each stack gets of each allowance: all that it wants, or its part of what there is."""
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for want in wants:
        for name, amount in want.items():
            totals[name] += amount
    known: Mapping[str, Allowance] = {each.name: each for each in allowances().values()}
    return [
        {
            name: amount if totals[name] <= known[name].amount else amount * known[name].amount / totals[name]
            for name, amount in want.items()
        }
        for want in wants
    ]


def _line(by_figure: Mapping[str, Relief]) -> Line:
    any_one = next(iter(by_figure.values()))
    usd = {figure: -line_usd(taken.usd) for figure, taken in by_figure.items()}
    return Line(
        urn="",
        type=ALLOWANCE_TYPE,
        name=any_one.allowance.name,
        component="",
        item=f"Always free, once an account: {any_one.allowance.title}",
        price=any_one.price,
        quantity=-by_figure["expected"].quantity if "expected" in by_figure else ZERO,
        monthly_usd=usd.get("expected", ZERO),
        floor_usd=usd.get("floor", ZERO),
        worst_case_usd=usd.get("worst", ZERO),
        list_always_on_usd=ZERO,
    )


def _amount_of(line: Line) -> tuple[object, ...]:
    """What tells lines apart that are not of as much of one price, as long as they exist."""
    charge = line.charge
    assert charge is not None  # noqa: S101 - only charges have amounts
    return id(charge.price), id(charge.amount), charge.metering, charge.allowed, id(line.factor)


def _alike(lines: Iterable[Line]) -> list[tuple[Line, int]]:
    """`lines`, but those of as much of one price that come to the same dollars as one and their number."""
    numbers: dict[tuple[object, ...], int] = {}
    found: list[Line] = []
    for line in lines:
        key = _amount_of(line), id(line.monthly_usd), id(line.floor_usd), id(line.worst_case_usd)
        if key not in numbers:
            numbers[key] = 0
            found.append(line)
        numbers[key] += 1
    return list(zip(found, numbers.values(), strict=True))


def _allowed(lines: Iterable[Line]) -> list[tuple[Line, Charge, int]]:
    """Lines that an allowance covers, with their charges, and how many there are of each."""
    covered = allowances()
    return [
        (line, charge, number)
        for line, number in _alike([line for line in lines if line.price.name in covered])
        if (charge := line.charge) is not None and charge.allowed
    ]


def _bills(allowed: Iterable[tuple[Line, Charge, int]], figure: str) -> Iterator[Bill]:
    field = FIGURES[figure]
    for line, charge, number in allowed:
        amount: Decimal = getattr(charge.amount, figure)
        quantity = amount * line.factor / charge.price.unit_size
        yield charge.price, quantity * number, getattr(line, field) * number
