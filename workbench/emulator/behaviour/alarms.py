"""CloudWatch evaluates the declared alarms once a minute; states, actions and events follow.

The rules of evaluation are the simulator's (workbench.simulate.alarms), which cites them; this module applies them to
what DescribeAlarms reports, and to composite alarms, which moto lacks, from the provider's state.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from workbench.emulator.behaviour.metrics import MetricStore, key_of, metric_math
from workbench.simulate.alarms import (
    COMPARISONS,
    EVALUATION_RANGE_EXTRA,
    AlarmState,
    MissingData,
    evaluate,
    samples_needed,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.emulator.api import Api


@dataclass(frozen=True)
class Transition:
    """An alarm that changed its state."""

    at: datetime
    name: str
    arn: str
    before: str
    after: str
    reason: str
    actions: tuple[str, ...]
    """ARNs to notify; empty while the alarm's actions are disabled or muted."""
    muted: bool = False


@dataclass
class AlarmLoop:
    """All alarms of the account."""

    api: Api
    metrics: MetricStore
    composites: list[dict[str, Any]] = field(default_factory=list)
    """Declared composite alarms: alarmName, alarmRule, alarmActions, okActions, arn."""
    is_muted: Callable[[str, datetime], bool] = lambda name, at: False
    transitions: list[Transition] = field(default_factory=list)
    _states: dict[str, AlarmState] = field(default_factory=dict)
    _alarms: list[dict[str, Any]] | None = None

    def state(self, name: str) -> str:
        """The present state of an alarm."""
        return self._states.get(name, AlarmState.INSUFFICIENT_DATA).value

    def reload(self) -> None:
        """Read the alarms from the API again, after a deploy."""
        alarms: list[dict[str, Any]] = []
        token: dict[str, str] = {}
        while True:
            answer = self.api.call("cloudwatch", "describe_alarms", **token)
            alarms += answer.get("MetricAlarms", [])
            if not answer.get("NextToken"):
                break
            token = {"NextToken": answer["NextToken"]}
        self._alarms = alarms

    def evaluate(self, now: datetime) -> list[Transition]:
        """Evaluate every alarm; gives the changes, metric alarms before composite ones."""
        if self._alarms is None:
            self.reload()
        changed = []
        for alarm in self._alarms or []:
            before = self._states.get(alarm["AlarmName"], AlarmState.INSUFFICIENT_DATA)
            after, reason = self._metric_alarm(alarm, now, before)
            self._states[alarm["AlarmName"]] = after
            if after is not before:
                # The API must tell the same, for those who poll it.
                self.api.call(
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
            after = AlarmState.ALARM if self.rule_holds(composite["alarmRule"]) else AlarmState.OK
            self._states[name] = after
            if after is not before:
                api_form = {
                    "AlarmActions": composite.get("alarmActions") or [],
                    "OKActions": composite.get("okActions") or [],
                    "ActionsEnabled": composite.get("actionsEnabled", True),
                }
                reason = f"{composite['alarmRule']} is {after is AlarmState.ALARM}"
                changed.append(self._transition(name, composite["arn"], before, after, reason, now, api_form))
        self.transitions += changed
        return changed

    def rule_holds(self, rule: str) -> bool:
        """Whether a composite alarm's rule (``ALARM("a") OR NOT OK(b)``) is true."""
        text = re.sub(
            r"(ALARM|OK|INSUFFICIENT_DATA)\(\s*\"?([^\")]+?)\"?\s*\)",
            lambda match: str(self.state(match[2].rsplit(":", 1)[-1]) == match[1]),
            rule,
        )
        words = re.sub(r"\b(AND|OR|NOT)\b", lambda match: match[1].lower(), text)
        if re.sub(r"\b(True|False|TRUE|FALSE|and|or|not)\b|[()\s]", "", words):
            raise ValueError(f"composite alarm rule {rule!r} is not understood")
        return _boolean(re.findall(r"\w+|[()]", words))

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
        return state, f"latest datapoint {latest} against {alarm['ComparisonOperator']} {alarm['Threshold']}"

    def datapoint(self, alarm: dict[str, Any], start: datetime, length: int) -> tuple[float | None, int]:
        """An alarm's value in one period, and how many samples that rests on."""
        if not alarm.get("Metrics"):
            key = key_of(alarm["Namespace"], alarm["MetricName"], alarm.get("Dimensions") or ())
            stat = alarm.get("Statistic") or alarm.get("ExtendedStatistic") or "Average"
            samples = self.metrics.samples(key, start, start + timedelta(seconds=length))
            return self.metrics.statistic(key, stat, start, length), sum(count for _, count in samples)
        values: dict[str, float | None] = {}
        for query in alarm["Metrics"]:
            stat = query.get("MetricStat")
            if stat:
                metric = stat["Metric"]
                key = key_of(metric.get("Namespace", ""), metric["MetricName"], metric.get("Dimensions") or ())
                values[query["Id"]] = self.metrics.statistic(key, stat["Stat"], start, length)
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
        lists = {"ALARM": "AlarmActions", "OK": "OKActions", "INSUFFICIENT_DATA": "InsufficientDataActions"}
        muted = self.is_muted(name, now)
        enabled = alarm.get("ActionsEnabled", True) and not muted
        actions = tuple(alarm.get(lists[after.value]) or ()) if enabled else ()
        return Transition(now, name, arn, before.value, after.value, reason, actions, muted)


def notification(transition: Transition, account: str, region: str) -> str:
    """The JSON text that CloudWatch publishes to an SNS topic."""
    return json.dumps(
        {
            "AlarmName": transition.name,
            "AlarmArn": transition.arn,
            "AWSAccountId": account,
            "Region": region,
            "OldStateValue": transition.before,
            "NewStateValue": transition.after,
            "NewStateReason": transition.reason,
            "StateChangeTime": transition.at.isoformat(timespec="milliseconds"),
        },
        sort_keys=True,
    )


def state_change_event(transition: Transition, account: str, region: str) -> dict[str, Any]:
    """The ``CloudWatch Alarm State Change`` event that reaches EventBridge."""
    stamp = transition.at.isoformat(timespec="milliseconds")
    return {
        "source": "aws.cloudwatch",
        "detail-type": "CloudWatch Alarm State Change",
        "account": account,
        "region": region,
        "time": stamp,
        "resources": [transition.arn],
        "detail": {
            "alarmName": transition.name,
            "state": {"value": transition.after, "reason": transition.reason, "timestamp": stamp},
            "previousState": {"value": transition.before},
        },
    }


def _period(alarm: dict[str, Any]) -> int:
    if alarm.get("Period"):
        return int(alarm["Period"])
    return max(int(query["MetricStat"]["Period"]) for query in alarm["Metrics"] if query.get("MetricStat"))


def _too_few(alarm: dict[str, Any], samples: int) -> bool:
    stat = alarm.get("ExtendedStatistic") or ""
    if not stat.startswith("p") or alarm.get("EvaluateLowSampleCountPercentile") != "ignore":
        return False
    return samples < samples_needed(float(stat[1:]))


def _boolean(tokens: list[str]) -> bool:
    """A boolean expression of True, False, and, or, not and parentheses."""

    def either() -> bool:
        result = both()
        while tokens and tokens[0] == "or":
            tokens.pop(0)
            result = both() or result
        return result

    def both() -> bool:
        result = one()
        while tokens and tokens[0] == "and":
            tokens.pop(0)
            result = one() and result
        return result

    def one() -> bool:
        token = tokens.pop(0)
        if token == "not":  # noqa: S105 - a word of the rule, not a secret
            return not one()
        if token == "(":  # noqa: S105 - likewise
            result = either()
            tokens.pop(0)
            return result
        return token.lower() == "true"

    return either()
