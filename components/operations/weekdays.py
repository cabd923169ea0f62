"""Days of the week. Pure Python, no Pulumi: settings use it, too."""

from __future__ import annotations

from datetime import date

WEEKDAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
"""Days in the order of Python's weekdays and the spelling of EventBridge's cron expressions."""


def week_of_month(day: date) -> int:
    """Which of its month's days of that name a day is: 1 for the 1st to the 7th, at most 5."""
    return (day.day - 1) // 7 + 1
