"""Scheduled actions: Unix cron expressions, minute by minute.

Source: Amazon EC2 Auto Scaling User Guide, "Scheduled scaling" (five-field cron, UTC unless a time zone is
given), read 2026-11.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

MINUTE: Final = timedelta(minutes=1)
LOOK_BACK: Final = timedelta(days=8)
"""How far back an action may lie whose sizes are in force when a simulation begins: over a week."""
_FIELDS: Final = (("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12), ("weekday", 0, 7))
_NAMES: Final = {
    "month": ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"),
    "weekday": ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"),
}


@dataclass(frozen=True, slots=True)
class Cron:
    """A parsed five-field expression."""

    fields: tuple[frozenset[int], ...]
    any_day: bool
    """Day of month is ``*``."""
    any_weekday: bool
    """Day of week is ``*``."""

    @classmethod
    def parse(cls, expression: str) -> Cron:
        """Parse ``minute hour day month weekday``. Raises ValueError with the field that is wrong."""
        parts = expression.split()
        if len(parts) != len(_FIELDS):
            raise ValueError(f"{expression!r} has {len(parts)} fields; a cron expression has 5")
        fields = tuple(_parse_field(part, *field) for part, field in zip(parts, _FIELDS, strict=True))
        return cls(fields, parts[2] == "*", parts[4] == "*")

    def matches(self, moment: datetime) -> bool:
        """Whether the expression fires in the minute of `moment`."""
        minutes, hours, days, months, weekdays = self.fields
        if moment.minute not in minutes or moment.hour not in hours or moment.month not in months:
            return False
        day = moment.day in days
        weekday = moment.isoweekday() % 7 in weekdays
        # When both are restricted, either suffices (cron's old rule).
        if self.any_day or self.any_weekday:
            return day and weekday
        return day or weekday


def _parse_field(text: str, name: str, low: int, high: int) -> frozenset[int]:
    values: set[int] = set()
    for part in text.split(","):
        span, _, step_text = part.partition("/")
        step = _number(step_text, name, 1, high) if step_text else 1
        if span == "*":
            first, last = low, high
        elif "-" in span:
            start, _, end = span.partition("-")
            first, last = _number(start, name, low, high), _number(end, name, low, high)
        else:
            first = _number(span, name, low, high)
            last = high if step_text else first
        values.update(range(first, last + 1, step))
    if name == "weekday":
        values = {value % 7 for value in values}
    return frozenset(values)


def _number(text: str, name: str, low: int, high: int) -> int:
    names = _NAMES.get(name, ())
    if text.upper() in names:
        return names.index(text.upper()) + (1 if name == "month" else 0)
    if not text.isdecimal() or not low <= int(text) <= high:
        raise ValueError(f"{text!r} is no {name}; allowed is {low} to {high}")
    return int(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledAction:
    """A change of the group's sizes at set times; None leaves a size as it is."""

    name: str
    """Logical name."""
    cron: Cron | None
    """When; None: once, when it begins."""
    begins: datetime | None = None
    """When it acts first, whatever the cron expression says."""
    ends: datetime | None = None
    """From when on it acts no more."""
    time_zone: str = "UTC"
    """IANA name of the cron expression."""
    min_size: int | None = None
    """New minimum."""
    max_size: int | None = None
    """New maximum."""
    desired_capacity: int | None = None
    """New desired capacity."""

    def fires(self, moment: datetime) -> bool:
        """Whether it fires in the minute of `moment`.

        "The action at this time, and then by the recurrence" (Auto Scaling's API reference,
        PutScheduledUpdateGroupAction, of StartTime; read 2026-11).
        """
        if self.begins is not None and moment < self.begins + MINUTE:
            return moment >= self.begins
        if self.cron is None or (self.ends is not None and moment >= self.ends):
            return False
        return self.cron.matches(moment.astimezone(ZoneInfo(self.time_zone)))


@dataclass(frozen=True, slots=True)
class Sizes:
    """Sizes of a group."""

    min_size: int
    max_size: int
    desired_capacity: int

    def after(self, action: ScheduledAction) -> Sizes:
        """The sizes once `action` has fired."""
        low = self.min_size if action.min_size is None else action.min_size
        high = self.max_size if action.max_size is None else action.max_size
        desired = self.desired_capacity if action.desired_capacity is None else action.desired_capacity
        return Sizes(low, high, min(max(desired, low), high))


def in_force(sizes: Sizes, schedule: Sequence[ScheduledAction], moment: datetime) -> Sizes:
    """What a group of declared `sizes` has at `moment`, after the actions of the days before."""
    if not schedule:
        return sizes
    once = [(action.begins, action) for action in schedule if action.begins and action.begins <= moment - LOOK_BACK]
    for _, action in sorted(once, key=lambda each: each[0]):
        sizes = sizes.after(action)
    minutes = int(LOOK_BACK.total_seconds() // 60)
    for back in range(minutes, -1, -1):
        for action in schedule:
            if action.fires(moment - timedelta(minutes=back)):
                sizes = sizes.after(action)
    return sizes
