"""Metric filters count what their metric says."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from deployment.graph import Resource
from deployment.tokens import EVENT_TARGET, LOG_GROUP, LOG_METRIC_FILTER
from policies.checks import number, shown
from policies.context import ROOT_TYPE, Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._alarms import CLUSTER_LOGS

EVENT: Final = re.compile(r"\$\.(?:source|detail-type|detail\b)")
"""Fields that only EventBridge's events have."""
WORDS: Final = {
    "launch_failures": ("Launch Unsuccessful",),
    "launch_attempts": ("Launch Successful", "Launch Unsuccessful"),
    "auto_scale_events": ("aws.autoscaling",),
    "traffic_spikes": ("aws.cloudwatch",),
}
"""The story's metrics that count events -> what the pattern of each has to name."""

CLUSTER_WORDS: Final = {"auto_scale_events": ("horizontal-pod-autoscaler",)}
"""The same in the audit log of a cluster, which says who changed what."""


def check(context: Context) -> Iterator[Problem]:
    """A filter adds one for each match or the field that it matches, reads the log that has it, in one namespace."""
    if not context.is_plant_stack:
        return
    filters = context.graph.of_type(*LOG_METRIC_FILTER)
    places = Counter(
        (one.get("metricTransformation.name"), one.get("metricTransformation.namespace")) for one in filters
    )
    spaces = Counter(str(one.get("metricTransformation.namespace")) for one in filters)
    for one in filters:
        pattern = one.get("pattern")
        if not isinstance(pattern, str):
            continue
        yield from value_problems(one, pattern)
        name = one.get("metricTransformation.name")
        if isinstance(name, str) and places[name, one.get("metricTransformation.namespace")] > 1:
            yield Problem(
                f"two filters publish {name}, so it is counted twice; rename one", "metricTransformation.name", one
            )
        if pattern.lstrip().startswith("{") != pattern.rstrip().endswith("}"):
            yield Problem(f"pattern {shown(pattern)} is no filter pattern; close its brackets", "pattern", one)
        yield from log_problems(one, pattern, context)
        usual = spaces.most_common(1)[0][0]
        if str(one.get("metricTransformation.namespace")) != usual:
            yield Problem(
                f"metricTransformation.namespace is {shown(one.get('metricTransformation.namespace'))}, and {usual} in "
                "the "
                "other filters; make them equal",
                "metricTransformation.namespace",
                one,
            )


def value_problems(one: Resource, pattern: str) -> Iterator[Problem]:
    """A value that is not what the pattern matches."""
    value, unit = one.get("metricTransformation.value"), one.get("metricTransformation.unit")
    name = str(one.get("metricTransformation.name"))
    if not pattern.strip():
        yield Problem("pattern is empty, so every line is counted; say which", "pattern", one)
    of_cluster = str(one.get("logGroupName")).startswith(CLUSTER_LOGS)
    for word in (CLUSTER_WORDS if of_cluster else WORDS).get(name, ()):
        if word not in pattern:
            yield Problem(f"pattern does not match {word}, which {name} counts; add it", "pattern", one)
    if name == "launch_failures" and re.search(r"Launch Successful", pattern):
        yield Problem("pattern matches launches that succeed; match Launch Unsuccessful only", "pattern", one)
    if isinstance(value, str) and value.startswith("$"):
        if value not in pattern:
            yield Problem(
                f"metricTransformation.value is {value}, and the pattern {shown(pattern)} does not ask for it; make "
                "them fit",
                "metricTransformation.value",
                one,
            )
        if unit in ("Count", None):
            yield Problem(
                f"metricTransformation.unit is {shown(unit)}, and the value is measured; set Milliseconds",
                "metricTransformation.unit",
                one,
            )
    elif number(value) != 1 or unit not in ("Count", "None", None):
        yield Problem(
            f"metricTransformation adds {shown(value)} {shown(unit)} for each match; count 1",
            "metricTransformation.value",
            one,
        )
    silent = one.get("metricTransformation.defaultValue")
    if silent is not None and number(silent) != 0:
        yield Problem(
            f"metricTransformation.defaultValue is {shown(silent)}, so silence is counted; set 0",
            "metricTransformation.defaultValue",
            one,
        )


def log_problems(one: Resource, pattern: str, context: Context) -> Iterator[Problem]:
    """A filter of events on a log without events, or the reverse."""
    for log in context.graph.referenced(one, "logGroupName", *LOG_GROUP):
        events = bool(context.pointing_at(log, "arn", *EVENT_TARGET))
        if context.parked and not context.graph.of_type(*EVENT_TARGET):
            continue
        if bool(EVENT.search(pattern)) != events:
            has = "events" if events else "no events"
            yield Problem(f"the pattern {shown(pattern)} is for another log: {log.name} has {has}", "logGroupName", one)


def _filter(value: str) -> dict[str, Any]:
    transformation = {"name": "api_latency", "namespace": "Plant", "unit": "Milliseconds", "value": value}
    return {
        "root": (ROOT_TYPE, {}),
        "latency": (LOG_METRIC_FILTER[0], {"pattern": "{ $.duration_ms = * }", "metricTransformation": transformation}),
    }


RULE = Rule(
    id="observability-filters-count",
    title="Metric filters count what their metric says",
    severity=Severity.HIGH,
    why="An alarm on a metric that counts something else is green, or always red.",
    fix="Correct pattern, value, unit and log group of the filter.",
    source="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntaxForMetricFilters.html",
    check_stack=check,
    passing=_filter("$.duration_ms"),
    failing=_filter("$.database_ms"),
)
