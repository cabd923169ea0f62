"""CPU credits of burstable instance types: how much CPU each may use without end. Pure Python, no Pulumi.

Source: Amazon EC2 User Guide, "Key concepts and definitions for burstable performance instances" (credit
table; one credit is one vCPU-minute; T3, T3a and T4g earn no launch credits) and "Standard mode concepts" (T2 gets
30 launch credits a vCPU), read 2026-11.
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
    launch_credits: float = 0.0
    """CPU credits that an instance in standard mode has when it starts."""

    @property
    def maximum(self) -> float:
        """Most credits that can be accrued: those of 24 hours."""
        return 24 * self.credits_per_hour

    @property
    def baseline_vcpus(self) -> float:
        """vCPUs that can be used without end."""
        return self.credits_per_hour / 60


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

T2_SIZES = {
    "nano": BurstableType(3, 1, 30),
    "micro": BurstableType(6, 1, 30),
    "small": BurstableType(12, 1, 30),
    "medium": BurstableType(24, 2, 60),
    "large": BurstableType(36, 2, 60),
    "xlarge": BurstableType(54, 4, 120),
    "2xlarge": BurstableType(81.6, 8, 240),
}
"""The same of T2."""

FAMILIES = {"t2": T2_SIZES, "t3": SIZES, "t3a": SIZES, "t4g": SIZES}
"""Family -> size -> credits."""


def burstable_type(instance_type: str) -> BurstableType | None:
    """Credits of a T2, T3, T3a or T4g type; None for any other type, which has no credits."""
    family, _, size = instance_type.partition(".")
    return FAMILIES.get(family, {}).get(size)


def unlimited_credits(instance_type: str, declared: object) -> bool:
    """Whether an instance is charged for what it uses beyond its credits, by its launch template's `cpuCredits`.

    Where that says nothing, T2 is in standard mode and all later families are in unlimited mode (EC2 User Guide,
    "Burstable performance instances", read 2026-11).
    """
    if declared in ("standard", "unlimited"):
        return declared == "unlimited"
    return not instance_type.startswith("t2.")
