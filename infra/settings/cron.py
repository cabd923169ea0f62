"""Unix cron expressions, as scheduled actions of Auto Scaling take them."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

FIELDS = (
    ("minute", 0, 59, ()),
    ("hour", 0, 23, ()),
    ("day of month", 1, 31, ()),
    ("month", 1, 12, ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")),
    ("day of week", 0, 7, ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")),
)
"""Name, lowest and highest number, and words for them from the lowest on."""


def _unix_cron(text: str) -> str:
    parts = text.split()
    if len(parts) != len(FIELDS):
        raise ValueError("expected minute, hour, day of month, month and day of week, e.g. 30 6 * * MON-FRI")
    for part, (name, low, high, words) in zip(parts, FIELDS, strict=True):
        for item in part.split(","):
            span, slash, step = item.partition("/")
            ends = [] if span == "*" else [_number(end, low, high, words) for end in span.split("-")]
            if None in ends or len(ends) > 2 or ends != sorted(ends, key=lambda end: end or 0):
                raise ValueError(f"{item!r} is no {name}; allowed are {low} to {high}, *, lists and rising ranges")
            if slash and _number(step, 1, high, ()) is None:
                raise ValueError(f"{item!r} is no {name}; allowed after the slash is 1 to {high}")
    return " ".join(parts)


def _number(text: str, low: int, high: int, words: tuple[str, ...]) -> int | None:
    if text.upper() in words:
        return low + words.index(text.upper())
    return int(text) if text.isascii() and text.isdigit() and low <= int(text) <= high else None


UnixCron = Annotated[str, AfterValidator(_unix_cron)]
"""Minute, hour, day of month, month and day of week, e.g. ``30 6 * * MON-FRI``."""
