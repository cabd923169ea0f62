"""CPU credits of burstable instance types: how much CPU each may use without end. Pure Python, no Pulumi.

Source: Amazon EC2 User Guide, "Key concepts and definitions for burstable performance instances" (credit
table; one credit is one vCPU-minute; T3, T3a and T4g earn no launch credits), read 2026-11.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BurstableType:
    """What an instance type earns and may keep."""

    credits_per_hour: float
    """CPU credits that an instance earns in an hour."""
    vcpus: int
    """Virtual CPUs."""

    @property
    def maximum(self) -> float:
        """Most credits that can be accrued: those of 24 hours."""
        return 24 * self.credits_per_hour

    @property
    def baseline_vcpus(self) -> float:
        """vCPUs that can be used without end."""
        return self.credits_per_hour / 60


FAMILIES = ("t3", "t3a", "t4g")
"""Families that the table below holds for."""

SIZES = {
    "nano": BurstableType(6, 2),
    "micro": BurstableType(12, 2),
    "small": BurstableType(24, 2),
    "medium": BurstableType(24, 2),
    "large": BurstableType(36, 2),
    "xlarge": BurstableType(96, 4),
    "2xlarge": BurstableType(192, 8),
}
"""Size -> credits; T3, T3a and T4g are alike."""


def burstable_type(instance_type: str) -> BurstableType | None:
    """Credits of a T3, T3a or T4g type; None for any other type, which has no credits."""
    family, _, size = instance_type.partition(".")
    return SIZES.get(size) if family in FAMILIES else None
