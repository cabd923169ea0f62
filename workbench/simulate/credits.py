"""The CPU credits of one instance over time. What each type earns is in `infra.burstable`."""

from __future__ import annotations

from dataclasses import dataclass

from infra.burstable import BurstableType


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
