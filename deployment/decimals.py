"""Numbers as properties hold them: an engine sends 0 as 0.0, and people write "0"."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any


def number(value: Any) -> Decimal | None:
    """`value` as a number, from a number or a string of one; None when it is neither."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)):
        return None
    try:
        parsed = Decimal(value if isinstance(value, int) else str(value))
    except InvalidOperation:
        return None
    return parsed if parsed.is_finite() else None
