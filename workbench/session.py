"""Whether a scheduled stack should exist now."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from components.operations.weekdays import WEEKDAYS
from infra.settings.uptime import UptimeSettings


def session_is_on(uptime: UptimeSettings, now: datetime) -> bool:
    """Whether the stack should exist at `now` (with a time zone): from its lead before a declared session until its
    end; always, for a stack that is always on.

    A session begins at its local time and lasts its hours, whatever the clocks do in between.
    """
    if uptime.schedule == "always-on":
        return True
    zone = ZoneInfo(uptime.time_zone)
    today = now.astimezone(zone).date()
    start_of_day = time.fromisoformat(uptime.session_start)
    for date in (today, today - timedelta(days=1)):  # yesterday's may reach past midnight
        start = datetime.combine(date, start_of_day, zone)
        elapsed = now.timestamp() - start.timestamp()
        is_on = -60 * uptime.lead_minutes <= elapsed < 60 * uptime.session_minutes
        if WEEKDAYS[date.weekday()] in uptime.session_days and is_on:
            return True
    return False
