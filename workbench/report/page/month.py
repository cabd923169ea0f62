"""A month of a stack, day by day: sessions, maintenance windows, notices, and the dollars of each day."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

from components.operations.weekdays import WEEKDAYS
from infra.settings import Settings
from infra.settings.maintenance import MaintenanceWindow
from infra.settings.window_checks import is_day_of

MONTH_DAYS: Final = Decimal("30.4375")
"""Days of a mean month (365.25 / 12), which the estimate is for."""


@dataclass
class Day:
    """One day."""

    date: date
    usd: Decimal
    sessions: list[str] = field(default_factory=list)
    """Times, e.g. ``09:00-12:00``."""
    windows: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Month:
    """A calendar month in whole weeks, from Monday to Sunday; None where a day is another month's."""

    title: str
    weeks: list[list[Day | None]]
    time_zones: str
    session_usd: Decimal | None
    """What one session adds; None for a stack that is always on."""
    standing_usd: Decimal
    """What each day costs without a session."""

    @property
    def days(self) -> Iterator[Day]:
        """The days of the month."""
        return (day for week in self.weeks for day in week if day is not None)

    @property
    def sessions(self) -> int:
        """Sessions of this month; the estimate is for the most that a month has."""
        return sum(len(day.sessions) for day in self.days)

    @property
    def usd(self) -> Decimal:
        """All days together."""
        return sum((day.usd for day in self.days), Decimal(0))


def month_of(settings: Settings, today: date, expected_usd: Decimal, parked_usd: Decimal | None) -> Month:
    """The month of `today`.

    `expected_usd` is the estimate for a mean month; `parked_usd` that of the same stack without sessions (None: it is
    always on). What sessions add is shared out over the sessions of the estimate's month, the rest over its days.
    """
    uptime = settings.uptime
    in_sessions = uptime.schedule == "sessions" and not uptime.parked and parked_usd is not None
    standing = (parked_usd if in_sessions and parked_usd is not None else expected_usd) / MONTH_DAYS
    session = (
        (expected_usd - parked_usd) / uptime.sessions_per_month if in_sessions and parked_usd is not None else None
    )
    weeks: list[list[Day | None]] = [
        [Day(one, standing) if one.month == today.month else None for one in week]
        for week in calendar.Calendar().monthdatescalendar(today.year, today.month)
    ]
    found = Month(f"{today:%B %Y}", weeks, _zones(settings, in_sessions), session, standing)
    by_date = {day.date: day for day in found.days}
    if session is not None:
        start = datetime.combine(today, time.fromisoformat(uptime.session_start))
        hours = f"{start:%H:%M}-{start + timedelta(hours=float(uptime.hours_per_session)):%H:%M}"
        for day in found.days:
            if WEEKDAYS[day.date.weekday()] in uptime.session_days:
                day.sessions.append(hours)
                day.usd += session
    for window in settings.maintenance.windows:
        for begins in _starts(window, today):
            ends = begins + timedelta(minutes=window.duration_minutes)
            if (held := by_date.get(begins.date())) is not None:
                held.windows.append(f"{begins:%H:%M}-{ends:%H:%M} {window.name}")
            for ahead in settings.maintenance.notice_hours:
                told = begins - timedelta(hours=ahead)
                if (heard := by_date.get(told.date())) is not None:
                    heard.notices.append(f"{told:%H:%M} {window.name} in {_ahead(ahead)}")
    return found


def _zones(settings: Settings, in_sessions: bool) -> str:
    zones = [settings.uptime.time_zone] if in_sessions else []
    zones += [settings.maintenance.time_zone] if settings.maintenance.windows else []
    return " and ".join(dict.fromkeys(zones))


def _starts(window: MaintenanceWindow, today: date) -> Iterator[datetime]:
    """Local starts from this month's first day to two weeks into the next: notices come ahead."""
    if window.starts_at is not None:
        yield window.starts_at
        return
    first = today.replace(day=1)
    for offset in range(31 + 14):
        one = first + timedelta(days=offset)
        if window.time is not None and is_day_of(window, one):
            yield datetime.combine(one, time.fromisoformat(window.time))


def _ahead(hours: int) -> str:
    if hours % 24 == 0 and hours:
        return "a day" if hours == 24 else f"{hours // 24} days"
    return "an hour" if hours == 1 else f"{hours} hours"
