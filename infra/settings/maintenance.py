"""``plant:maintenance``: windows, and who hears of them."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from infra.settings.base import Group, Slug, TimeOfDay, TimeZone


class MaintenanceWindow(Group):
    """One window: at a date (`starts_at`), or each week (`weekday` and `time`), or in one week a month."""

    name: Slug = Field(description="Name of the window, e.g. weekly-patching.")
    starts_at: datetime | None = Field(
        default=None,
        description=(
            "Local start of a one-off window, e.g. 2027-01-09T02:00 (no offset: time_zone applies). Name it further"
            " ahead than the longest notice: AWS refuses schedules in the past, so a notice whose time has passed is"
            " left out. Take it out when it is over."
        ),
    )
    weekday: Literal["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"] | None = Field(
        default=None, description="Day of a window that comes back."
    )
    week_of_month: int | None = Field(
        default=None,
        ge=1,
        le=4,
        description=(
            "Which such weekday of each month, 1 to 4: 1 with SUN is its first Sunday. Left out: each week. Name it"
            " further ahead than the longest notice. Alarms are muted in the windows of the 12 months after an update."
        ),
    )
    time: TimeOfDay | None = Field(default=None, description="Local start of a window that comes back (HH:MM).")
    duration_minutes: int = Field(ge=5, le=1_440, description="Length (minutes, 5 to 1,440).")
    reason: str = Field(
        default="Scheduled maintenance", min_length=1, max_length=200, description="What users are told."
    )


class Subscriber(Group):
    """Someone who gets the notices."""

    protocol: Literal["email", "sms", "https"] = Field(description="How: email, sms or https.")
    endpoint: str = Field(
        min_length=3, max_length=2_000, description="Address, phone number (+370…) or https:// address."
    )


class MaintenanceSettings(Group):
    """Windows and notices."""

    time_zone: TimeZone = Field(default="UTC", description="IANA time zone of all windows.")
    windows: tuple[MaintenanceWindow, ...] = Field(default=(), max_length=20, description="At most 20 windows.")
    notice_hours: tuple[int, ...] = Field(
        default=(168, 24, 1), max_length=5, description="How long ahead users are told (h): 7 days, 1 day, 1 hour."
    )
    subscribers: tuple[Subscriber, ...] = Field(
        default=(Subscriber(protocol="email", endpoint="plant-api-users@example.com"),),
        max_length=50,
        description="Who gets notices of windows, rollouts and alarms.",
    )
