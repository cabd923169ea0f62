"""Always-free allowances: so much a month costs nothing, once for the whole account.

They are lines of their own with a negative amount, so that a reader sees the list price and what is
taken off it. Offers that end (the twelve-month tiers of older accounts, trials, credits) never count.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from cost.catalogue import Price, read_toml


@dataclass(frozen=True, slots=True)
class Allowance:
    """One always-free allowance of an account."""

    name: str
    title: str
    amount: Decimal
    """Free a month, in single things."""
    source: str
    observed_on: str
    confidence: str


@cache
def allowances() -> Mapping[str, Allowance]:
    """Price (``service/key``) -> the allowance that covers it, from ``allowances.toml``."""
    found: dict[str, Allowance] = {}
    for name, row in read_toml(Path(__file__).parent / "allowances.toml").items():
        allowance = _read(name, row)
        for price in row["prices"]:
            found[price] = allowance
    return found


def _read(name: str, row: Mapping[str, Any]) -> Allowance:
    return Allowance(
        name=name,
        title=row["title"],
        amount=Decimal(row["amount"]),
        source=row["source"],
        observed_on=str(row.get("observed_on", "")),
        confidence=row["confidence"],
    )


@dataclass(frozen=True, slots=True)
class Relief:
    """What one allowance takes off, at one price."""

    allowance: Allowance
    price: Price
    quantity: Decimal
    """In units of the price."""
    usd: Decimal
    """Dollars taken off; 0 or more."""


def relief(bills: Iterable[tuple[Price, Decimal, Decimal]]) -> Iterator[Relief]:
    """What the allowances take off `bills`: (price, quantity in its units, dollars) of every charge.

    An allowance that several prices share goes to the cheapest first, so that it is never worth more
    here than on the invoice.
    """
    covered = allowances()
    quantities: dict[str, dict[str, list[Any]]] = defaultdict(dict)
    for price, quantity, usd in bills:
        if (allowance := covered.get(price.name)) is None or not quantity:
            continue
        entry = quantities[allowance.name].setdefault(price.path, [allowance, price, Decimal(0), Decimal(0)])
        entry[2] += quantity
        entry[3] += usd
    for entries in quantities.values():
        left: Decimal | None = None
        for allowance, price, quantity, usd in sorted(entries.values(), key=lambda entry: entry[1].usd):
            left = allowance.amount if left is None else left
            used = quantity * price.unit_size
            free = min(left, used)
            left -= free
            if free == used:  # all of it: exactly what the lines say, whatever they were rounded to
                yield Relief(allowance, price, quantity, usd)
            elif free:
                units = free / price.unit_size
                yield Relief(allowance, price, units, min(usd, units * price.usd))
