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
    return f"${amount.quantize(CENT, ROUND_HALF_EVEN):,}"


def signed_dollars(amount: Decimal) -> str:
    """As `dollars`, with a plus sign for a rise."""
    return f"+{dollars(amount)}" if amount > 0 else dollars(amount)


def change_in_dollars(amount: Decimal) -> str:
    """As `signed_dollars`, and "no change" where there is none."""
    return signed_dollars(amount) if amount else "no change"
