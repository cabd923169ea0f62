"""Alarms take the statistic that says something about their metric."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from deployment.tokens import LOG_METRIC_FILTER, METRIC_ALARM
from policies.checks import shown
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._alarms import Measure, measures

COUNTED: Final = re.compile(r"RequestCount(?:PerTarget)?|HTTPCode_\w+_Count|\w+ErrorCount|NewConnectionCount|Evictions")
STATISTICS: Final = {
    "UnHealthyHostCount": ("Maximum", "Average", "Sum"),
    "HealthyHostCount": ("Minimum", "Average"),
    "BytesUsedForCache": ("Maximum", "Average"),
    "DatabaseMemoryUsagePercentage": ("Maximum", "Average"),
}


def check(context: Context) -> Iterator[Problem]:
    """What is counted is summed up, and what is a state is not counted."""
    counted = {
        (one.get("metricTransformation.name"), one.get("metricTransformation.namespace"))
        for one in context.graph.of_type(*LOG_METRIC_FILTER)
        if one.get("metricTransformation.unit") == "Count"
    }
    for one in measures(context):
        allowed = allowed_for(one, counted)
        if allowed and one.statistic and one.statistic not in allowed:
            path = "metricQueries" if one.alarm.get("metricName") is None else "statistic"
            yield Problem(
                f"{one.metric} is read as {shown(one.statistic)}, which says nothing about it; set "
                f"{' or '.join(allowed)}",
                path,
                one.alarm,
            )


def allowed_for(one: Measure, counted: set[tuple[Any, Any]]) -> tuple[str, ...]:
    """Statistics that say something about a metric; none where any may."""
    if one.metric in STATISTICS:
        return STATISTICS[one.metric]
    aws = one.namespace.startswith("AWS/") and COUNTED.fullmatch(one.metric) is not None
    return ("Sum",) if aws or (one.metric, one.namespace) in counted else ()


def _alarm(statistic: str) -> tuple[str, dict[str, Any]]:
    metric = {"metricName": "HTTPCode_Target_5XX_Count", "namespace": "AWS/ApplicationELB", "statistic": statistic}
    return METRIC_ALARM[0], metric


RULE = Rule(
    id="observability-statistics-fit",
    title="Alarms take the statistic that says something about their metric",
    severity=Severity.HIGH,
    why="The average of a count is one, however many errors there are: such an alarm never goes off.",
    fix="Set statistic (or stat) to what the message says.",
    source="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html",
    check_stack=check,
    passing={"errors": _alarm("Sum")},
    failing={"errors": _alarm("Average")},
)
