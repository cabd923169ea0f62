"""The result of pricing a graph: four figures, the lines they are the sums of, and what could not be priced."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from cost.basis import Basis
from cost.catalogue import Price
from cost.charges import ZERO, Charge
from cost.money import text


@dataclass(frozen=True, slots=True)
class Line:
    """One charge of one resource, or what one allowance takes off (then negative, without a resource)."""

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


@dataclass(frozen=True, slots=True)
class UnpricedResource:
    """A resource (or one dimension of it) that the catalogue has no price for. It blocks; it is never $0."""

    urn: str
    type: str
    reason: str

    def to_json(self) -> dict[str, str]:
        """The entry as in the preview's JSON."""
        return {"urn": self.urn, "type": self.type, "reason": self.reason}


@dataclass(frozen=True)
class Estimate:
    """What a stack costs in a month, in US dollars."""

    budget_usd: Decimal
    """The limit that applies: the pack's, or the stack's own when that is lower; infinite where neither names one."""
    floor_usd: Decimal
    """Without traffic, fleets at their minimum, in the declared uptime."""
    expected_usd: Decimal
    """With the declared use."""
    worst_case_usd: Decimal
    """Fleets at their maximum for all of the uptime, and the declared peak of requests without pause."""
    list_always_on_usd: Decimal
    """The declared use at list prices for 730 hours, without allowances."""
    hours_bought: Decimal
    """Hours a month that the budget pays for, at the expected use; at most 730."""
    lines: tuple[Line, ...]
    """Every charge and allowance; the `monthly_usd` of all are `expected_usd` to the last digit."""
    unpriced: tuple[UnpricedResource, ...]
    free: Mapping[str, str]
    """URN of each resource that is proven free -> the reason."""
    basis: Basis
    currency: str = "USD"

    @property
    def uptime_hours(self) -> Decimal:
        """Hours a month that the figures are for."""
        return self.basis.uptime.hours

    @property
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
        ranked = sorted(self.charges, key=lambda line: self.net_usd(line, figure), reverse=True)
        return tuple(ranked[:count])

    def to_json(self) -> dict[str, Any]:
        """The "cost" object of the preview's JSON: money as decimal strings."""
        return {
            "currency": self.currency,
            "budget": text(self.budget_usd) if self.budget_usd.is_finite() else None,
            "floor": text(self.floor_usd),
            "expected": text(self.expected_usd),
            "worstCase": text(self.worst_case_usd),
            "listAlwaysOn": text(self.list_always_on_usd),
            "hoursBought": plain(self.hours_bought),
            "uptimeHours": plain(self.uptime_hours),
            "lines": [line.to_json() for line in self.lines],
            "unpriced": [entry.to_json() for entry in self.unpriced],
        }


def plain(number: Decimal) -> str:
    """A quantity as plain digits, without the noise of an endless division: six digits after the point."""
    rounded = f"{round(number, 6):f}"
    return (rounded.rstrip("0").rstrip(".") if "." in rounded else rounded) or "0"
