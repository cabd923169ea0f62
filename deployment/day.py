"""The day of the run: what is counted from a day takes one as a parameter, and this where nobody gives one."""

from __future__ import annotations

import datetime


def today_utc() -> datetime.date:
    """The current day, in UTC."""
    return datetime.datetime.now(datetime.UTC).date()
