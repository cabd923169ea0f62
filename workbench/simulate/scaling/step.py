"""EC2 Auto Scaling step scaling.

Source: Amazon EC2 Auto Scaling User Guide, "Step and simple scaling policies" (step adjustments, adjustment
types and their rounding, instance warm-up, each with worked examples), read 2026-11.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class AdjustmentType(StrEnum):
    """What an adjustment's number means."""

    CHANGE = "ChangeInCapacity"
    EXACT = "ExactCapacity"
    PERCENT = "PercentChangeInCapacity"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepAdjustment:
    """One step; the bounds are relative to the alarm's threshold."""

    adjustment: float
    """Instances, or percent of the current capacity."""
    lower_bound: float | None = None
    """None: minus infinity."""
    upper_bound: float | None = None
    """None: infinity."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepPolicy:
    """A step scaling policy as declared."""

    name: str
    """Logical name of the policy."""
    steps: tuple[StepAdjustment, ...]
    """Steps without gap or overlap."""
    adjustment_type: AdjustmentType = AdjustmentType.CHANGE
    """Meaning of the adjustments."""
    min_adjustment_magnitude: int = 0
    """Least number of instances a percentage adds or removes."""


def find_step(steps: Sequence[StepAdjustment], metric: float, threshold: float) -> StepAdjustment | None:
    """Step for `metric`: above the threshold the lower bound is inclusive, below it the upper one is."""
    breach = metric - threshold
    for step in steps:
        low = -math.inf if step.lower_bound is None else step.lower_bound
        high = math.inf if step.upper_bound is None else step.upper_bound
        if (low <= breach < high) if breach >= 0 else (low < breach <= high):
            return step
    return None


def rounded(change: float) -> int:
    """Whole instances for a fractional change: towards zero, but never to zero (0.67 -> 1, -6.67 -> -6)."""
    if 0 < change < 1:
        return 1
    if -1 < change < 0:
        return -1
    return math.trunc(change + math.copysign(1e-9, change))


def wanted_capacity(policy: StepPolicy, *, metric: float, threshold: float, capacity: int, desired: int) -> int:
    """Desired capacity after the policy ran.

    `capacity` counts the instances that are not warming up: while scaling out, the desired capacity already
    asked for is not asked for again. While scaling in, terminating instances still count.
    """
    step = find_step(policy.steps, metric, threshold)
    if step is None:
        return desired
    if policy.adjustment_type is AdjustmentType.EXACT:
        return int(step.adjustment)
    if policy.adjustment_type is AdjustmentType.PERCENT:
        change = rounded(capacity * step.adjustment / 100)
        if change and abs(change) < policy.min_adjustment_magnitude:
            change = int(math.copysign(policy.min_adjustment_magnitude, change))
    else:
        change = int(step.adjustment)
    wanted = capacity + change
    if change > 0:
        return max(desired, wanted)
    if change < 0:
        return min(desired, wanted)
    return desired
