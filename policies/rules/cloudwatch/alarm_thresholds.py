"""Alarms can go off, and within a quarter of an hour."""

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

ZERO_IS_FINE = ("UnHealthyHostCount",)


def check(context: Context) -> Iterator[Problem]:
    """An alarm can go off, soon enough: it compares upwards with a limit that the stack can reach."""
    if not expected_here(context):
        return
    for one in measures(context):
        limit, operator = LIMITS.get(one.metric), one.alarm.get("comparisonOperator")
        if limit is None:
            continue
        if one.alarm.get("threshold") is UNKNOWN:
            yield undecided("threshold")._replace(resource=one.alarm)
        elif one.threshold is None or one.threshold > limit or (one.threshold <= 0 and one.metric not in ZERO_IS_FINE):
            yield Problem(
                f"threshold is {shown(one.alarm.get('threshold'))}; set it above 0 and to {limit} at most",
                "threshold",
                one.alarm,
            )
        if operator is not UNKNOWN and operator not in ("GreaterThanThreshold", "GreaterThanOrEqualToThreshold"):
            yield Problem(
                f"comparisonOperator is {shown(operator)}; set it to GreaterThanThreshold",
                "comparisonOperator",
                one.alarm,
            )
        if one.window_seconds is not None and one.window_seconds > MOST_SECONDS:
            yield Problem(
                f"the breach has to last {one.window_seconds} s; {MOST_SECONDS} is the most",
                "evaluationPeriods",
                one.alarm,
            )
        if one.window_seconds is None:
            yield Problem("period and evaluationPeriods have to be whole numbers above 0", "period", one.alarm)


MOST_SECONDS = 900
LIMITS = {
    "HTTPCode_Target_5XX_Count": Decimal(5),
    "UnHealthyHostCount": Decimal(0),
    "database_latency": Decimal(30),
    "RequestCountPerTarget": Decimal(100_000),
    "DatabaseMemoryUsagePercentage": Decimal(95),
}

RULE = Rule(
    id="observability-alarm-thresholds",
    title="Alarms can go off, and within a quarter of an hour",
    severity=Severity.MEDIUM,
    why="A threshold nobody can reach, or a comparison the wrong way round, is no alarm.",
    fix=(
        "Set threshold to the value in the message, comparisonOperator to GreaterThanThreshold, and a "
        "window of 900 seconds at most."
    ),
    source="docs/architecture.md, the story's numbers",
    check_stack=check,
    passing={
        "root": (ROOT_TYPE, {}),
        "down": (
            METRIC_ALARM[0],
            {
                "metricName": "UnHealthyHostCount",
                "threshold": 0,
                "period": 60,
                "evaluationPeriods": 3,
                "comparisonOperator": "GreaterThanThreshold",
            },
        ),
    },
    failing={
        "root": (ROOT_TYPE, {}),
        "down": (
            METRIC_ALARM[0],
            {
                "metricName": "UnHealthyHostCount",
                "threshold": 100,
                "period": 60,
                "evaluationPeriods": 3,
                "comparisonOperator": "GreaterThanThreshold",
            },
        ),
    },
)
