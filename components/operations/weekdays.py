"""Days of the week. Pure Python, no Pulumi: settings use it, too."""

from __future__ import annotations

WEEKDAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
"""Days in the order of Python's weekdays and the spelling of EventBridge's cron expressions."""
