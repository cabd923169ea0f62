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
from typing import Any, Final, TypeAlias

from cost.catalogue import Price, read_toml

LAST_DIGITS: Final = Decimal("1e-20")
"""Part of a sum by which it may differ from the same one added up in another order: decimals have 28 digits."""


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


Bill: TypeAlias = tuple[Price, Decimal, Decimal]
"""Price, quantity in its units, and dollars of one charge."""


def wanted(bills: Iterable[Bill], share: Decimal) -> dict[str, Decimal]:
    """Allowance -> single things of it that `bills` would use, of no more than `share` (0 to 1) of the account's."""
    covered = allowances()
    used: dict[str, Decimal] = defaultdict(Decimal)
    limits: dict[str, Decimal] = {}
    for price, quantity, _ in bills:
        if (allowance := covered.get(price.name)) is not None and quantity:
            used[allowance.name] += quantity * price.unit_size
            limits[allowance.name] = allowance.amount * share
    return {name: min(amount, limits[name]) for name, amount in used.items()}


def relief(bills: Iterable[Bill], amounts: Mapping[str, Decimal]) -> Iterator[Relief]:
    """What the allowances take off `bills`, of which `amounts` are there (single things, by allowance).

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
    for name, entries in quantities.items():
        left = amounts.get(name, Decimal(0))
        for allowance, price, quantity, usd in sorted(entries.values(), key=lambda entry: entry[1].usd):
            used = quantity * price.unit_size
            free = min(left, used)
            left -= free
            if used - free <= used * LAST_DIGITS:  # all of it: what the lines say, whatever they were rounded to
                yield Relief(allowance, price, quantity, usd)
            elif free:
                units = free / price.unit_size
                yield Relief(allowance, price, units, min(usd, units * price.usd))
