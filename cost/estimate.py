"""The result of pricing a graph: four figures, the lines they are the sums of, and what could not be priced."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import ROUND_FLOOR, Decimal
from functools import cached_property
from heapq import nlargest
from operator import attrgetter
from typing import Any, Final, NamedTuple, Protocol

from cost.basis import Basis
from cost.budget import GATES, Bought, hours_bought, sessions_bought
from cost.catalogue import Price
from cost.charges import ZERO, Charge
from cost.money import text
from cost.scope import Coming
from cost.uptime import MONTH_HOURS, Uptime
from deployment.graph import ResourceGraph
from deployment.urn import name_of


class Line(NamedTuple):
    """One charge of one resource, or what one allowance takes off (then negative, without a resource).

    A tuple, as a large stack has tens of thousands: they are made in a third of the time of frozen dataclasses.
    """

    urn: str
    """The resource; "" for an allowance."""
    type: str
    """Its type token; ``account:allowance`` for an allowance."""
    name: str
    component: str
    """Nearest component above the resource; "" directly under the stack."""
    item: str
    """What is billed, for people."""
    price: Price
    quantity: Decimal
    """Expected units of the price in a month."""
    monthly_usd: Decimal
    """Expected."""
    floor_usd: Decimal
    worst_case_usd: Decimal
    list_always_on_usd: Decimal
    usage_based: bool = False
    assumed: bool = False
    """True when nobody gave the use that this depends on, and the stated default is counted."""
    charge: Charge | None = None
    """What the pricer said; None for an allowance."""
    in_sessions: bool = True
    """False when the resource outlives sessions: nothing in the graph ends it."""
    factor: Decimal = Decimal(1)
    """What the charge's amount was multiplied by: its billed hours, or its share of the month."""

    def to_json(self) -> dict[str, Any]:
        """The line as in the preview's JSON."""
        return {
            "urn": self.urn,
            "type": self.type,
            "component": self.component,
            "item": self.item,
            "unit": self.price.unit,
            "quantity": plain(self.quantity),
            "unitPrice": text(self.price.usd),
            "monthly": text(self.monthly_usd),
            "usageBased": self.usage_based,
            "assumed": self.assumed,
            "price": self.price.path,
        }


SPOT: Final = "ec2_spot"
"""Price file of the spot prices."""

SPOT_FRESH_DAYS: Final = 30
"""Days for which a spot price says anything; others of the catalogue hold for years."""

NO_LIMIT_USD: Final = Decimal("Infinity")
"""Limit of a stack for which neither the pack nor the stack itself names one."""

ONE_HOUR: Final = Uptime(Decimal(1), Decimal(1))
"""In what steps hours in one piece are counted."""


@dataclass(frozen=True, slots=True)
class UnpricedResource:
    """A resource (or one dimension of it) that the catalogue has no price for. It blocks; it is never $0."""

    urn: str
    type: str
    reason: str

    def to_json(self) -> dict[str, str]:
        """The entry as in the preview's JSON."""
        return {"urn": self.urn, "type": self.type, "reason": self.reason}


class Reprice(Protocol):
    """Prices another basis with the same use, and another graph in place of its own."""

    def __call__(self, basis: Basis, changed: ResourceGraph | None, enough_usd: Decimal = NO_LIMIT_USD, /) -> Estimate:
        """Resources of a large stack are left out once those before them are sure to cost more than `enough_usd`."""
        ...


@dataclass(frozen=True)
class Estimate:
    """What a stack costs in a month, in US dollars."""

    budget_usd: Decimal
    """The limit that applies: the pack's, or the stack's own when that is lower; infinite where neither names one."""
    lines: tuple[Line, ...]
    """Every charge and allowance; the `monthly_usd` of all are `expected_usd` to the last digit."""
    unpriced: tuple[UnpricedResource, ...]
    free: Mapping[str, str]
    """URN of each resource that is proven free -> the reason."""
    basis: Basis
    notes: tuple[str, ...] = ()
    """Sentences that a reader of the figures has to know, beside those of the basis."""
    lacking: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Region -> service and key of each price that the stack uses and the catalogue hasn't."""
    coming: tuple[Coming, ...] = ()
    """Charges that begin within six months of the day that is priced."""
    held: Callable[[], Decimal] | None = field(default=None, repr=False, compare=False)
    """Prices the same stack with its fleets at their minimum all month; None without a spend brake."""
    reprice: Reprice | None = field(default=None, repr=False, compare=False)
    among: Callable[[Estimate], Estimate] | None = field(default=None, repr=False, compare=False)
    """Settles another estimate in its place with the other stacks of the account; None: it was settled alone."""
    currency: str = "USD"

    @cached_property
    def floor_usd(self) -> Decimal:
        """Without traffic, fleets at their minimum, in the declared uptime."""
        return _sum(self.lines, "floor_usd")

    @cached_property
    def expected_usd(self) -> Decimal:
        """With the declared use."""
        return _sum(self.lines, "monthly_usd")

    @cached_property
    def worst_case_usd(self) -> Decimal:
        """Fleets at their maximum for all of the uptime, and the declared peak of requests without pause."""
        return _sum(self.lines, "worst_case_usd")

    @property
    def held_usd(self) -> Decimal | None:
        """Worst case with the fleets at their minimum all month; None without a spend brake."""
        return None if self.held is None else self.held()

    @cached_property
    def bounded_usd(self) -> Decimal:
        """The worst case that the budget is held against: with the spend brake, where the stack has one."""
        brake = self.basis.brake
        if brake is None or self.worst_case_usd <= self.budget_usd or self.held_usd is None:
            return self.worst_case_usd
        return brake.bound_usd(self.budget_usd, self.worst_case_usd, self.held_usd)

    @cached_property
    def list_always_on_usd(self) -> Decimal:
        """The declared use at list prices for 730 hours, without allowances."""
        return _sum(self.lines, "list_always_on_usd")

    def again(self, graph: ResourceGraph, basis: Basis) -> Estimate:
        """The figures of a changed stack: with the same use, and beside the same other stacks of the account."""
        assert self.reprice is not None  # noqa: S101 - the estimator always gives it
        found = self.reprice(basis, graph)
        return found if self.among is None else self.among(found)

    @property
    def gates(self) -> tuple[str, ...]:
        """Figures that the budget is held against; the worst case of a shared stack is its platform's to bound."""
        return ("expected",) if self.basis.tenancy == "shared" else ("expected", "worst case")

    def total_usd(self, gate: str, *, allowances: bool = True) -> Decimal:
        """Dollars a month of a figure that may be a gate, with or without what the account's allowances take off."""
        if allowances and gate == "worst case":
            return self.bounded_usd
        lines = self.lines if allowances else self.charges
        return _sum(lines, GATES[gate])

    @cached_property
    def bought(self) -> Bought:
        """What the budget buys, all gates held, and the gate that binds: whole sessions of the declared length where
        the stack has sessions, else hours in one piece."""
        if self.reprice is None or not self.basis.declared or self.basis.parked:
            charges = [(line.charge, line.in_sessions) for line in self.lines if line.charge is not None]
            return hours_bought(charges, self.budget_usd, self.basis.allowance_share, self.gates)
        session = self.basis.uptime if self.basis.uptime.sessions > 1 else ONE_HOUR
        uptime = self.basis.uptime
        count = int(uptime.hours if session is ONE_HOUR else uptime.sessions)
        declared = {gate: self.total_usd(gate) - self.budget_usd for gate in self.gates}
        known = {count: declared} if _together(session, count) == uptime else {}
        most = int(MONTH_HOURS / session.existence_hours)
        sessions, gate = sessions_bought(most, lambda number: self._beyond(session, number), known)
        return Bought(sessions * session.hours_per_session, gate)

    def _beyond(self, session: Uptime, sessions: int) -> dict[str, Decimal]:
        """Each gate's dollars beyond the budget with `sessions` like `session`."""
        assert self.reprice is not None  # noqa: S101 - `bought` asks only then
        basis = replace(self.basis, uptime=_together(session, sessions))
        # Of what stands without any nobody asks by how much it is beyond the budget.
        enough_usd = NO_LIMIT_USD if sessions else self.budget_usd - self._shared_usd["expected"]
        priced = self.reprice(basis, None, enough_usd)
        return {gate: priced.total_usd(gate) + self._shared_usd[gate] - self.budget_usd for gate in self.gates}

    @cached_property
    def _shared_usd(self) -> Mapping[str, Decimal]:
        """What each gate's figure is above that of the stack alone, because others share allowances and tiers: as it is
        for the declared hours, whatever the hours."""
        if self.among is None or self.reprice is None:
            return dict.fromkeys(self.gates, ZERO)
        alone = self.reprice(self.basis, None)
        return {gate: self.total_usd(gate) - alone.total_usd(gate) for gate in self.gates}

    @property
    def hours_bought(self) -> Decimal:
        """Hours a month that the budget pays for; at most 730."""
        return self.bought.hours

    @property
    def uptime_hours(self) -> Decimal:
        """Hours a month that the figures are for."""
        return self.basis.uptime.hours

    @property
    def lacking_told(self) -> tuple[str, ...]:
        """For each Region that lacks prices: which ones the stack uses, and the command that fetches them."""
        return tuple(
            f"{region} lacks {len(names)} of the prices that the stack uses: {', '.join(names)}; "
            f"./plant prices refresh --region {region} fetches what the AWS Price List has of them"
            for region, names in self.lacking.items()
        )

    @property
    def told(self) -> tuple[str, ...]:
        """Every sentence that a reader of the figures has to know."""
        coming = (
            f"from {each.day.isoformat()} {name_of(each.urn)} costs ${each.monthly_usd:.2f} a month more: {each.what}"
            for each in self.coming
        )
        return (*self.basis.notes, *self.notes, *coming, *self.spot_told)

    @cached_property
    def spot_told(self) -> tuple[str, ...]:
        """For each spot price in use: how old it is, how far apart zones are, what caps it, and up to which price the
        expected month stays within the budget."""
        rows: dict[str, tuple[Price, Decimal]] = {}
        for line in self.charges:
            if line.price.service == SPOT and line.quantity:
                name = line.price.key.partition(" (")[0]
                rows[name] = (line.price, line.quantity + rows.get(name, (line.price, ZERO))[1])
        hours = sum((quantity for _, quantity in rows.values()), ZERO)
        slack = self.budget_usd - self.expected_usd
        told = []
        for name, (price, _) in sorted(rows.items()):
            zones = f", ${price.zones[0]:f} to ${price.zones[-1]:f} by zone" if price.zones else ""
            holds = ""
            if slack.is_finite() and slack >= 0:
                holds = f"; the budget holds up to ${plain_price(price.usd + slack / hours)}"
            told.append(
                f"spot {name.partition('.')[2]}: ${plain_price(price.usd)} an hour{zones} ({self._age(price)})"
                f"{holds}; the worst case counts what caps it"
            )
        return tuple(told)

    def _age(self, price: Price) -> str:
        """How old a spot price is on the day that is priced. They move hourly: after a month one is a guess."""
        day = self.basis.on
        if day is None or not price.observed_on:
            return "undated"
        year, month, date = (*price.observed_on.split("-"), "1", "1")[:3]
        days = (day - datetime.date(int(year), int(month), int(date))).days
        since = f"of {price.observed_on}, {days} days old"
        return f"{since}: too old to rely on" if days > SPOT_FRESH_DAYS else since

    @property
    def hours_priced(self) -> str:
        """What the figures are for, for people."""
        uptime = self.basis.uptime
        if uptime.sessions <= 1:
            return f"priced for {plain(self.uptime_hours)} h"
        return (
            f"priced for {plain(uptime.sessions)} sessions of {plain(uptime.hours_per_session)} h "
            f"({plain(uptime.existence_hours)} h with start and end)"
        )

    @property
    def bought_told(self) -> str:
        """What the budget buys, for people; sessions where the stack has any."""
        uptime = self.basis.uptime
        return self.bought.told(uptime.hours_per_session if uptime.sessions > 1 else None)

    @cached_property
    def charges(self) -> tuple[Line, ...]:
        """Lines that are charges, not allowances."""
        return tuple(line for line in self.lines if line.charge is not None)

    @cached_property
    def by_urn(self) -> Mapping[str, Decimal]:
        """URN -> expected dollars at list price of the resource, allowances aside."""
        found: dict[str, Decimal] = defaultdict(Decimal)
        for line in self.charges:
            found[line.urn] += line.monthly_usd
        return dict(found)

    def net_usd(self, line: Line, figure: str = "monthly_usd") -> Decimal:
        """What is left of a charge when allowances are shared out over the charges at their price."""
        usd: Decimal = getattr(line, figure)
        charged, taken = self._by_price(figure).get(line.price.path, (usd, ZERO))
        return usd * (charged + taken) / charged if charged else usd

    def _by_price(self, figure: str) -> Mapping[str, tuple[Decimal, Decimal]]:
        """Price -> dollars of its charges, and what allowances take off them (0 or less)."""
        if figure not in self._sums:
            sums: dict[str, tuple[Decimal, Decimal]] = {}
            for line in self.lines:
                charged, taken = sums.get(line.price.path, (ZERO, ZERO))
                usd: Decimal = getattr(line, figure)
                sums[line.price.path] = (charged, taken + usd) if line.charge is None else (charged + usd, taken)
            self._sums[figure] = sums
        return self._sums[figure]

    @cached_property
    def _sums(self) -> dict[str, dict[str, tuple[Decimal, Decimal]]]:
        return {}

    def top(self, count: int = 3, *, figure: str = "monthly_usd") -> tuple[Line, ...]:
        """The `count` charges that cost most by `figure` (a dollar field of Line), allowances taken off."""
        return tuple(nlargest(count, self.charges, key=lambda line: self.net_usd(line, figure)))

    def to_json(self) -> dict[str, Any]:
        """The "cost" object of the preview's JSON: money as decimal strings."""
        return {
            "currency": self.currency,
            "budget": text(self.budget_usd) if self.budget_usd.is_finite() else None,
            "floor": text(self.floor_usd),
            "expected": text(self.expected_usd),
            "worstCase": text(self.worst_case_usd),
            "worstCaseWithBrake": None if self.basis.brake is None else text(round(self.bounded_usd, 8)),
            "listAlwaysOn": text(self.list_always_on_usd),
            "withoutAllowances": {
                "expected": text(self.total_usd("expected", allowances=False)),
                "worstCase": text(self.total_usd("worst case", allowances=False)),
            },
            "hoursBought": plain(self.hours_bought),
            "hoursBoundBy": self.bought.gate or None,
            "uptimeHours": plain(self.uptime_hours),
            "lines": [line.to_json() for line in self.lines],
            "unpriced": [entry.to_json() for entry in self.unpriced],
            "coming": [entry.to_json() for entry in self.coming],
            "notes": [*self.told, *self.lacking_told],
        }


def _sum(lines: Iterable[Line], figure: str) -> Decimal:
    """Dollars of `lines` by `figure` (a dollar field of Line)."""
    return sum(map(attrgetter(figure), lines), ZERO)


def _together(session: Uptime, sessions: int) -> Uptime:
    """`sessions` like `session` a month; in one piece where one has an hour."""
    count = Decimal(sessions)
    return Uptime(Decimal(1), count) if session is ONE_HOUR else replace(session, sessions=count)


def plain_price(usd: Decimal) -> str:
    """A price to five digits after the point, rounded down: nobody is told that more is held than is."""
    return f"{usd.quantize(Decimal('0.00001'), ROUND_FLOOR).normalize():f}"


def plain(number: Decimal) -> str:
    """A quantity as plain digits, without the noise of an endless division: six digits after the point."""
    rounded = f"{round(number, 6):f}"
    return (rounded.rstrip("0").rstrip(".") if "." in rounded else rounded) or "0"
