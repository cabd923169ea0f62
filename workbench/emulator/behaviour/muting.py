"""Alarm mute rules: when an alarm's actions are held back.

Source: CloudWatch user guide, "Alarm mute rules" and "How alarm mute rules work" (2026-11): the alarm goes on changing
its state and sending its events; a held action follows once the window is over, if the alarm is still in that state.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from workbench.emulator.behaviour.schedules import next_time

_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?")


def covers(rule: dict[str, Any], alarm: str, at: datetime) -> bool:
    """Whether a rule, as declared, mutes an alarm now: its window began at most its duration ago."""
    if alarm not in (rule.get("muteTargets") or {}).get("alarmNames", []):
        return False
    schedule = rule["rule"]["schedule"]
    start = next_time(
        _expression(schedule["expression"]),
        schedule.get("timezone") or "UTC",
        at - duration(schedule["duration"]),
    )
    return start is not None and start <= at


def duration(text: str) -> timedelta:
    """An ISO 8601 duration of days, hours and minutes.

    Raises:
        ValueError: It is none.
    """
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not an ISO 8601 duration of days, hours and minutes")
    days, hours, minutes = (int(part or 0) for part in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes)


def _expression(text: str) -> str:
    """A mute rule's cron has no year, and ``*`` for the day of the month where Scheduler's has ``?``."""
    if not text.startswith("cron("):
        return text
    fields = text.removeprefix("cron(").removesuffix(")").split()
    if len(fields) == 5:
        fields[2] = "?" if fields[4] != "*" else fields[2]
        fields.append("*")
    return f"cron({' '.join(fields)})"
