"""``plant:uptime``: when a dedicated stack exists. Outside its sessions it is parked."""

from __future__ import annotations

import math
from typing import Literal

from pydantic import Field

from infra.settings.base import Group, TimeOfDay, TimeZone

DAYS_PER_MONTH = 365.25 / 12


class UptimeSettings(Group):
    """Sessions, and the reaper that ends them."""

    schedule: Literal["sessions", "always-on"] = Field(
        default="always-on",
        description=(
            "sessions: billed resources exist only in sessions; always-on: all the month, and the load balancer is"
            " protected from deletion (before `pulumi destroy`, choose sessions)."
        ),
    )
    parked: bool = Field(
        default=False, description="Between sessions: everything billed by the hour is gone, everything free stays."
    )
    session_days: tuple[Literal["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"], ...] = Field(
        default=("MON", "TUE", "WED", "THU", "FRI"), min_length=1, max_length=7, description="Days with a session."
    )
    session_start: TimeOfDay = Field(default="09:00", description="Local start of a session (HH:MM).")
    hours_per_session: int = Field(
        default=2, ge=1, le=24, description="Length of a session (whole h, 1 to 24: load balancers bill started hours)."
    )
    time_zone: TimeZone = Field(default="UTC", description="IANA time zone of the sessions.")
    reaper_every_hours: int = Field(
        default=3, ge=1, le=12, description="How often the reaper looks outside sessions (h, 1 to 12)."
    )

    @property
    def sessions_per_month(self) -> int:
        """Sessions in a month, rounded up."""
        return math.ceil(len(set(self.session_days)) * DAYS_PER_MONTH / 7)

    @property
    def hours_per_month(self) -> int:
        """Hours that the sessions take in a month."""
        return self.sessions_per_month * self.hours_per_session
