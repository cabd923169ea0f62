"""When schedule expressions of AWS come round: ``cron(…)`` over a week, and ``at(…)``."""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

WEEK_MINUTES: Final = 7 * 24 * 60
DAYS: Final = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")


@lru_cache(maxsize=4096)
def minutes_of_week(expression: str) -> tuple[int, ...] | None:
    """Minutes after Sunday 0:00 at which a weekly cron expression comes round; None for any other expression.

    Five fields are CloudWatch's (days of the week from 0), six are EventBridge's (from 1, and a year).
    """
    found = re.fullmatch(r"\s*cron\(([^()]*)\)\s*", expression)
    fields = found[1].split() if found else []
    if len(fields) not in (5, 6) or fields[2] not in ("?", "*") or fields[3] != "*" or fields[5:] not in ([], ["*"]):
        return None
    first = 0 if len(fields) == 5 else 1
    minutes, hours = _values(fields[0], 0, 59), _values(fields[1], 0, 23)
    names = {name: str(number) for number, name in enumerate(DAYS, first)}
    text = re.sub(r"[A-Z]{3}", lambda name: names.get(name[0], "x"), fields[4].upper()).replace("?", "*")
    days = _values(text, first, first + 6)
    if not minutes or not hours or not days:
        return None
    return tuple(
        sorted((day - first) * 1440 + hour * 60 + minute for day in days for hour in hours for minute in minutes)
    )


def _values(field: str, low: int, high: int) -> list[int]:
    """Numbers that one field allows; empty when it can't be read."""
    values: set[int] = set()
    for part in field.split(","):
        found = re.fullmatch(r"(\*|\d+)(?:-(\d+))?(?:/(\d+))?", part)
        if found is None or found[3] == "0":
            return []
        start = low if found[1] == "*" else int(found[1])
        end = int(found[2]) if found[2] else high if found[1] == "*" or found[3] else start
        values.update(range(start, end + 1, int(found[3] or 1)))
    return sorted(values) if values and min(values) >= low and max(values) <= high else []


def minutes_between(earlier: Any, later: Any) -> int | None:
    """Minutes from one expression's moment to another's, within a week for weekly ones; None for others."""
    first, second = moment(earlier), moment(later)
    if isinstance(first, int) and isinstance(second, int):
        return (second - first) % WEEK_MINUTES
    if isinstance(first, datetime) and isinstance(second, datetime):
        return int((second - first).total_seconds()) // 60
    return None


def moment(expression: Any) -> int | datetime | None:
    """The one minute of the week, or the one moment, at which an expression comes round; None for several or none."""
    if not isinstance(expression, str):
        return None
    found = re.fullmatch(r"\s*at\(([\d:T-]+)\)\s*", expression)
    if found:
        try:
            return datetime.fromisoformat(found[1])
        except ValueError:
            return None
    minutes = minutes_of_week(expression)
    return minutes[0] if minutes is not None and len(minutes) == 1 else None
