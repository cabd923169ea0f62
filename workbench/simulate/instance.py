"""One instance of a group, what happens to it, and what AWS leaves open about it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetConstants:
    """What AWS does not document or what depends on the image; each is an option of the command line."""

    launch_seconds: float = 30.0
    """From the decision to a running instance. No figure is published; general knowledge."""
    ready_seconds: float | None = None
    """From the decision until the instance serves. Default: the declared warm-up, which is meant to cover it."""
    warm_pool_ready_seconds: float = 40.0
    """The same for an instance from the warm pool. General knowledge; measure it."""
    launch_failure_ratio: float = 0.0
    """Share of the launches that fails."""
    launch_retry_seconds: float = 60.0
    """From a failed launch to the next attempt. Not documented."""
    spot_interruptions_per_hour: float = 0.0
    """Rate at which one spot instance is taken away."""
    initial_credits: float = 0.0
    """CPU credits of the instances that run at the start; later ones always start with none."""


class Phase(StrEnum):
    """Life of an instance."""

    STARTING = "starting"
    SERVING = "serving"
    DRAINING = "draining"


@dataclass(slots=True)
class Instance:
    """One instance of the group."""

    number: int
    slot: int
    phase: Phase
    started_at: float
    ready_at: float
    warm_at: float
    spot: bool
    failed_checks: int = 0
    healthy: bool = True
    gone_at: float = math.inf
    """When the instance ends whatever it is doing."""
    taken_at: float = math.inf
    """When a spot interruption ends it."""
    announced: bool = False


@dataclass(frozen=True, slots=True)
class FleetEvent:
    """Something that happened to the group."""

    at: float
    fleet: str
    kind: str
    """scale-out, scale-in, launch-failed, unhealthy, spot-notice, spot-taken, schedule."""
    desired: int
    detail: str
