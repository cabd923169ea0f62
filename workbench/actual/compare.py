"""What was paid beside what was estimated: by resource and component, with all that belongs to no resource apart."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any, Final

from cost.estimate import Estimate, plain
from cost.money import text
from cost.uptime import MONTH_HOURS
from deployment.errors import InputError
from deployment.urn import name_of
from workbench.actual.bill import ZERO, Bill, Group, Sums, month_bounds
from workbench.actual.columns import KINDS, USAGE
from workbench.actual.matching import BY_USAGE, Matcher, Place

CURRENCY: Final = "USD"
"""Currency of the estimate; lines in another are told apart, and never added to it."""

LEAST_HOURS: Final = Decimal(7 * 24)
"""Of lines, in a part of a month, below which nothing is said of the month: sessions and load repeat by the week."""

OTHER_STACKS: Final = "other stacks of the account"
OTHER_ACCOUNTS: Final = "other accounts"
OTHER_MONTHS: Final = "other billing periods"


@dataclass(frozen=True, slots=True)
class Row:
    """A resource (or a component, or the stack), billed and estimated. Allowances are taken off the estimates."""

    urn: str
    """"" for what is shared by several resources."""
    name: str
    component: str
    paid_usd: Decimal | None
    """None when no line bills it."""
    floor_usd: Decimal
    expected_usd: Decimal
    worst_case_usd: Decimal
    how: tuple[str, ...] = ()
    """By what its lines were found."""

    def to_json(self) -> dict[str, Any]:
        """The row as JSON."""
        return {
            "urn": self.urn,
            "name": self.name,
            "component": self.component,
            "paid": None if self.paid_usd is None else text(self.paid_usd),
            "floor": text(self.floor_usd),
            "expected": text(self.expected_usd),
            "worstCase": text(self.worst_case_usd),
            "foundBy": list(self.how),
        }


@dataclass(frozen=True, slots=True)
class Unexplained:
    """Lines of the stack's accounts that no resource of the stack explains."""

    service: str
    usage_type: str
    paid_usd: Decimal
    lines: int
    example: str
    """A resource among them."""

    def to_json(self) -> dict[str, Any]:
        """The lines as JSON."""
        return {
            "service": self.service,
            "usageType": self.usage_type,
            "paid": text(self.paid_usd),
            "lines": self.lines,
            "example": self.example,
        }


@dataclass(frozen=True, slots=True)
class Dimension:
    """One price: how much of it was used and expected, and what a unit was."""

    price: str
    unit: str
    expected: Decimal
    """Units a month that the estimate counts."""
    measured: Decimal
    """Units a month by the bill."""
    listed_usd: Decimal
    """Dollars a unit in the catalogue."""
    paid_usd: Decimal | None
    """Dollars a unit on the bill, allowances and discounts taken off; None where nothing was used."""

    @property
    def dearer(self) -> bool:
        """Whether a unit cost more than the catalogue says, by more than 1 %."""
        return self.paid_usd is not None and self.paid_usd > self.listed_usd * Decimal("1.01")

    def to_json(self) -> dict[str, Any]:
        """The dimension as JSON."""
        return {
            "price": self.price,
            "unit": self.unit,
            "expected": plain(self.expected),
            "measured": plain(self.measured),
            "listedUnitPrice": text(self.listed_usd),
            "paidUnitPrice": None if self.paid_usd is None else text(round(self.paid_usd, 10)),
        }


@dataclass(frozen=True, slots=True)
class Gate:
    """One figure that the budget is held against, and whether it told the truth."""

    name: str
    figure_usd: Decimal
    limit_usd: Decimal
    paid_usd: Decimal
    """What is compared: the bill of a whole month; of a part of one, its pace over a month, or what it comes to so far
    where the part tells nothing of the month."""
    whole: bool
    telling: bool = True
    """Whether the lines say what a month comes to."""

    @property
    def held(self) -> bool | None:
        """Whether no more was paid than the figure said; None where that can't be told yet."""
        held = self.paid_usd <= self.figure_usd
        return held if self.telling or not held else None

    @property
    def said(self) -> str:
        """The gate's verdict; "" without a budget."""
        if not self.limit_usd.is_finite():
            return ""
        return "pass" if self.figure_usd <= self.limit_usd else "blocked"

    @property
    def right(self) -> bool | None:
        """Whether that verdict is the bill's, too; None without a budget, or where it can't be told yet."""
        if not self.said or (not self.telling and self.paid_usd <= self.limit_usd):
            return None
        return (self.paid_usd <= self.limit_usd) == (self.said == "pass")

    def to_json(self) -> dict[str, Any]:
        """The gate as JSON."""
        return {
            "gate": self.name,
            "figure": text(self.figure_usd),
            "paid": text(self.paid_usd),
            "held": self.held,
            "said": self.said or None,
            "right": self.right,
        }


@dataclass(frozen=True)
class Actual:
    """A month's bill of one stack, compared."""

    month: str
    begins: datetime.datetime | None
    ends: datetime.datetime | None
    basis: str
    """``amortised`` or ``billed``."""
    bill: Bill
    estimate: Estimate
    rows: tuple[Row, ...]
    apart: Mapping[str, Decimal]
    """What belongs to no resource: taxes, credits, other stacks … -> dollars."""
    unexplained: tuple[Unexplained, ...]
    placed: tuple[tuple[Group, Sums, Place], ...] = field(repr=False)
    """Every group of lines that belongs to the stack, with its place."""
    by_usage_usd: Decimal = ZERO
    """Part of `paid_usd` that was found by its usage type alone: others of the account may share in it."""
    total_usd: Decimal = ZERO
    """Sum of the files' lines in US dollars."""
    other_currencies: Mapping[str, Decimal] = field(default_factory=dict)

    @cached_property
    def paid_usd(self) -> Decimal:
        """What the stack was billed for use, before taxes and credits."""
        return sum((row.paid_usd for row in self.rows if row.paid_usd is not None), ZERO)

    @cached_property
    def dimensions(self) -> tuple[Dimension, ...]:
        """Each price that lines are billed at."""
        return tuple(_dimensions(self, self.basis == "amortised"))

    @property
    def covered_hours(self) -> Decimal:
        """Hours from the first to the last line of use."""
        if self.begins is None or self.ends is None:
            return ZERO
        return Decimal(int((self.ends - self.begins).total_seconds())) / 3600

    @property
    def whole(self) -> bool:
        """Whether the lines cover the billing period: what AWS still adds to a month that is going on is not here."""
        first, following = month_bounds(self.month)
        slack = datetime.timedelta(days=1)
        return self.begins is not None and self.begins < first + slack and (self.ends or first) > following - slack

    @property
    def strange(self) -> bool:
        """Whether no line is the stack's, though it is expected to cost something: as a rule it is another's bill."""
        return not self.placed and self.estimate.expected_usd > 0

    @property
    def telling(self) -> bool:
        """Whether the lines say what a month comes to."""
        return not self.strange and (self.whole or self.covered_hours >= LEAST_HOURS)

    @property
    def scale(self) -> Decimal:
        """What makes a month of what is covered: by its hours; 1 for a whole month, and where no month can be told."""
        return Decimal(1) if self.whole or not self.telling else max(Decimal(1), MONTH_HOURS / self.covered_hours)

    @property
    def verdict(self) -> str:
        """``blocked``, ``pass``, or ``open``: nothing is exceeded yet, and of the month nothing can be told."""
        return "blocked" if self.over else "pass" if self.telling else "open"

    @property
    def unbilled(self) -> tuple[Row, ...]:
        """Resources that are expected to cost something, and that no line bills; dearest first."""
        found = (row for row in self.rows if row.paid_usd is None and row.expected_usd > 0)
        return tuple(sorted(found, key=lambda row: (-row.expected_usd, row.urn)))

    @property
    def gates(self) -> tuple[Gate, ...]:
        """The expected cost and the worst case, held against the bill."""
        found, paid = self.estimate, self.paid_usd * self.scale
        figures = (("expected", found.expected_usd), ("worst case", found.bounded_usd))
        return tuple(Gate(name, figure, found.budget_usd, paid, self.whole, self.telling) for name, figure in figures)

    @property
    def over(self) -> bool:
        """Whether more was paid than the budget, or than the worst case said to be possible."""
        return self.paid_usd > min(self.estimate.budget_usd, self.estimate.bounded_usd)

    def to_json(self) -> dict[str, Any]:
        """The comparison as JSON: money as decimal strings."""
        found = self.estimate
        return {
            "month": self.month,
            "from": None if self.begins is None else f"{self.begins.isoformat()}Z",
            "to": None if self.ends is None else f"{self.ends.isoformat()}Z",
            "wholeMonth": self.whole,
            "tellsMonth": self.telling,
            "scale": plain(self.scale),
            "formats": self.bill.formats,
            "files": self.bill.files,
            "basis": self.basis,
            "currency": CURRENCY,
            "total": text(self.total_usd),
            "otherCurrencies": {code: text(amount) for code, amount in self.other_currencies.items()},
            "paid": text(self.paid_usd),
            "paidByUsageTypeAlone": text(self.by_usage_usd),
            "budget": text(found.budget_usd) if found.budget_usd.is_finite() else None,
            "floor": text(found.floor_usd),
            "expected": text(found.expected_usd),
            "worstCase": text(found.bounded_usd),
            "gates": [gate.to_json() for gate in self.gates],
            "rows": [row.to_json() for row in self.rows],
            "unbilled": [row.urn for row in self.unbilled],
            "unexplained": [one.to_json() for one in self.unexplained],
            "apart": {name: text(amount) for name, amount in self.apart.items()},
            "dimensions": [one.to_json() for one in self.dimensions],
        }


def compare(bill: Bill, matcher: Matcher, *, month: str | None = None, amortised: bool = True) -> Actual:
    """`bill` beside the estimate of `matcher`'s stack, for `month` (default: the last that is whole, else the last).

    `amortised` shares commitments out over the hours that they are for; else the invoice's own amounts are compared.
    Every line in US dollars is in exactly one row, one unexplained group or one amount apart.
    Raises InputError when no line is in US dollars, or none of `month`.
    """
    if CURRENCY not in bill.currencies:
        raise InputError(
            f"the bill is in {', '.join(bill.currencies)}, the estimate in US dollars; nothing is converted here: "
            "export the bill in USD"
        )
    months = sorted({group.month for group in bill.groups if group.currency == CURRENCY})
    chosen = month or _last_whole(bill, months)
    if chosen not in months:
        raise InputError(f"--month {chosen}: the files hold {', '.join(months)}")
    sorter = _Sorter(matcher, amortised, chosen)
    for group, sums in bill.groups.items():
        if group.currency == CURRENCY:
            sorter.add(group, sums)
    period = bill.periods.get(chosen)
    return Actual(
        month=chosen,
        begins=None if period is None else period.begins,
        ends=None if period is None else period.ends,
        basis="amortised" if amortised else "billed",
        bill=bill,
        estimate=matcher.estimate,
        rows=sorter.rows(),
        apart={name: sorter.apart[name] for name in _ORDER if name in sorter.apart},
        unexplained=sorter.unexplained(),
        placed=tuple(sorter.placed),
        by_usage_usd=sorter.by_usage_usd,
        total_usd=bill.total(CURRENCY, amortised=amortised),
        other_currencies={code: bill.total(code, amortised=amortised) for code in bill.currencies if code != CURRENCY},
    )


_ORDER: Final = (*KINDS, OTHER_STACKS, OTHER_ACCOUNTS, OTHER_MONTHS)


def _last_whole(bill: Bill, months: list[str]) -> str:
    """The last month that its lines cover to its last day; the last of all where there is none."""
    for month in reversed(months):
        period = bill.periods.get(month)
        if period is not None and period.ends is not None:
            _, following = month_bounds(month)
            if period.ends > following - datetime.timedelta(days=1):
                return month
    return months[-1]


class _Sorter:
    """Puts each group of lines where it belongs."""

    def __init__(self, matcher: Matcher, amortised: bool, month: str) -> None:
        self.matcher = matcher
        self.amortised = amortised
        self.month = month
        self.apart: dict[str, Decimal] = defaultdict(Decimal)
        self.paid: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        self.how: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
        self.strangers: dict[tuple[str, str], Sums] = defaultdict(Sums)
        self.placed: list[tuple[Group, Sums, Place]] = []
        self.by_usage_usd = ZERO

    def add(self, group: Group, sums: Sums) -> None:
        usd = sums.amortised if self.amortised else sums.billed
        if group.month != self.month:
            self.apart[OTHER_MONTHS] += usd
        elif group.kind != USAGE:
            self.apart[group.kind if self._near(group) else OTHER_ACCOUNTS] += usd
        elif (place := self.matcher.place(group)) is not None:
            self.paid[place.urn, place.component] += usd
            self.how[place.urn, place.component][place.how] = None
            self.placed.append((group, sums, place))
            if place.how == BY_USAGE:
                self.by_usage_usd += usd
        elif group.owner:
            self.apart[OTHER_STACKS] += usd
        elif not self._near(group):
            self.apart[OTHER_ACCOUNTS] += usd
        else:
            self.strangers[group.service, group.usage_type].add(sums)

    def _near(self, group: Group) -> bool:
        """Whether the lines are of an account that the stack is in, as far as that is known."""
        return bool(group.account) or not self.matcher.wanted.accounts

    def rows(self) -> tuple[Row, ...]:
        """Every resource that is billed or expected to be, then what several share; by component and name."""
        estimate, graph = self.matcher.estimate, self.matcher.graph
        figures: dict[str, list[Decimal]] = defaultdict(lambda: [ZERO, ZERO, ZERO])
        for line in estimate.charges:
            for index, name in enumerate(("floor_usd", "monthly_usd", "worst_case_usd")):
                figures[line.urn][index] += estimate.net_usd(line, name)
        components = {line.urn: line.component for line in estimate.charges}
        rows = []
        for urn in {**figures, **{urn: None for urn, _ in self.paid if urn}}:
            resource = graph.by_urn.get(urn)
            component = components.get(urn) or ("" if resource is None else graph.component_of(resource))
            keys = [key for key in self.paid if key[0] == urn]
            paid = sum((self.paid[key] for key in keys), ZERO) if keys else None
            how = tuple(dict.fromkeys(name for key in keys for name in self.how[key]))
            floor, expected, worst = figures.get(urn, [ZERO, ZERO, ZERO])
            rows.append(Row(urn, name_of(urn), component, paid, floor, expected, worst, how))
        for (urn, component), paid in self.paid.items():
            if not urn:
                name = f"{component}: several resources" if component else "the stack: several resources"
                how = tuple(self.how[urn, component])
                rows.append(Row("", name, component, paid, ZERO, ZERO, ZERO, how))
        return tuple(sorted(rows, key=lambda row: (row.component, row.urn == "", row.name, row.urn)))

    def unexplained(self) -> tuple[Unexplained, ...]:
        """Groups of lines that nothing explains, dearest first."""
        found = [
            Unexplained(
                service, usage_type, sums.amortised if self.amortised else sums.billed, sums.lines, sums.example
            )
            for (service, usage_type), sums in self.strangers.items()
        ]
        return tuple(sorted(found, key=lambda one: (-abs(one.paid_usd), one.service, one.usage_type)))


def _dimensions(actual: Actual, amortised: bool) -> Iterable[Dimension]:
    measured: dict[tuple[str, ...], tuple[Decimal, Decimal]] = {}
    for _, sums, place in actual.placed:
        if place.prices:
            usd, quantity = measured.get(place.prices, (ZERO, ZERO))
            measured[place.prices] = (usd + (sums.amortised if amortised else sums.billed), quantity + sums.quantity)
    expected: dict[str, Decimal] = defaultdict(Decimal)
    prices = {}
    for line in actual.estimate.charges:
        expected[line.price.name] += line.quantity
        prices[line.price.name] = line.price
    for names, (usd, quantity) in sorted(measured.items()):
        price = prices[names[0]]
        units = quantity / price.unit_size
        yield Dimension(
            " + ".join([names[0], *(name.partition("/")[2] for name in names[1:])]),
            price.unit,
            sum((expected[name] for name in names), ZERO),
            units * actual.scale,
            price.usd,
            usd / units if units > 0 else None,
        )
