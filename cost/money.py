"""How dollars are rounded and written."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from typing import Final

QUANTUM: Final = Decimal("0.00000001")
"""What every line is rounded to, once; totals are exact sums of lines, so they always add up."""

CENT: Final = Decimal("0.01")


def line_usd(amount: Decimal) -> Decimal:
    """`amount` as a line holds it."""
    return amount.quantize(QUANTUM, ROUND_HALF_EVEN)


def text(amount: Decimal) -> str:
    """`amount` without loss as plain digits, at least two after the point: ``5.00``, ``0.0225``."""
    plain = f"{amount:f}"
    whole, _, digits = plain.partition(".")
    return f"{whole}.{digits.rstrip('0').ljust(2, '0')}"


def cents(amounts: Sequence[Decimal], total: Decimal | None = None) -> list[Decimal]:
    """`amounts` in whole cents whose sum is the rounded sum, or `total`, which is at most a cent from it: the largest
    remainders are rounded up."""
    places = list(map(id, amounts))  # of many amounts most are the same
    known = dict(zip(places, amounts, strict=True))
    floor_of = {place: amount.quantize(CENT, ROUND_FLOOR) for place, amount in known.items()}
    floors = [floor_of[place] for place in places]
    if total is None:
        total = sum(amounts, Decimal(0)).quantize(CENT, ROUND_HALF_EVEN)
    missing = int((total - sum(floors, Decimal(0))) / CENT)
    if missing < 0 and amounts:  # no remainder, and a cent less: the largest amount bears it
        floors[amounts.index(max(amounts))] += missing * CENT
        return floors
    remainders = {place: floor_of[place] - amount for place, amount in known.items()}
    by_remainder = sorted(range(len(amounts)), key=lambda index: remainders[places[index]])
    for index in by_remainder[:missing]:
        floors[index] += CENT
    return floors
