"""What an alarm tells: its change of state, the reason for it, the message to a topic, the event to EventBridge."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

_SIGNS = {
    "GreaterThanOrEqualToThreshold": "≥",
    "GreaterThanThreshold": ">",
    "LessThanThreshold": "<",
    "LessThanOrEqualToThreshold": "≤",
}


_UNITS = {"TargetResponseTime": " s", "api_latency": " ms", "database_latency": " ms", "BytesUsedForCache": " bytes"}


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
    late: bool = False
    """Whether these are actions that were held back, now that the mute window is over: no change of the state."""


def reason_of(alarm: dict[str, Any], latest: float | None) -> str:
    """Why an alarm is in its state: the latest datapoint and the limit."""
    name = str(alarm.get("MetricName") or _label(alarm))
    unit = _UNITS.get(name, "")
    limit = f"{_SIGNS[alarm['ComparisonOperator']]} {float(alarm['Threshold']):g}{unit}"
    return (
        f"{name} has no datapoint; alarms at {limit}"
        if latest is None
        else f"{name} {latest:.5g}{unit}; alarms at {limit}"
    )


def _label(alarm: dict[str, Any]) -> str:
    """What a metric-math alarm calls its result."""
    result = next(query for query in alarm["Metrics"] if query.get("ReturnData", True) and query.get("Expression"))
    return str(result.get("Label") or result["Id"])


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
