"""EventBridge Scheduler's expressions: at, rate and six-field cron, in a time zone.

Source: EventBridge Scheduler user guide, "Schedule types" and "Time zones" (2026-11): a time that does not exist
when clocks go forward is skipped; one that exists twice when they go back fires once.
"""

from __future__ import annotations

import calendar
import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_MONTHS = {name.upper(): number for number, name in enumerate(calendar.month_abbr) if name}
_DAYS = {name: number for number, name in enumerate(("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"), start=1)}
_UNITS = {"minute": 60, "hour": 3600, "day": 86400}
_YEARS_AHEAD = 3


def next_time(expression: str, zone: str, after: datetime) -> datetime | None:
    """The first moment after another at which a schedule fires, in UTC; None if it never does again.

    Raises:
        ValueError: The expression is malformed or not covered.
    """
    kind, _, rest = expression.partition("(")
    body = rest.removesuffix(")")
    if kind == "at":
        moment = datetime.fromisoformat(body).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
        return moment if moment > after else None
    if kind == "rate":
        value, unit = body.split()
        return after + timedelta(seconds=int(value) * _UNITS[unit.removesuffix("s")])
    if kind == "cron":
        return _next_cron(body.split(), ZoneInfo(zone), after)
    raise ValueError(f"{expression!r}: a schedule is at(…), rate(…) or cron(…)")


def _next_cron(fields: list[str], zone: ZoneInfo, after: datetime) -> datetime | None:
    if len(fields) != 6:
        raise ValueError(f"cron({' '.join(fields)}): AWS wants six fields, minute to year")
    minutes, hours = _numbers(fields[0], 0, 59), _numbers(fields[1], 0, 23)
    months, years = _numbers(fields[3], 1, 12, _MONTHS), _numbers(fields[5], 1970, 2199)
    day = after.astimezone(zone).date()
    for _ in range(366 * _YEARS_AHEAD):
        if (
            day.year in years
            and day.month in months
            and _day_matches(fields[2], fields[4], day.year, day.month, day.day)
        ):
            for hour in sorted(hours):
                for minute in sorted(minutes):
                    local = datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)
                    moment = local.astimezone(UTC)
                    exists = moment.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None)
                    if exists and moment > after:
                        return moment
        day += timedelta(days=1)
    return None


def _day_matches(days: str, weekdays: str, year: int, month: int, day: int) -> bool:
    last = calendar.monthrange(year, month)[1]
    weekday = (calendar.weekday(year, month, day) + 1) % 7 + 1  # Sunday is 1
    if weekdays in ("?", "*"):
        if days == "L":
            return day == last
        return days in ("?", "*") or day in _numbers(days, 1, 31)
    nth = re.fullmatch(r"(\w+)#(\d)", weekdays)
    if nth:
        return weekday == _number(nth[1], _DAYS) and (day - 1) // 7 + 1 == int(nth[2])
    final = re.fullmatch(r"(\w+)L", weekdays)
    if final and weekdays != "L":
        return weekday == _number(final[1], _DAYS) and day + 7 > last
    return weekday in _numbers(weekdays, 1, 7, _DAYS)


def _numbers(field: str, low: int, high: int, names: dict[str, int] | None = None) -> frozenset[int]:
    values: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        if span in ("*", "?"):
            first, last = low, high
        elif "-" in span:
            start, end = span.split("-")
            first, last = _number(start, names), _number(end, names)
        else:
            first = _number(span, names)
            last = high if step else first
        if not low <= first <= last <= high:
            raise ValueError(f"cron field {field!r}: {part!r} is outside {low} to {high}")
        values.update(range(first, last + 1, int(step or 1)))
    return frozenset(values)


def _number(text: str, names: dict[str, int] | None) -> int:
    return names[text.upper()] if names and text.upper() in names else int(text)
