"""Checks of local times on the days when clocks change.

EventBridge Scheduler skips what falls on a time that doesn't exist (user guide, "Schedule types",
2026-11): a window whose end is skipped shows its page for a week.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from components.operations.weekdays import WEEKDAYS
from infra.settings.base import minutes_of_day
from infra.settings.errors import Problem
from infra.settings.maintenance import MaintenanceSettings, MaintenanceWindow
from infra.settings.uptime import UptimeSettings
from infra.settings.window_checks import is_day_of

FIRST_YEAR, LAST_YEAR = 2027, 2054
"""28 years, after which the days of the week fall on the same dates again."""


def windows_begin_and_end(maintenance: MaintenanceSettings) -> Iterator[Problem]:
    """The clocks have each start and end of a window, and don't change within one on a date."""
    zone = ZoneInfo(maintenance.time_zone)
    for index, window in enumerate(maintenance.windows):
        key = f"plant:maintenance.windows[{index}].{'starts_at' if window.starts_at else 'time'}"
        length = timedelta(minutes=window.duration_minutes)
        start = window.starts_at
        if start is not None and start.tzinfo is not None:
            continue  # another check says so
        skipped = _skipped(window, maintenance.time_zone)
        value = window.time if start is None else start.isoformat(timespec="minutes")
        if skipped is not None:
            yield Problem(
                key,
                value,
                f"the clocks of {maintenance.time_zone} skip {skipped:%H:%M} on {skipped:%Y-%m-%d}, and AWS the start"
                " or end of the window with it; move or shorten it",
            )
        elif start is not None and (lasts := _lasts(start, length, zone)) != length:
            yield Problem(
                key,
                value,
                f"the clocks of {maintenance.time_zone} change then: it would last {lasts // timedelta(minutes=1)} min,"
                f" not {window.duration_minutes}; move it",
            )


def sessions_end(uptime: UptimeSettings) -> Iterator[Problem]:
    """The clocks have each end of a session."""
    if uptime.schedule != "sessions":
        return
    end = minutes_of_day(uptime.session_start) + uptime.session_minutes + uptime.late_minutes
    for begin, over in skipped_times(uptime.time_zone):
        moment = datetime.combine(begin.date(), time()) + timedelta(minutes=end)
        if WEEKDAYS[moment.weekday()] in uptime.session_days and begin <= moment < over:
            yield Problem(
                "plant:uptime.session_start",
                uptime.session_start,
                f"the clocks of {uptime.time_zone} skip {moment:%H:%M} on {moment:%Y-%m-%d}, when the session ends, and"
                " AWS its end with it; move it",
            )
            return


@lru_cache(maxsize=16)
def skipped_times(time_zone: str) -> tuple[tuple[datetime, datetime], ...]:
    """Local times that the clocks of `time_zone` skip when they are put forward: from the first, before the last."""
    zone, step = ZoneInfo(time_zone), timedelta(weeks=1)
    found = []
    week = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)
    while week.year <= LAST_YEAR:
        before, after = (_offset(moment, zone) for moment in (week, week + step))
        if before < after:
            least, most = 0, step // timedelta(minutes=1)
            while most - least > 1:  # the minute of the change lies after `least`, and not after `most`
                middle = (least + most) // 2
                if _offset(week + timedelta(minutes=middle), zone) == before:
                    least = middle
                else:
                    most = middle
            change = (week + timedelta(minutes=most)).replace(tzinfo=None)
            found.append((change + before, change + after))
        week += step
    return tuple(found)


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta(0)


def _skipped(window: MaintenanceWindow, time_zone: str) -> datetime | None:
    """First start or end of a window that the clocks skip."""
    zone, length = ZoneInfo(time_zone), timedelta(minutes=window.duration_minutes)
    try:
        moments = (moment for start in _starts(window, time_zone) for moment in (start, start + length))
        return next((moment for moment in moments if _shown(moment, zone) != moment), None)
    except OverflowError:  # at an end of the calendar
        return None


def _starts(window: MaintenanceWindow, time_zone: str) -> Iterator[datetime]:
    """The start of a window on a date; of one that comes back those around each hour that the clocks skip."""
    if window.starts_at is not None:
        yield window.starts_at
    elif window.weekday is not None and window.time is not None:
        for begin, _ in skipped_times(time_zone):
            for day in (begin.date() - timedelta(days=days) for days in range(3)):
                if is_day_of(window, day):
                    yield datetime.combine(day, time.fromisoformat(window.time))


def _shown(moment: datetime, zone: ZoneInfo) -> datetime:
    """What the clocks show at a local time: another one where they skip it."""
    return moment.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None)


def _lasts(start: datetime, length: timedelta, zone: ZoneInfo) -> timedelta:
    """Time that passes from a local `start` until the clocks show its end."""
    try:
        begins, ends = (moment.replace(tzinfo=zone).astimezone(UTC) for moment in (start, start + length))
    except OverflowError:  # at an end of the calendar
        return length
    return ends - begins
