"""The story's three metrics are published, and every metric that an alarm reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.tokens import LOG_GROUP, LOG_METRIC_FILTER
from deployment.unknown import UNKNOWN
from policies.context import ROOT_TYPE, Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._alarms import CLUSTER_LOGS, STORY_METRICS, measures

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(context: Context) -> Iterator[Problem]:
    """The story's three metrics, and every metric that an alarm reads, are published."""
    if not context.is_plant_stack:
        return
    filters = context.graph.of_type(*LOG_METRIC_FILTER)
    published = {one.get("metricTransformation.name") for one in filters}
    places = {(one.get("metricTransformation.name"), one.get("metricTransformation.namespace")) for one in filters}
    if any(part is UNKNOWN for place in places for part in place):
        return
    for name in STORY_METRICS[:1] if context.parked else STORY_METRICS:
        if name not in published:
            yield Problem(
                f"nothing publishes {name}; add aws.cloudwatch.LogMetricFilter with metricTransformation.name {name}"
            )
    for counter in context.graph.of_type(*LOG_METRIC_FILTER):
        of_cluster = str(counter.get("logGroupName")).startswith(CLUSTER_LOGS)
        if not of_cluster and not context.graph.referenced(counter, "logGroupName", *LOG_GROUP):
            yield Problem(
                "logGroupName names no log group of this stack, so nothing is counted", "logGroupName", counter
            )
    for one in measures(context):
        if one.namespace and not one.namespace.startswith("AWS/") and (one.metric, one.namespace) not in places:
            yield Problem(
                f"the alarm reads {one.metric} in {one.namespace}, which nothing publishes; add a LogMetricFilter",
                "metricName",
                one.alarm,
            )


RULE = Rule(
    id="observability-custom-metrics-published",
    title="The story's three metrics are published, and every metric that an alarm reads",
    severity=Severity.HIGH,
    why="An alarm on a metric that nothing publishes never goes off.",
    fix="Add an aws.cloudwatch.LogMetricFilter for the metric that the message names.",
    source="docs/architecture.md, the story's numbers",
    check_stack=check,
    passing={
        "root": (ROOT_TYPE, {}),
        "log": (LOG_GROUP[0], {}),
        **{
            name: (LOG_METRIC_FILTER[0], {"logGroupName": "id:log", "metricTransformation": {"name": name}})
            for name in STORY_METRICS
        },
    },
    failing={"root": (ROOT_TYPE, {})},
)
