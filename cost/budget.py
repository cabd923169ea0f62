"""What a budget buys."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

from cost.allowances import allowances, relief
from cost.catalogue import Price
from cost.charges import ZERO, Charge
from cost.uptime import MONTH_HOURS, Metering

STEPS_PER_HOUR: Final = 10
"""Hours that a budget buys are told to a tenth, rounded down."""


def hours_bought(charges: Sequence[tuple[Charge, bool]], limit_usd: Decimal, always_free_allowances: bool) -> Decimal:
    """Hours a month that `limit_usd` pays for at the expected use: 730 at most, 0 when what stands is too much.

    `charges` come with whether sessions end them; what doesn't end costs the whole month.
    """
    cost = _cost_by_hours(charges, always_free_allowances)
    if cost(MONTH_HOURS) <= limit_usd:
        return MONTH_HOURS
    if cost(ZERO) > limit_usd:
        return ZERO
    low, high = 0, int(MONTH_HOURS) * STEPS_PER_HOUR
    while high - low > 1:
        middle = (low + high) // 2
        if cost(Decimal(middle) / STEPS_PER_HOUR) <= limit_usd:
            low = middle
        else:
            high = middle
    return Decimal(low) / STEPS_PER_HOUR


class _cost_by_hours:  # noqa: N801 - used as a function of the hours
    """Expected dollars as a function of hours in one piece; standing and used things don't depend on them."""

    def __init__(self, charges: Iterable[tuple[Charge, bool]], always_free_allowances: bool) -> None:
        covered = allowances() if always_free_allowances else {}
        self.standing_usd = ZERO
        self.hourly_usd = ZERO
        self.covered: dict[str, tuple[Price, Decimal, Decimal]] = {}
        for charge, in_sessions in charges:
            standing, hourly = _quantities(charge)
            if not in_sessions:
                standing, hourly = standing + hourly * MONTH_HOURS, ZERO
            self.standing_usd += charge.price.cost(standing)
            self.hourly_usd += charge.price.usd * hourly
            price = charge.price
            if charge.allowed and price.name in covered:
                _, before, before_hourly = self.covered.get(price.path, (price, ZERO, ZERO))
                self.covered[price.path] = (price, before + standing, before_hourly + hourly)

    def __call__(self, hours: Decimal) -> Decimal:
        bills = [
            (price, standing + hourly * hours, price.cost(standing + hourly * hours))
            for price, standing, hourly in self.covered.values()
        ]
        taken = sum((entry.usd for entry in relief(bills)), ZERO)
        return self.standing_usd + self.hourly_usd * hours - taken


def _quantities(charge: Charge) -> tuple[Decimal, Decimal]:
    """Units of the price that don't depend on hours, and units an hour."""
    units = charge.amount.expected / charge.price.unit_size
    match charge.metering:
        case Metering.STANDING | Metering.USE:
            return units, ZERO
        case Metering.PRORATED_MONTH | Metering.PRORATED_SECONDS:
            return ZERO, units / MONTH_HOURS
        case Metering.FULL_HOURS | Metering.SECONDS:
            return ZERO, units
