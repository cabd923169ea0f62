"""Latency and errors of each fleet are watched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.tokens import METRIC_ALARM, TARGET_GROUP
from policies.context import ROOT_TYPE, Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._alarms import expected_here, measures

if TYPE_CHECKING:
    from collections.abc import Iterator

WANTED = ("TargetResponseTime", "HTTPCode_Target_5XX_Count")


def check(context: Context) -> Iterator[Problem]:
    """Latency and errors of each target group are watched."""
    if not expected_here(context):
        return
    watched: dict[str, set[str]] = {}
    for one in measures(context):
        for path in ("dimensions", "metricQueries"):
            for group in context.graph.referenced(one.alarm, path, *TARGET_GROUP):
                if one.metric != "TargetResponseTime" or one.statistic == "p95":
                    watched.setdefault(group.urn, set()).add(one.metric)
    for group in context.graph.of_type(*TARGET_GROUP):
        for metric in WANTED:
            if metric not in watched.get(group.urn, ()):
                yield Problem(f"no alarm watches {metric} of this target group; add a MetricAlarm", resource=group)


RULE = Rule(
    id="observability-each-fleet-watched",
    title="Latency and errors of each fleet are watched",
    severity=Severity.HIGH,
    why=("The canary's own alarms are what a rollout is judged by; the stable fleet's are what people are woken by."),
    fix="Add a MetricAlarm on the metric in the message, with the target group in its dimensions.",
    source="docs/architecture.md, observability",
    check_stack=check,
    passing={
        "root": (ROOT_TYPE, {}),
        "stable": (TARGET_GROUP[0], {}),
        **{
            name: (
                METRIC_ALARM[0],
                {"metricName": name, "extendedStatistic": "p95", "dimensions": {"TargetGroup": "id:stable"}},
            )
            for name in WANTED
        },
    },
    failing={"root": (ROOT_TYPE, {}), "stable": (TARGET_GROUP[0], {})},
)
