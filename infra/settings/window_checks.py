"""Checks of maintenance windows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from components.operations.weekdays import WEEKDAYS, week_of_month
from infra.settings.base import EMAIL, HTTPS, minutes_of_day
from infra.settings.errors import Problem
from infra.settings.maintenance import MaintenanceSettings, MaintenanceWindow, Subscriber

E164 = r"\+[1-9][0-9]{6,14}"
"""Phone numbers with their country (ITU-T E.164)."""
MINUTES_PER_WEEK = 7 * 24 * 60


def windows_are_sound(maintenance: MaintenanceSettings) -> Iterator[Problem]:
    """Each window has one kind of start, and no two overlap."""
    complete: list[tuple[int, MaintenanceWindow]] = []
    names: set[str] = set()
    for index, window in enumerate(maintenance.windows):
        key = f"plant:maintenance.windows[{index}]"
        if window.name in names:
            yield Problem(f"{key}.name", window.name, "used twice; give each window its own name")
        names.add(window.name)
        weekly = window.weekday is not None or window.time is not None or window.week_of_month is not None
        if window.starts_at is not None and window.starts_at.tzinfo is not None:
            yield Problem(
                f"{key}.starts_at",
                window.starts_at.isoformat(),
                "leave out the offset: plant:maintenance.time_zone applies",
            )
        elif (window.starts_at is not None) == weekly or (weekly and None in (window.weekday, window.time)):
            yield Problem(key, window.name, "give either starts_at, or both weekday and time")
        else:
            complete.append((index, window))
    for position, (index, window) in enumerate(complete):
        for _, other in complete[:position]:
            if overlap(window, other):
                yield Problem(
                    f"plant:maintenance.windows[{index}]", window.name, f"overlaps the window {other.name!r}; move one"
                )


def subscribers_can_be_reached(maintenance: MaintenanceSettings) -> Iterator[Problem]:
    """Each subscriber's endpoint is one of its protocol."""
    for index, subscriber in enumerate(maintenance.subscribers):
        if message := _wrong_endpoint(subscriber):
            yield Problem(f"plant:maintenance.subscribers[{index}].endpoint", subscriber.endpoint, message)


def overlap(one: MaintenanceWindow, other: MaintenanceWindow) -> bool:
    """Whether two windows ever share a minute."""
    if one.starts_at is not None and other.starts_at is not None:
        first, second = sorted((one, other), key=lambda window: window.starts_at or 0)
        assert first.starts_at is not None and second.starts_at is not None  # noqa: S101 - narrows the type
        return second.starts_at < first.starts_at + timedelta(minutes=first.duration_minutes)
    if not _share_a_minute_of_the_week(one, other):
        return False
    if None in (one.starts_at or one.week_of_month, other.starts_at or other.week_of_month):
        return True  # one of them comes back each week, and so does the minute
    around = one.starts_at or other.starts_at
    months = range(around.year * 12 + around.month - 2, around.year * 12 + around.month + 1) if around else CYCLE
    mine, theirs = (dict(_starts(window, months)) for window in (one, other))
    return any(
        day + near in theirs
        and -other.duration_minutes < near * 1440 + theirs[day + near] - minute < one.duration_minutes
        for day, minute in mine.items()
        for near in (-1, 0, 1)
    )


CYCLE = range(2000 * 12, 2028 * 12)
"""Months, counted from the year 0, after which the days of the week fall on the same dates again."""


def _starts(window: MaintenanceWindow, months: range) -> Iterator[tuple[int, int]]:
    """Day (ordinal) and minute of the day of each start in some months, or of the one that there is."""
    if window.starts_at is not None:
        yield window.starts_at.date().toordinal(), window.starts_at.hour * 60 + window.starts_at.minute
        return
    for month in months:
        year, index = divmod(month, 12)
        if date.min.year <= year <= date.max.year and window.week_of_month is not None:
            first = date(year, index + 1, 1)
            days = (WEEKDAYS.index(window.weekday or "MON") - first.weekday()) % 7 + 7 * (window.week_of_month - 1)
            yield first.toordinal() + days, minutes_of_day(window.time or "00:00")


def _share_a_minute_of_the_week(one: MaintenanceWindow, other: MaintenanceWindow) -> bool:
    start, other_start = minute_of_week(one), minute_of_week(other)
    return (other_start - start) % MINUTES_PER_WEEK < one.duration_minutes or (
        start - other_start
    ) % MINUTES_PER_WEEK < other.duration_minutes


def is_day_of(window: MaintenanceWindow, day: date) -> bool:
    """Whether a window that comes back starts on `day`."""
    weeks = (None, week_of_month(day))
    return WEEKDAYS[day.weekday()] == window.weekday and window.week_of_month in weeks


def minute_of_week(window: MaintenanceWindow) -> int:
    """Minutes from Monday 00:00 to the start of a window."""
    if window.starts_at is not None:
        return window.starts_at.weekday() * 1440 + window.starts_at.hour * 60 + window.starts_at.minute
    return WEEKDAYS.index(window.weekday or "MON") * 1440 + minutes_of_day(window.time or "00:00")


def notices_are_sound(maintenance: MaintenanceSettings) -> Iterator[Problem]:
    """Notices come in the week before a window, each once."""
    for index, hours in enumerate(maintenance.notice_hours):
        if not 1 <= hours <= 168:
            yield Problem(
                f"plant:maintenance.notice_hours[{index}]",
                hours,
                "allowed is 1 to 168 h: a weekly window can't be announced more than a week ahead",
            )
    if len(set(maintenance.notice_hours)) < len(maintenance.notice_hours):
        yield Problem(
            "plant:maintenance.notice_hours", ", ".join(map(str, maintenance.notice_hours)), "an hour is named twice"
        )


def _wrong_endpoint(subscriber: Subscriber) -> str | None:
    endpoint = subscriber.endpoint
    if subscriber.protocol == "email" and not re.fullmatch(EMAIL, endpoint):
        return "no mail address; write one like users@example.com"
    if subscriber.protocol == "sms" and not re.fullmatch(E164, endpoint):
        return "no phone number; write it with the country, like +37060000000"
    if subscriber.protocol == "https" and not re.fullmatch(HTTPS, endpoint):
        return "no https:// address in ASCII"
    return None
