"""``plant:uptime``: when a dedicated stack exists. Outside its sessions it is parked.

What is billed is the time that things exist, which is longer than the session: they are made ahead of it, parked late,
and deleted slowly. Load balancers and caches bill started hours of that time, so a session is best as long as fills
them (`billed_minutes`).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import Field

from infra.settings.base import Group, SessionHours, TimeOfDay, TimeZone


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
    hours_per_session: SessionHours = Field(
        default=Decimal(2),
        ge=Decimal("0.5"),
        le=24,
        description="Length of a session (h in whole minutes, 0.5 to 24; as a number, or as H:MM).",
    )
    lead_minutes: int = Field(
        default=10,
        ge=0,
        le=60,
        description="How long before a session the stack is made (min): load balancer and cache come up in minutes.",
    )
    late_minutes: int = Field(
        default=10,
        ge=0,
        le=60,
        description=(
            "How late parking may begin (min): a workflow's clock runs late under load. Then the reaper begins, which"
            " the account's own clock starts."
        ),
    )
    deletion_minutes: int = Field(
        default=10,
        ge=0,
        le=60,
        description="How long deleting may take (min), billed all the while: a cache takes the longest.",
    )
    time_zone: TimeZone = Field(default="UTC", description="IANA time zone of the sessions.")
    reaper_every_hours: int = Field(
        default=3, ge=1, le=12, description="How often the reaper looks outside sessions (h, 1 to 12)."
    )

    @property
    def sessions_per_month(self) -> int:
        """Sessions of the month that has most: of 31 days three fall on days of the week that come a fifth time."""
        days = len(set(self.session_days))
        return 4 * days + min(days, 3)

    @property
    def session_minutes(self) -> int:
        """Length of a session."""
        return round(self.hours_per_session * 60)

    @property
    def billed_minutes(self) -> int:
        """Longest time that the resources of one session exist."""
        return self.lead_minutes + self.session_minutes + self.late_minutes + self.deletion_minutes

    @property
    def hours_per_month(self) -> Decimal:
        """Hours that the sessions take in a month, all that is billed around them included."""
        return Decimal(self.sessions_per_month * self.billed_minutes) / 60
