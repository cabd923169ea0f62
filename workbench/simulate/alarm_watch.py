"""An alarm beside a run: it looks at the minutes that are over, many at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np

from workbench.simulate.alarms import EVALUATION_RANGE_EXTRA, Alarm, AlarmState, samples_needed
from workbench.simulate.declaration import DeclaredAlarm
from workbench.simulate.metrics import Minutes, value_of
from workbench.simulate.result import AlarmEvent

BREACHES: Final[Mapping[str, np.ufunc]] = {
    "GreaterThanOrEqualToThreshold": np.greater_equal,
    "GreaterThanThreshold": np.greater,
    "LessThanThreshold": np.less,
    "LessThanOrEqualToThreshold": np.less_equal,
}
_MISSING, _LOW = 2, 3


class AlarmWatch:
    """A declared alarm and how far it has looked."""

    def __init__(self, declared: DeclaredAlarm) -> None:
        self.declared = declared
        self.alarm = Alarm(declared.rule)
        self.value: float | None = None
        """The last datapoint."""
        self._minutes = max(1, declared.rule.period_seconds // 60)
        self._seen = 0
        self._gone = False

    @property
    def state(self) -> AlarmState:
        """State after what it has looked at."""
        return self.alarm.state

    @property
    def calm(self) -> bool:
        """No datapoint breaches the threshold."""
        return True not in self.alarm.points and self.state is not AlarmState.ALARM

    @property
    def alarmed(self) -> float | None:
        """The last datapoint while the alarm is on; None while it is off, or without data."""
        return self.value if self.state is AlarmState.ALARM else None

    def catch_up(self, minutes: Minutes) -> Iterator[AlarmEvent]:
        """Look at all periods that ended in `minutes`; the changes of state on the way."""
        if self._gone:
            return
        periods = minutes.periods(self._minutes, self._seen)
        if not periods.count:
            return
        rule = self.declared.rule
        values, samples = value_of(self.declared.metric, periods)
        kinds = np.where(np.isnan(values), _MISSING, BREACHES[rule.comparison](values, rule.threshold))
        if rule.percentile is not None and rule.ignore_low_samples:
            kinds[(kinds != _MISSING) & (samples < samples_needed(rule.percentile))] = _LOW
        # Equal datapoints in a row change nothing once they fill the evaluation range.
        enough = rule.evaluation_periods + EVALUATION_RANGE_EXTRA + 1
        starts = np.flatnonzero(np.diff(kinds, prepend=-1))
        for start, end in zip(starts, [*starts[1:], len(kinds)], strict=True):
            kind = kinds[start]
            fed = int(end - start) if kind == _LOW else min(int(end - start), enough)
            for index in range(start, start + fed):
                value = None if kind == _MISSING else float(values[index])
                if self.alarm.observe(value, float(samples[index])):
                    at = (self._seen + index + 1) * self._minutes * 60.0
                    yield AlarmEvent(at, rule.name, self.state)
        self.value = None if np.isnan(values[-1]) else float(values[-1])
        self._seen += periods.count

    def remove(self) -> None:
        """The stack is parked, and its alarms with it: it looks at nothing, and is in no state."""
        self._gone, self.value = True, None
        self.alarm = Alarm(self.declared.rule, low_sample_periods=self.alarm.low_sample_periods)

    def put_back(self, minute: int) -> None:
        """A session begins: a new alarm looks at the periods from `minute` on."""
        self._gone, self._seen = False, -(-minute // self._minutes)
