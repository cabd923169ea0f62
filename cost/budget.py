"""What a budget buys: the hours a month for which every gate holds, and the gate that binds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from cost.allowances import allowances, relief
from cost.catalogue import Price
from cost.charges import ZERO, Charge
from cost.uptime import MONTH_HOURS, Metering

STEPS_PER_HOUR: Final = 10
"""Hours that a budget buys are told to a tenth, rounded down."""

GATES: Final = {"expected": "monthly_usd", "worst case": "worst_case_usd"}
"""Figure that a budget may be held against, for people -> its field of a line."""

AMOUNTS: Final = {"expected": "expected", "worst case": "worst"}
"""The same -> its field of an amount."""


@dataclass(frozen=True, slots=True)
class Bought:
    """What a budget buys."""

    hours: Decimal
    """Hours a month, at most 730; 0 when what stands is too much."""
    gate: str
    """The figure that ends them, a key of `GATES`; "" when the whole month is bought."""

    def told(self, hours_per_session: Decimal | None = None) -> str:
        """What is bought, in sessions of so many hours or in hours, and the figure that is over with more."""
        if not self.gate:
            return "the budget buys the whole month"
        count = f"{self.hours / hours_per_session:f} of them" if hours_per_session else f"{self.hours.normalize():f} h"
        figure = "worst case" if self.gate == "worst case" else "expected cost"
        return f"the budget buys {count if self.hours else 'none'}: with more the {figure} is over it"


def sessions_bought(
    most: int, beyond: Callable[[int], Mapping[str, Decimal]], known: Mapping[int, Mapping[str, Decimal]] | None = None
) -> tuple[int, str]:
    """The most sessions up to `most` with which no gate is exceeded, and the gate that one more exceeds.

    `beyond` gives each gate's dollars beyond the budget with some sessions, and is asked seldom, for it prices the
    stack anew: they grow nearly in proportion, so the place is guessed on a straight line, and by halves where the line
    bends. What it would give is `known` for some.
    """
    told = {count: usd for count, usd in (known or {}).items() if count <= most}
    low = max((count for count, usd in told.items() if max(usd.values()) <= 0), default=0)
    high = min((count for count, usd in told.items() if max(usd.values()) > 0), default=most)
    after = told[high] if high in told else beyond(high)
    if max(after.values()) <= 0:
        return most, ""
    before = told[low] if low in told else beyond(low)
    if max(before.values()) > 0:  # that is without any; what one session exceeds first is asked only where it matters
        gate = next(iter(before))
        if before[gate] > 0:
            return 0, gate
        if high != 1:
            high, after = 1, beyond(1)
    slow = 0
    while (width := high - low) > 1:
        within, over = max(before.values()), max(after.values())
        guess = low + (width // 2 if slow > 1 else int(width * within / (within - over)))
        middle = min(max(guess, low + 1), high - 1)
        found = beyond(middle)
        if max(found.values()) > 0:
            high, after = middle, found
        else:
            low, before = middle, found
        slow = 0 if high - low <= width // 2 else slow + 1
    return low, next(gate for gate, usd in after.items() if usd > 0)


def hours_bought(
    charges: Iterable[tuple[Charge, bool]], limit_usd: Decimal, share: Decimal, gates: Iterable[str]
) -> Bought:
    """Hours in one piece for which all `gates` hold: 730 at most, 0 when what stands is too much.

    `charges` come with whether sessions end them; what doesn't end costs the whole month. `share` of the account's
    allowances is taken off.
    """
    listed = list(charges)
    by_gate = {gate: _hours(_CostByHours(listed, share, AMOUNTS[gate]), limit_usd) for gate in gates}
    gate = min(by_gate, key=lambda name: by_gate[name])
    return Bought(by_gate[gate], "" if by_gate[gate] >= MONTH_HOURS else gate)


def _hours(cost: _CostByHours, limit_usd: Decimal) -> Decimal:
    if cost.usd(MONTH_HOURS) <= limit_usd:
        return MONTH_HOURS
    if cost.usd(ZERO) > limit_usd:
        return ZERO
    low, high = 0, int(MONTH_HOURS) * STEPS_PER_HOUR
    while high - low > 1:
        middle = (low + high) // 2
        if cost.usd(Decimal(middle) / STEPS_PER_HOUR) <= limit_usd:
            low = middle
        else:
            high = middle
    return Decimal(low) / STEPS_PER_HOUR


class _CostByHours:
    """Dollars of one figure as a function of hours in one piece; standing and used things don't depend on them."""

    def __init__(self, charges: Iterable[tuple[Charge, bool]], share: Decimal, figure: str) -> None:
        covered = allowances() if share else {}
        self.amounts = {each.name: each.amount * share for each in covered.values()}
        self.standing_usd = ZERO
        self.hourly_usd = ZERO
        self.covered: dict[str, tuple[Price, Decimal, Decimal]] = {}
        for charge, in_sessions in charges:
            standing, hourly = _quantities(charge, figure)
            if not in_sessions:
                standing, hourly = standing + hourly * MONTH_HOURS, ZERO
            self.standing_usd += charge.price.cost(standing)
            self.hourly_usd += charge.price.usd * hourly
            price = charge.price
            if charge.allowed and price.name in covered:
                _, before, before_hourly = self.covered.get(price.path, (price, ZERO, ZERO))
                self.covered[price.path] = (price, before + standing, before_hourly + hourly)

    def usd(self, hours: Decimal) -> Decimal:
        bills = [
            (price, standing + hourly * hours, price.cost(standing + hourly * hours))
            for price, standing, hourly in self.covered.values()
        ]
        taken = sum((entry.usd for entry in relief(bills, self.amounts)), ZERO)
        return self.standing_usd + self.hourly_usd * hours - taken


def _quantities(charge: Charge, figure: str) -> tuple[Decimal, Decimal]:
    """Units of the price that don't depend on hours, and units an hour."""
    amount: Decimal = getattr(charge.amount, figure)
    units = amount / charge.price.unit_size
    match charge.metering:
        case Metering.STANDING | Metering.USE:
            return units, ZERO
        case Metering.PRORATED_MONTH | Metering.PRORATED_SECONDS:
            return ZERO, units / MONTH_HOURS
        case Metering.FULL_HOURS | Metering.SECONDS:
            return ZERO, units
