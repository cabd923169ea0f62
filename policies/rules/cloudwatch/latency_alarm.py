"""An alarm watches the p95 response time: over 200 ms for 5 minutes."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from deployment.tokens import METRIC_ALARM
from deployment.unknown import UNKNOWN
from policies.checks import shown
from policies.context import ROOT_TYPE, Context
from policies.finding import Severity
from policies.rule import Problem, Rule, undecided
from policies.rules._alarms import expected_here, measures

if TYPE_CHECKING:
    from collections.abc import Iterator

LATENCY = {"TargetResponseTime": Decimal("0.2"), "api_latency": Decimal(200)}
WINDOW_SECONDS = 300


def check(context: Context) -> Iterator[Problem]:
    """p95 above 200 ms for 5 minutes raises an alarm, for each target group."""
    if not expected_here(context):
        return
    found = [one for one in measures(context) if one.metric in LATENCY and one.statistic == "p95"]
    if not found:
        yield Problem("no alarm watches the p95 of the response time; add one on TargetResponseTime")
    for one in found:
        limit = LATENCY[one.metric]
        if one.alarm.get("threshold") is UNKNOWN:
            yield undecided("threshold")._replace(resource=one.alarm)
        elif one.threshold is None or not 0 < one.threshold <= limit:
            yield Problem(
                f"threshold is {shown(one.alarm.get('threshold'))}; set it to {limit} or less", "threshold", one.alarm
            )
        if one.window_seconds is None or not 0 < one.window_seconds <= WINDOW_SECONDS:
            yield Problem(
                f"the breach has to last {shown(one.window_seconds)} s; set period times evaluationPeriods to 300",
                "period",
                one.alarm,
            )
        if one.alarm.get("comparisonOperator") not in ("GreaterThanThreshold", "GreaterThanOrEqualToThreshold"):
            yield Problem(
                f"comparisonOperator is {shown(one.alarm.get('comparisonOperator'))}; set it to GreaterThanThreshold",
                "comparisonOperator",
                one.alarm,
            )


RULE = Rule(
    id="observability-latency-alarm",
    title="An alarm watches the p95 response time: over 200 ms for 5 minutes",
    severity=Severity.HIGH,
    why="It is the objective that the service is run by, and what stops and rolls back a bad release.",
    fix=("Add a MetricAlarm on TargetResponseTime with extendedStatistic p95, threshold 0.2 and 300 seconds in all."),
    source="docs/architecture.md, the story's numbers",
    check_stack=check,
    passing={
        "root": (ROOT_TYPE, {}),
        "p95": (
            METRIC_ALARM[0],
            {
                "metricName": "TargetResponseTime",
                "extendedStatistic": "p95",
                "threshold": 0.2,
                "period": 300,
                "evaluationPeriods": 1,
                "comparisonOperator": "GreaterThanThreshold",
            },
        ),
    },
    failing={
        "root": (ROOT_TYPE, {}),
        "p95": (
            METRIC_ALARM[0],
            {
                "metricName": "TargetResponseTime",
                "extendedStatistic": "p95",
                "threshold": 2,
                "period": 300,
                "evaluationPeriods": 1,
                "comparisonOperator": "GreaterThanThreshold",
            },
        ),
    },
)
