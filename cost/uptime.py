"""How long a stack exists in a month, and what AWS bills of it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum
from typing import Final

MONTH_HOURS: Final = Decimal(730)
"""Hours of a month, the convention of the AWS pricing calculator and of Infracost (a 31-day month has 744)."""

MINIMUM_HOURS: Final = Decimal(1) / 60
"""Least that a per-second meter bills for one session: 60 seconds."""


class Metering(StrEnum):
    """How AWS counts the time of a charge (facts of the AWS pricing pages, 2026-11)."""

    FULL_HOURS = "full hours"
    """Every started hour of every session: load balancers, NAT gateways, cache nodes."""
    SECONDS = "seconds"
    """By the second, at least 60 of them a session: EC2, EBS, public IPv4, Fargate."""
    PRORATED_SECONDS = "prorated by the second"
    """A monthly price, shared out by the second: EBS volumes."""
    PRORATED_MONTH = "prorated month"
    """A monthly price, shared out by started hours: alarms, web ACLs, dashboards."""
    STANDING = "standing"
    """A monthly price of what outlives a session: keys, secrets, zones, stored data. Parking doesn't end it."""
    USE = "use"
    """Not time at all: requests, events, gigabytes moved."""


@dataclass(frozen=True, slots=True)
class Uptime:
    """Sessions of a month in which the stack exists."""

    sessions: Decimal
    hours_per_session: Decimal
    """Hours of one session that are for use."""
    overhead_hours: Decimal = Decimal(0)
    """Hours around them in which its resources exist as well: made ahead, parked late, deleted slowly."""

    @property
    def existence_hours(self) -> Decimal:
        """Hours that the resources of one session exist, to a whole second."""
        return round((self.hours_per_session + self.overhead_hours) * 3600) / Decimal(3600)

    @property
    def hours(self) -> Decimal:
        """Hours of existence a month, to the second."""
        return self.sessions * self.existence_hours

    @property
    def full_hours(self) -> Decimal:
        """Started hours a month: each session is rounded up."""
        return self.sessions * self.existence_hours.to_integral_value(ROUND_CEILING)

    @property
    def metered_hours(self) -> Decimal:
        """Hours a month that a per-second meter counts."""
        return self.sessions * max(self.existence_hours, MINIMUM_HOURS) if self.hours else Decimal(0)

    def factor(self, metering: Metering) -> Decimal:
        """By what a charge's amount is multiplied: hours, or parts of a month, or one."""
        match metering:
            case Metering.FULL_HOURS:
                return self.full_hours
            case Metering.SECONDS:
                return self.metered_hours
            case Metering.PRORATED_SECONDS:
                return min(Decimal(1), self.metered_hours / MONTH_HOURS)
            case Metering.PRORATED_MONTH:
                return min(Decimal(1), self.full_hours / MONTH_HOURS)
            case Metering.STANDING | Metering.USE:
                return Decimal(1)


ALWAYS_ON: Final = Uptime(sessions=Decimal(1), hours_per_session=MONTH_HOURS)
"""The whole month without a pause."""
