"""Evidence in words: lists, spans of time, shares and moments as a person reads them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal

_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))


def listed(items: Iterable[object], nothing: str = "none") -> str:
    """Items joined by commas; a word for an empty list."""
    return ", ".join(str(item) for item in items) or nothing


def span(length: timedelta) -> str:
    """A length of time in its units: ``6 h 30 s``."""
    seconds = round(length.total_seconds())
    parts = []
    for unit, size in _UNITS:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts) or "0 s"


def moment(at: datetime, zone: tzinfo | None = None) -> str:
    """A moment in a time zone, UTC if none is given: ``Wed 21 Oct 2026 10:00 EEST``."""
    local = at.astimezone(zone) if zone else at
    return f"{local:%a %d %b %Y %H:%M %Z}"


def clock(at: datetime) -> str:
    """The time of day: ``08:05 UTC``."""
    return f"{at:%H:%M %Z}"


def number(value: float) -> str:
    """A figure without needless digits: ``13.64``, ``7,200``."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.4g}"


def percent(share: float) -> str:
    """A share of one as a percentage."""
    return f"{share * 100:.0f} %"


def shares(values: Iterable[int]) -> str:
    """Percentages: ``10 %, 50 %``."""
    return listed(f"{value} %" for value in values)


def count(number_of: int, what: str) -> str:
    """A number of things: ``1 message``, ``3 messages``."""
    return f"{number_of:,} {what}" + ("" if number_of == 1 else "s")


def usd(amount: Decimal) -> str:
    """US dollars."""
    return f"${amount:.2f}"


def pairs(values: Mapping[str, object], unit: str = "") -> str:
    """``name value`` of each item, sorted by name: ``read 10 %, write 10 %``."""
    return listed(f"{name} {value}{unit}" for name, value in sorted(values.items()))


def runs(values: Iterable[str]) -> str:
    """Equal neighbours counted: ``OK for 6 min, ALARM for 4 min`` of one value a minute."""
    found: list[tuple[str, int]] = []
    for value in values:
        if found and found[-1][0] == value:
            found[-1] = (value, found[-1][1] + 1)
        else:
            found.append((value, 1))
    return listed(f"{value} for {count} min" for value, count in found)
