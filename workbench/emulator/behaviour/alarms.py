"""CloudWatch evaluates the declared alarms once a minute; states, actions and events follow.

The rules of evaluation are the simulator's (workbench.simulate.alarms), which cites them; this module applies them to
what DescribeAlarms reports, and to composite alarms, which moto lacks, from the provider's state.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from workbench.emulator.behaviour.alarm_messages import Transition, reason_of
from workbench.emulator.behaviour.composite import holds
from workbench.emulator.behaviour.metrics import Key, MetricStore, key_of, metric_math
from workbench.simulate.alarms import (
    COMPARISONS,
    EVALUATION_RANGE_EXTRA,
    AlarmState,
    MissingData,
    evaluate,
    samples_needed,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from workbench.emulator.behaviour.answers import Answers


@dataclass
class AlarmLoop:
    """All alarms of the account."""

    answers: Answers
    metrics: MetricStore
    composites: list[dict[str, Any]] = field(default_factory=list)
    """Declared composite alarms: alarmName, alarmRule, alarmActions, okActions, arn."""
    is_muted: Callable[[str, datetime], bool] = lambda name, at: False
    transitions: list[Transition] = field(default_factory=list)
    _states: dict[str, AlarmState] = field(default_factory=dict)
    _alarms: list[dict[str, Any]] | None = None
    _silent: dict[tuple[str, AlarmState], tuple[AlarmState, str]] = field(default_factory=dict)
    """Alarm and its state → what it is next while none of its metrics has a sample, which is so most of the time."""
    _held: dict[str, tuple[Transition, dict[str, Any]]] = field(default_factory=dict)
    """Alarm → its last change, whose actions are muted, and the alarm."""

    def state(self, name: str) -> str:
        """The present state of an alarm."""
        return self._states.get(name, AlarmState.INSUFFICIENT_DATA).value

    def reload(self) -> None:
        """Read the alarms from the API again, after a deploy."""
        alarms: list[dict[str, Any]] = []
        token: dict[str, str] = {}
        while True:
            answer = self.answers.call("cloudwatch", "describe_alarms", **token)
            alarms += answer.get("MetricAlarms", [])
            if not answer.get("NextToken"):
                break
            token = {"NextToken": answer["NextToken"]}
        self._alarms = alarms
        self._silent.clear()

    def evaluate(self, now: datetime) -> list[Transition]:
        """Evaluate every alarm; gives the changes, metric alarms before composite ones."""
        if self._alarms is None:
            self.reload()
        changed = []
        for alarm in self._alarms or []:
            before = self._states.get(alarm["AlarmName"], AlarmState.INSUFFICIENT_DATA)
            after, reason = self._next(alarm, now, before)
            self._states[alarm["AlarmName"]] = after
            if after is not before:
                # The API must tell the same, for those who poll it.
                self.answers.call(
                    "cloudwatch",
                    "set_alarm_state",
                    AlarmName=alarm["AlarmName"],
                    StateValue=after.value,
                    StateReason=reason,
                )
                changed.append(
                    self._transition(alarm["AlarmName"], alarm["AlarmArn"], before, after, reason, now, alarm)
                )
        for composite in self.composites:
            name = composite["alarmName"]
            before = self._states.get(name, AlarmState.INSUFFICIENT_DATA)
            after = AlarmState.ALARM if holds(composite["alarmRule"], self.state) else AlarmState.OK
            self._states[name] = after
            if after is not before:
                api_form = {
                    "AlarmActions": composite.get("alarmActions") or [],
                    "OKActions": composite.get("okActions") or [],
                    "ActionsEnabled": composite.get("actionsEnabled", True),
                }
                reason = f"{composite['alarmRule']} is {after is AlarmState.ALARM}"
                changed.append(self._transition(name, composite["arn"], before, after, reason, now, api_form))
        changed += self._released(now)
        self.transitions += changed
        return changed

    def sustained(self, now: datetime, changed: set[str]) -> list[tuple[str, list[str]]]:
        """(alarm, scaling policies) of alarms that stay on: Auto Scaling's actions alone follow once a minute.

        Source: CloudWatch user guide, "Alarm actions" (2026-11).
        """
        found = []
        for alarm in self._alarms or []:
            name = alarm["AlarmName"]
            if self._states.get(name) is AlarmState.ALARM and name not in changed and not self.is_muted(name, now):
                policies = [action for action in _actions(alarm, AlarmState.ALARM) if ":scalingPolicy:" in action]
                found += [(name, policies)] if policies else []
        return found

    def _released(self, now: datetime) -> list[Transition]:
        """Actions held back by a window that is over, of alarms that are still in the state that it held back."""
        found = []
        for name, (held, alarm) in list(self._held.items()):
            if not self.is_muted(name, now):
                del self._held[name]
                found.append(replace(held, at=now, actions=_actions(alarm, held.after), muted=False, late=True))
        return found

    def _next(self, alarm: dict[str, Any], now: datetime, before: AlarmState) -> tuple[AlarmState, str]:
        looks_back = timedelta(seconds=_period(alarm) * (int(alarm["EvaluationPeriods"]) + EVALUATION_RANGE_EXTRA))
        if any(self.metrics.has_since(key, now - looks_back) for key in _metrics_of(alarm)):
            return self._metric_alarm(alarm, now, before)
        known = alarm["AlarmName"], before
        if known not in self._silent:
            self._silent[known] = self._metric_alarm(alarm, now, before)
        return self._silent[known]

    def _metric_alarm(self, alarm: dict[str, Any], now: datetime, before: AlarmState) -> tuple[AlarmState, str]:
        periods = int(alarm["EvaluationPeriods"])
        length = _period(alarm)
        breaching: list[bool | None] = []
        latest: float | None = None
        for back in range(periods + EVALUATION_RANGE_EXTRA, 0, -1):
            start = now - timedelta(seconds=length * back)
            latest, samples = self.datapoint(alarm, start, length)
            if latest is not None and _too_few(alarm, samples):
                return before, "too few samples for the percentile: the state stays"
            compare = COMPARISONS[alarm["ComparisonOperator"]]
            breaching.append(None if latest is None else compare(latest, float(alarm["Threshold"])))
        state = evaluate(
            breaching,
            evaluation_periods=periods,
            datapoints_to_alarm=int(alarm.get("DatapointsToAlarm") or periods),
            missing=MissingData(alarm.get("TreatMissingData") or "missing"),
            current=before,
        )
        return state, reason_of(alarm, latest)

    def datapoint(self, alarm: dict[str, Any], start: datetime, length: int) -> tuple[float | None, int]:
        """An alarm's value in one period, and how many samples that rests on."""
        if not alarm.get("Metrics"):
            key = key_of(alarm["Namespace"], alarm["MetricName"], alarm.get("Dimensions") or ())
            stat = alarm.get("Statistic") or alarm.get("ExtendedStatistic") or "Average"
            samples = self.metrics.samples(key, start, start + timedelta(seconds=length))
            return self.metrics.statistic(key, stat, start, length), sum(count for _, count in samples)
        values: dict[str, float | None] = {}
        measured = [query for query in alarm["Metrics"] if query.get("MetricStat")]
        for query, key in zip(measured, _metrics_of(alarm), strict=True):
            values[query["Id"]] = self.metrics.statistic(key, query["MetricStat"]["Stat"], start, length)
        result = next(query for query in alarm["Metrics"] if query.get("ReturnData", True) and query.get("Expression"))
        return metric_math(result["Expression"], values), 0

    def _transition(
        self,
        name: str,
        arn: str,
        before: AlarmState,
        after: AlarmState,
        reason: str,
        now: datetime,
        alarm: dict[str, Any],
    ) -> Transition:
        muted = self.is_muted(name, now)
        actions = () if muted else _actions(alarm, after.value)
        transition = Transition(now, name, arn, before.value, after.value, reason, actions, muted)
        self._held.pop(name, None)
        if muted:
            self._held[name] = transition, alarm
        return transition


def _actions(alarm: dict[str, Any], state: str) -> tuple[str, ...]:
    lists = {"ALARM": "AlarmActions", "OK": "OKActions", "INSUFFICIENT_DATA": "InsufficientDataActions"}
    return tuple(alarm.get(lists[state]) or ()) if alarm.get("ActionsEnabled", True) else ()


def _period(alarm: dict[str, Any]) -> int:
    if alarm.get("Period"):
        return int(alarm["Period"])
    return max(int(query["MetricStat"]["Period"]) for query in alarm["Metrics"] if query.get("MetricStat"))


def _metrics_of(alarm: dict[str, Any]) -> Iterator[Key]:
    queries = alarm.get("Metrics")
    for metric in [one["MetricStat"]["Metric"] for one in queries if one.get("MetricStat")] if queries else [alarm]:
        yield key_of(metric.get("Namespace", ""), metric["MetricName"], metric.get("Dimensions") or ())


def _too_few(alarm: dict[str, Any], samples: int) -> bool:
    stat = alarm.get("ExtendedStatistic") or ""
    if not stat.startswith("p") or alarm.get("EvaluateLowSampleCountPercentile") != "ignore":
        return False
    return samples < samples_needed(float(stat[1:]))
