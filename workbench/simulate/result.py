"""What one run showed: sums, histograms, a row for each minute, and events."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from workbench.simulate import kernel
from workbench.simulate.alarms import AlarmState
from workbench.simulate.engine import Afoot
from workbench.simulate.histogram import BUCKETS, quantile_seconds
from workbench.simulate.instance import FleetEvent
from workbench.simulate.kernel import Floats, Ints

COLUMNS: Final = (
    "requests",
    "completed",
    "p50_ms",
    "p95_ms",
    "p99_ms",
    "refused",
    "unreached",
    "unavailable",
    "timed_out",
    "abandoned",
    "failed",
    "within_budget_ratio",
    "desired",
    "serving",
    "starting",
    "canary_serving",
    "unhealthy",
    "least_credits",
    "good",
)
"""Columns of the per-minute series. `requests` are attempts at the load balancer, refused ones apart, `unreached` those
that found the stack parked, and `good` good answers."""


COUNTS: Final = (
    "requests",
    "completed",
    "refused",
    "unreached",
    "unavailable",
    "timed_out",
    "abandoned",
    "failed",
    "good",
)
"""Those of them that are sums over a minute."""
SHOWN: Final = (0.5, 0.95, 0.99)
"""Quantiles of response times that are shown over time."""


@dataclass(frozen=True, slots=True)
class AlarmEvent:
    """An alarm that changed its state."""

    at: float
    alarm: str
    state: AlarmState


@dataclass(slots=True)
class RunResult:
    """What one run showed."""

    seed: int
    duration_seconds: float
    arrived: int = 0
    """First attempts after the warm-up, like all sums."""
    arrived_parked: int = 0
    """Those of them that came while the stack was parked, so that nobody was there to answer."""
    billed_attempts: float = 0.0
    """Attempts at the load balancer from the beginning on, warm-up included: all is billed."""
    billed_refusals: float = 0.0
    """The same of those that the firewall refused."""
    open_seconds: float = 0.0
    """Time that the stack was not parked."""
    tally: Floats = field(default_factory=lambda: np.zeros((2, kernel.TALLIES)))
    """Sums over the run: a row for each pool."""
    histogram: Ints = field(default_factory=lambda: np.zeros((2, BUCKETS), np.int64))
    """Response times over the run: a row for each pool."""
    series: Floats = field(default_factory=lambda: np.empty((0, len(COLUMNS))))
    """A row for each minute, columns as in COLUMNS."""
    point_minutes: int = 1
    """Minutes that a point of a picture stands for."""
    row_minutes: int = 1
    """Minutes that a row of a table stands for."""
    quantiles_ms: dict[int, Floats] = field(default_factory=dict)
    """Minutes of a point, or of a row -> response times of all of its requests: a column for each of SHOWN."""
    fleet_events: list[FleetEvent] = field(default_factory=list)
    alarm_events: list[AlarmEvent] = field(default_factory=list)
    alarm_states: dict[str, AlarmState] = field(default_factory=dict)
    low_sample_periods: dict[str, int] = field(default_factory=dict)
    """Alarm -> periods in which its percentile had too few samples to count."""
    instance_seconds: dict[str, float] = field(default_factory=dict)
    """Fleet -> seconds of running instances, spot ones included."""
    spot_seconds: dict[str, float] = field(default_factory=dict)
    """Fleet -> seconds of running spot instances."""
    surplus_vcpu_seconds: dict[str, float] = field(default_factory=dict)
    """Fleet -> CPU credits beyond the earned ones that its instances in unlimited mode are charged for."""
    windows: int = 0
    """p95 windows with enough samples to judge."""
    windows_within: int = 0
    """Those of them whose p95 kept the limit."""
    windows_inconclusive: int = 0
    """Windows with requests, and too few of them to judge."""
    carried: Afoot = field(default_factory=Afoot)
    """Requests without an end when the warm-up ended."""
    left: Afoot = field(default_factory=Afoot)
    """Requests without an end at the end."""
    max_serving: int = 0
    """Most instances that served at once, over all fleets."""

    @property
    def in_flight(self) -> int:
        """Requests still at a target at the end."""
        return self.left.in_flight

    @property
    def pending(self) -> int:
        """Those of them whose client still waits for a good response."""
        return self.left.pending

    @property
    def waiting_retries(self) -> int:
        """Requests still to be repeated at the end."""
        return self.left.waiting_retries

    def total(self, column: int) -> float:
        """Sum of a tally over both pools."""
        return float(self.tally[:, column].sum())

    def quantile_ms(self, quantile: float) -> float:
        """Response time that `quantile` (0..1) of all responses kept; NaN without any."""
        return quantile_seconds(self.histogram.sum(axis=0), quantile) * 1000

    @property
    def attainment_ratio(self) -> float:
        """Share of the attempts, those refused by the firewall apart, that get a good answer within the budget.

        Who finds the stack parked has no answer: that counts like a 503.
        Attempts in flight at the end are counted by the answer that they will have: those that wait too long are no
        less late for not being answered yet.
        """
        offered = self.total(kernel.OFFERED) + self.total(kernel.UNREACHED)
        within = self.total(kernel.WITHIN) + self.left.within - self.carried.within
        return within / offered if offered > 0 else math.nan

    @property
    def windows_ratio(self) -> float:
        """Share of the judged p95 windows within the limit; NaN when none had samples enough."""
        return self.windows_within / self.windows if self.windows else math.nan
