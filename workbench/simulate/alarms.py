"""CloudWatch's alarm evaluation: M of N datapoints, missing data, and percentiles of few samples.

Source: Amazon CloudWatch User Guide, "Configuring how CloudWatch alarms treat missing data" (with its two
tables and "Avoiding premature transitions to alarm state") and "Percentile-based alarms and low data
samples", read 2026-11.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final


class AlarmState(StrEnum):
    """CloudWatch's three states."""

    OK = "OK"
    ALARM = "ALARM"
    INSUFFICIENT_DATA = "INSUFFICIENT_DATA"


class MissingData(StrEnum):
    """How an alarm fills datapoints that it needs and does not have."""

    MISSING = "missing"
    IGNORE = "ignore"
    BREACHING = "breaching"
    NOT_BREACHING = "notBreaching"


COMPARISONS: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}
"""Comparison operators that alarms on plain thresholds use."""

EVALUATION_RANGE_EXTRA: Final = 2
"""Datapoints that CloudWatch retrieves beyond the evaluation periods. The guide says that the number depends on
period and resolution without giving it; its examples (N = 3, range 5) have 2."""


def samples_needed(percentile: float) -> int:
    """Samples below which CloudWatch calls a percentile (0..100, exclusive) statistically weak."""
    share = percentile / 100
    tail = 1 - share if share >= 0.5 else share
    return round(10 / tail)


def evaluate(
    breaching: Sequence[bool | None],
    *,
    evaluation_periods: int,
    datapoints_to_alarm: int,
    missing: MissingData,
    current: AlarmState,
) -> AlarmState:
    """State after looking at the latest datapoints, oldest first; None is a missing one.

    Only the last `evaluation_periods` + 2 count.
    """
    latest = list(breaching[-(evaluation_periods + EVALUATION_RANGE_EXTRA) :])
    real = [point for point in latest if point is not None]
    if len(real) >= evaluation_periods:
        return _verdict(real[-evaluation_periods:], datapoints_to_alarm)
    fill = evaluation_periods - len(real)
    if missing is MissingData.BREACHING:
        return _verdict([*real, *[True] * fill], datapoints_to_alarm)
    if missing is MissingData.NOT_BREACHING:
        return _verdict([*real, *[False] * fill], datapoints_to_alarm)
    if False in real:
        return _verdict(real, datapoints_to_alarm)
    if not real:
        return current if missing is MissingData.IGNORE else AlarmState.INSUFFICIENT_DATA
    # Only breaching points: an alarm once the oldest of them is as old as the datapoints to alarm.
    if missing is MissingData.IGNORE and len(real) < datapoints_to_alarm:
        return current
    oldest_age = len(latest) - latest.index(True)
    if len(real) >= datapoints_to_alarm or oldest_age >= datapoints_to_alarm:
        return AlarmState.ALARM
    return current


def _verdict(points: Sequence[bool], datapoints_to_alarm: int) -> AlarmState:
    return AlarmState.ALARM if sum(points) >= datapoints_to_alarm else AlarmState.OK


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRule:
    """A metric alarm as declared."""

    name: str
    """Logical name of the alarm."""
    threshold: float
    """Value that the metric is compared with, in the metric's unit."""
    comparison: str = "GreaterThanThreshold"
    """One of COMPARISONS."""
    period_seconds: int = 60
    """Length of one datapoint."""
    evaluation_periods: int = 1
    """N."""
    datapoints_to_alarm: int = 1
    """M."""
    missing: MissingData = MissingData.MISSING
    """Treatment of missing datapoints."""
    percentile: float | None = None
    """Percentile of the statistic (95 for p95); None for others."""
    ignore_low_samples: bool = False
    """evaluateLowSampleCountPercentiles: ignore."""


@dataclass(slots=True)
class Alarm:
    """An alarm over time: feed it one datapoint a period."""

    rule: AlarmRule
    state: AlarmState = AlarmState.INSUFFICIENT_DATA
    points: list[bool | None] = field(default_factory=list)
    low_sample_periods: int = 0
    """Periods that were skipped because a percentile had too few samples."""

    def observe(self, value: float | None, samples: float = float("inf")) -> bool:
        """Take the datapoint of one period (None: no data) with its sample count; whether the state changed."""
        rule = self.rule
        if (
            value is not None
            and rule.percentile is not None
            and rule.ignore_low_samples
            and samples < samples_needed(rule.percentile)
        ):
            # "Ignore": the alarm keeps its state while the sample is too small.
            self.low_sample_periods += 1
            return False
        self.points.append(None if value is None else COMPARISONS[rule.comparison](value, rule.threshold))
        del self.points[: -(rule.evaluation_periods + EVALUATION_RANGE_EXTRA)]
        before = self.state
        self.state = evaluate(
            self.points,
            evaluation_periods=rule.evaluation_periods,
            datapoints_to_alarm=rule.datapoints_to_alarm,
            missing=rule.missing,
            current=before,
        )
        return self.state is not before
