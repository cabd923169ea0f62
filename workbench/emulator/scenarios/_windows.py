"""Maintenance windows as declared, in local time, and the clock changes around which they are looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from components.operations.weekdays import WEEKDAYS, week_of_month
from infra.settings.base import minutes_of_day
from infra.settings.maintenance import MaintenanceWindow

WEEK = timedelta(weeks=1)
MONTH = timedelta(weeks=5)
CHANGES = 2
"""Clock changes looked at: one in spring, one in autumn."""


@dataclass(frozen=True)
class Occurrence:
    """One time that a window is open, in local time."""

    window: MaintenanceWindow
    zone: ZoneInfo
    local: datetime
    """Start on the wall, without a zone."""

    @property
    def starts_at(self) -> datetime:
        """Start in UTC; of a time that the clocks pass twice the first one."""
        return self.at(timedelta(0))

    @property
    def ends_at(self) -> datetime:
        """End in UTC: so long after the start as users are told."""
        return self.starts_at + timedelta(minutes=self.window.duration_minutes)

    def at(self, offset: timedelta) -> datetime:
        """The moment in UTC at which the wall shows the start and an offset."""
        return (self.local + offset).replace(tzinfo=self.zone).astimezone(UTC)

    def skipped(self, offset: timedelta) -> bool:
        """Whether the wall never shows that time, because the clocks go forward."""
        return self.at(offset).astimezone(self.zone).replace(tzinfo=None) != self.local + offset

    def __str__(self) -> str:
        return f"{self.starts_at.astimezone(self.zone):%a %d %b %Y %H:%M %Z}"


def clock_changes(zone: ZoneInfo, after: datetime, count: int = CHANGES) -> list[datetime]:
    """The next moments at which a zone's offset to UTC changes; none for a zone that never does."""
    found: list[datetime] = []
    moment = after.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    for _ in range(24 * 400):
        following = moment + timedelta(hours=1)
        if moment.astimezone(zone).utcoffset() != following.astimezone(zone).utcoffset():
            found.append(following)
            if len(found) == count:
                break
        moment = following
    return found


def seasons(windows: Sequence[MaintenanceWindow], zone: ZoneInfo, now: datetime) -> list[list[Occurrence]]:
    """Occurrences to look at, in groups: weekly and monthly windows on either side of each clock change,
    others when they are.

    Without a clock change a weekly window's next two occurrences are one group.
    """
    weekly = [window for window in windows if window.starts_at is None]
    most = MONTH if any(window.week_of_month for window in weekly) else WEEK
    groups = [
        [
            occurrence
            for window in weekly
            for span in (MONTH if window.week_of_month else WEEK,)
            for occurrence in _weekly(window, zone, change - span, change + span)
        ]
        for change in (clock_changes(zone, now + MARGIN + most) if weekly else ())
    ]
    if not groups and weekly:
        groups = [
            [occurrence for window in weekly for occurrence in _weekly(window, zone, now + MARGIN, now + 10 * WEEK)]
        ]
        groups = [sorted((item for window in weekly for item in _first_two(window, groups[0])), key=_local)]
    once = [Occurrence(window, zone, window.starts_at) for window in windows if window.starts_at is not None]
    groups += [[occurrence] for occurrence in once if occurrence.starts_at - MARGIN > now]
    return sorted((sorted(group, key=lambda item: item.local) for group in groups), key=lambda group: group[0].local)


MARGIN = timedelta(days=8)
"""Time before a group of occurrences from which on the schedules are followed: the longest notice is a week."""


def _first_two(window: MaintenanceWindow, occurrences: list[Occurrence]) -> list[Occurrence]:
    return sorted((item for item in occurrences if item.window is window), key=_local)[:2]


def _local(occurrence: Occurrence) -> datetime:
    return occurrence.local


def _weekly(window: MaintenanceWindow, zone: ZoneInfo, after: datetime, until: datetime) -> list[Occurrence]:
    minute = minutes_of_day(window.time or "00:00")
    day = after.astimezone(zone).replace(tzinfo=None, hour=minute // 60, minute=minute % 60, second=0, microsecond=0)
    day += timedelta(days=(WEEKDAYS.index(window.weekday or "MON") - day.weekday()) % 7)
    found = []
    while (occurrence := Occurrence(window, zone, day)).starts_at <= until:
        if occurrence.starts_at > after and window.week_of_month in (None, week_of_month(day)):
            found.append(occurrence)
        day += WEEK
    return found
