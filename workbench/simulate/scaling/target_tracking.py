"""EC2 Auto Scaling target tracking: two alarms that it manages itself, and a proportional answer.

Source: Amazon EC2 Auto Scaling User Guide, "Target tracking scaling policies" and "Set the default instance
warmup", read 2026-11. The alarms' datapoints and the threshold of the low one are not documented there; they
are settings here, with the values people observe.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.simulate.alarms import Alarm, AlarmRule, AlarmState


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmConstants:
    """What the guide leaves open.

    Observed: hashicorp/terraform-provider-aws#42553 (60 second period, 3 of 3) and
    aws-samples/amazon-aurora-labs#3 (high 3 x 60 s, low 15 x 60 s).
    """

    high_datapoints: int = 3
    """Minutes above the target before scale-out. Observed, not documented."""
    low_datapoints: int = 15
    """Minutes below the low threshold before scale-in. Observed, not documented."""
    low_threshold_ratio: float = 0.9
    """Low threshold as a share of the target. General knowledge; no source found."""
    metric_delay_seconds: float = 60.0
    """From the end of a minute until alarms and policies act on it. Not documented. Observed: the latest minute of a
    load balancer's metrics is incomplete, so readers stay two minutes back (Netflix/atlas#1300)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetTrackingPolicy:
    """A policy as declared."""

    name: str
    """Logical name of the policy."""
    target_value: float
    """Value of the metric that the policy holds, e.g. requests per target and minute."""
    metric: str = "ALBRequestCountPerTarget"
    """Predefined metric type."""
    disable_scale_in: bool = False
    """Scale out only."""


def wanted_capacity(capacity: int, metric: float, target: float) -> int:
    """Capacity that brings the metric to the target, rounded to the safe side.

    Adding 1.5 instances becomes 2 and removing 1.5 becomes 1 (the guide's example): both are the ceiling.
    A tolerance of 1e-9 keeps 2.0000000001 from asking for a third instance.
    """
    return math.ceil(capacity * metric / target - 1e-9)


class TargetTracker:
    """One policy at work: feed it the metric of each minute."""

    def __init__(self, policy: TargetTrackingPolicy, constants: AlarmConstants) -> None:
        self.policy = policy
        self.high = Alarm(
            AlarmRule(
                name=f"{policy.name}-high",
                threshold=policy.target_value,
                evaluation_periods=constants.high_datapoints,
                datapoints_to_alarm=constants.high_datapoints,
            )
        )
        self.low = Alarm(
            AlarmRule(
                name=f"{policy.name}-low",
                threshold=policy.target_value * constants.low_threshold_ratio,
                comparison="LessThanThreshold",
                evaluation_periods=constants.low_datapoints,
                datapoints_to_alarm=constants.low_datapoints,
            )
        )
        self._metric: float | None = None

    def observe(self, metric: float | None) -> None:
        """Take the metric of the last minute; None when there is none."""
        self._metric = metric
        self.high.observe(metric)
        self.low.observe(metric)

    def scale_out_to(self, warmed: int) -> int | None:
        """Capacity wanted when the high alarm is on; `warmed` instances are past their warm-up."""
        if self.high.state is not AlarmState.ALARM or self._metric is None:
            return None
        return wanted_capacity(warmed, self._metric, self.policy.target_value)

    def scale_in_to(self, capacity: int) -> int | None:
        """Capacity wanted when the low alarm is on; None when this policy does not agree to scale in."""
        if self.policy.disable_scale_in or self.low.state is not AlarmState.ALARM or self._metric is None:
            return None
        return min(capacity, wanted_capacity(capacity, self._metric, self.policy.target_value))


def combined_scale_in(trackers: Sequence[TargetTracker], capacity: int) -> int | None:
    """Capacity after scale-in, which happens only when every policy with a scale-in half agrees to it."""
    voting = [tracker for tracker in trackers if not tracker.policy.disable_scale_in]
    wanted = [tracker.scale_in_to(capacity) for tracker in voting]
    if not wanted or any(value is None for value in wanted):
        return None
    return max(value for value in wanted if value is not None)
