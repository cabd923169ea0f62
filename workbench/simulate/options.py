"""What a simulation takes for granted beside the declared stack: seed, clock, clients, undocumented constants."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import UTC, datetime

from workbench.simulate.firewall import FirewallConstants
from workbench.simulate.instance import FleetConstants
from workbench.simulate.scaling.target_tracking import AlarmConstants
from workbench.simulate.traffic.arrivals import ArrivalOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulationOptions:
    """What is not declared in the stack."""

    seed: int = 1
    """Seed of everything that is random."""
    start: datetime = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    """Moment that the simulation begins at; scheduled actions refer to it."""
    warm_up_seconds: float = 0.0
    """Time from the beginning that is left out of the sums and the windows (not of the series and the bill)."""
    real_clock: bool = False
    """The traffic has a time of day of its own (a recording, or --start): then sessions are kept, and the stack is
    parked between them. Otherwise it is taken to be up."""
    arrivals: ArrivalOptions = field(default_factory=ArrivalOptions)
    """Kind of randomness of the arrivals."""
    fleet: FleetConstants = field(default_factory=FleetConstants)
    """What AWS leaves open about instances."""
    firewall: FirewallConstants = field(default_factory=FirewallConstants)
    """What AWS leaves open about rate rules."""
    canary_percent: float = 0.0
    """Share of the requests that the canary fleet answers."""
    canary_slowdown: float = 1.0
    """Service time of the canary relative to the stable version. Default: 1, the same."""
    canary_errors: float = 0.0
    """Share of the canary's answers that is a 5xx, beyond the stable version's."""
    max_attempts: int = 3
    """Tries a client makes in all."""
    backoff_seconds: float = 1.0
    """A client's wait before its first repeat; doubles each time."""
    client_timeout_seconds: float = 10.0
    """A client gives up after this time and tries again; its request is served all the same. Default: 10, which is
    OkHttp's (its read timeout); measure the clients."""
    queue_limit: int = 1024
    """Requests that may wait at one instance."""
    alarms: AlarmConstants = field(default_factory=AlarmConstants)
    """What AWS leaves open about target tracking."""
    keep_minutes: bool = True
    """Keep the per-minute series; off for optimisation."""

    def warm_minutes(self, window_minutes: int) -> int:
        """Minutes that are left out: whole windows, so that those after them are whole."""
        return window_minutes * math.ceil(self.warm_up_seconds / 60 / window_minutes)
