"""CPU credits of burstable instances.

Source: Amazon EC2 User Guide, "Key concepts and definitions for burstable performance instances" (credit
table; T4g earns no launch credits; one credit is one vCPU-minute), read 2026-11.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class BurstableType:
    """What an instance type earns and may keep."""

    credits_per_hour: float
    vcpus: int

    @property
    def maximum(self) -> float:
        """Most credits that can be accrued: those of 24 hours."""
        return 24 * self.credits_per_hour

    @property
    def baseline_vcpus(self) -> float:
        """vCPUs that can be used without end."""
        return self.credits_per_hour / 60


_SIZES: Final = {
    "nano": BurstableType(6, 2),
    "micro": BurstableType(12, 2),
    "small": BurstableType(24, 2),
    "medium": BurstableType(24, 2),
    "large": BurstableType(36, 2),
    "xlarge": BurstableType(96, 4),
    "2xlarge": BurstableType(192, 8),
}


def burstable_type(instance_type: str) -> BurstableType | None:
    """Credits of a T3, T3a or T4g type; None for any other type, which has no credits."""
    family, _, size = instance_type.partition(".")
    return _SIZES.get(size) if family in ("t3", "t3a", "t4g") else None


@dataclass(slots=True)
class CreditAccount:
    """The balance of one instance in standard or unlimited mode."""

    type: BurstableType
    unlimited: bool = False
    balance: float = 0.0
    """Credits; a T3 or T4g instance starts with none."""
    surplus: float = 0.0
    """Credits spent beyond the balance in unlimited mode."""

    def spend(self, cpu_seconds: float, elapsed_seconds: float) -> float:
        """Account for CPU work of a time slice; the speed (0..1] that the CPU has in the next one.

        Without credits, in standard mode, the CPU does the baseline's work: the more is asked of it, the slower
        each request. The guide says that the speed falls gradually without saying how; here it falls at once.
        """
        earned = self.type.credits_per_hour * elapsed_seconds / 3600
        self.balance += earned - cpu_seconds / 60
        if self.balance >= 0:
            self.balance = min(self.balance, self.type.maximum)
            return 1.0
        if self.unlimited:
            self.surplus -= self.balance
            self.balance = 0.0
            return 1.0
        self.balance = 0.0
        return min(1.0, self.type.baseline_vcpus * elapsed_seconds / cpu_seconds)
