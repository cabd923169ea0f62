"""Alarms watch errors, unhealthy targets, spikes and the database, and one sums them up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.tokens import COMPOSITE_ALARM, METRIC_ALARM
from policies.context import ROOT_TYPE, Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._alarms import expected_here, measures

if TYPE_CHECKING:
    from collections.abc import Iterator

WANTED = {
    "server errors (HTTPCode_Target_5XX_Count)": "HTTPCode_Target_5XX_Count",
    "unhealthy targets (UnHealthyHostCount)": "UnHealthyHostCount",
    "traffic spikes (RequestCountPerTarget)": "RequestCountPerTarget",
    "the p95 of database latency (database_latency)": "database_latency",
}
PERCENTILES = ("database_latency",)


def check(context: Context) -> Iterator[Problem]:
    """Errors, unhealthy targets, spikes and the database are watched, and a composite sums them up."""
    if not expected_here(context):
        return
    given = {one.metric for one in measures(context) if one.metric not in PERCENTILES or one.statistic == "p95"}
    for what, metric in WANTED.items():
        if metric not in given:
            yield Problem(f"no alarm watches {what}; add a MetricAlarm")
    if not context.graph.of_type(*COMPOSITE_ALARM):
        yield Problem("no composite alarm says whether users are affected; add aws.cloudwatch.CompositeAlarm")


RULE = Rule(
    id="observability-story-alarms",
    title="Alarms watch errors, unhealthy targets, spikes and the database, and one sums them up",
    severity=Severity.HIGH,
    why="Each is a way in which users are hurt without the p95 telling.",
    fix="Add a MetricAlarm for each metric that the message names, and a CompositeAlarm.",
    source="docs/architecture.md, the story's numbers",
    check_stack=check,
    passing={
        "root": (ROOT_TYPE, {}),
        **{metric: (METRIC_ALARM[0], {"metricName": metric, "extendedStatistic": "p95"}) for metric in WANTED.values()},
        "users": (COMPOSITE_ALARM[0], {}),
    },
    failing={"root": (ROOT_TYPE, {})},
)
