"""Times as people write them: 90s, 15m, 24h, 7d. Loads nothing, so that options are checked before the simulator is."""

from __future__ import annotations

import math
import re
from typing import Final

from deployment.errors import InputError

DAY_SECONDS: Final = 86_400.0
MOST_SECONDS: Final = 366 * DAY_SECONDS

UNITS: Final = {"": 1.0, "ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": DAY_SECONDS}
_QUANTITY: Final = re.compile(r"^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$")


def seconds_of(text: str) -> float:
    """Seconds of ``90``, ``300ms``, ``15m``, ``24h`` or ``7d``; NaN for what is none of them."""
    match = _QUANTITY.match(text.strip())
    return float(match[1]) * UNITS[match[2] or ""] if match else math.nan


def parse_duration(text: str, what: str = "duration") -> float:
    """Seconds of a time of up to a year. Raises InputError."""
    seconds = seconds_of(text)
    if not 0 < seconds <= MOST_SECONDS:
        raise InputError(f"{what} {text!r}: write a time such as 90s, 15m, 24h or 7d, over 0 and up to 366d")
    return seconds
