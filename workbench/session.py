"""Whether a scheduled stack should exist now."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from components.operations.weekdays import WEEKDAYS
from infra.settings.uptime import UptimeSettings


def session_is_on(uptime: UptimeSettings, now: datetime) -> bool:
    """Whether `now` (with a time zone) is in one of the declared sessions; always, for a stack that is always on.

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
        if WEEKDAYS[date.weekday()] in uptime.session_days and 0 <= elapsed < uptime.hours_per_session * 3600:
            return True
    return False
