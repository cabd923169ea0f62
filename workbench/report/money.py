"""Dollars as people read them."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

from cost.money import CENT


def dollars(amount: Decimal) -> str:
    """``$1,234.50``; more than nothing and less than a cent shows as such, and a budget without end as none."""
    if not amount.is_finite():
        return "none"
    if amount < 0:
        return f"-{dollars(-amount)}"
    if 0 < amount < CENT / 2:
        return "<$0.01"
    return f"${shown(amount):,}"


def signed_dollars(amount: Decimal) -> str:
    """As `dollars`, with a plus sign for a rise."""
    return f"+{dollars(amount)}" if amount > 0 else dollars(amount)


def shown(amount: Decimal) -> Decimal:
    """`amount` as it stands on a screen: in whole cents. Differences of what is shown are made of these."""
    return amount.quantize(CENT, ROUND_HALF_EVEN) if amount.is_finite() else amount


def change_between(new: Decimal, old: Decimal) -> str:
    """What changes between two figures that are shown side by side."""
    return change_in_dollars(shown(new) - shown(old))


def change_in_dollars(amount: Decimal) -> str:
    """As `signed_dollars`, and "no change" where there is none."""
    return signed_dollars(amount) if amount else "no change"
