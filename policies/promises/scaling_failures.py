"""More than 5 % of failed launches is told: the events are counted, and an alarm reads the counts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, Final

from deployment.graph import Resource
from deployment.tokens import (
    EVENT_RULE,
    EVENT_TARGET,
    LISTENER_RULE,
    LOG_GROUP,
    LOG_METRIC_FILTER,
    METRIC_ALARM,
    SCALING_GROUP,
    TARGET_GROUP,
    TOPIC,
)
from policies.context import ROOT_TYPE, Context
from policies.examples import but, each
from policies.finding import Severity
from policies.promises._alarms import Measure, measures_of, tells
from policies.promises._events import launch_event, targets_for
from policies.promises._traffic import serving_fleets
from policies.rule import Problem, Rule

FAILED: Final = "Unsuccessful"
"""Outcome of a launch, as Auto Scaling's events call it."""
OVER_LIMIT: Final = Decimal("5.1")
"""Percent."""
LASTING_SECONDS: Final = 1_800


def check(context: Context) -> Iterator[Problem]:
    """Let a launch of each fleet fail: the event is counted, and an alarm goes off at 5.1 % and is heard."""
    for fleet, watching in watched(context):
        if watching is None:
            yield Problem(
                f"a launch of {fleet.name} that fails is counted nowhere; send its events to a log group, and count "
                "them there with an aws.cloudwatch.LogMetricFilter",
                resource=fleet,
            )
            continue
        raised = [one for one in watching if over_limit(one)]
        if not any(tells(one.alarm, context) for one in raised):
            told = "goes off and tells a topic" if watching else "reads the count"
            yield Problem(
                f"no alarm {told} when 5.1 % of the launches of {fleet.name} fail; compare their rate with 5, over "
                f"{LASTING_SECONDS} s at most, and name a topic in alarmActions "
                "(plant:slo.scaling_failure_threshold_percent and plant:slo.scaling_failure_window_minutes)",
                "threshold",
                watching[0].alarm if watching else fleet,
            )


def watched(context: Context) -> Iterator[tuple[Resource, list[Measure] | None]]:
    """Each fleet that gets traffic, and what alarms read of its failed launches; None where nothing counts them."""
    known: dict[int, frozenset[tuple[str, str]]] = {}  # many fleets reach the same targets
    for fleet in serving_fleets(context):
        counts = counted(fleet, context, known)
        yield fleet, measures_of(counts, context) if counts else None


def over_limit(measure: Measure) -> bool:
    """True when a little over 5 % of failed launches raises the alarm."""
    return measure.goes_off(OVER_LIMIT, LASTING_SECONDS)


def counted(
    fleet: Resource, context: Context, known: dict[int, frozenset[tuple[str, str]]]
) -> frozenset[tuple[str, str]]:
    """(namespace, name) of the metrics that count a failed launch of `fleet`, and not a successful one.

    `known` keeps what targets that were met already count.
    """
    name = fleet.outputs.get("name") or fleet.outputs.get("id")
    found: set[tuple[str, str]] = set()
    for targets in targets_for(launch_event(str(name), FAILED), context):
        if id(targets) not in known:
            known[id(targets)] = frozenset(counted_by(targets, context))
        found |= known[id(targets)]
    return frozenset(found)


def counted_by(targets: Sequence[Resource], context: Context) -> Iterator[tuple[str, str]]:
    """(namespace, name) of the metrics by which log groups among `targets` count a failed launch."""
    logs = {log.urn: log for target in targets for log in context.graph.referenced(target, "arn", *LOG_GROUP)}
    for log in logs.values():
        for one in context.pointing_at(log, "logGroupName", *LOG_METRIC_FILTER):
            pattern = str(one.get("pattern"))
            if FAILED in pattern and "Launch Successful" not in pattern:
                yield (
                    str(one.get("metricTransformation.namespace")),
                    str(one.get("metricTransformation.name")),
                )


_GOOD: Final[dict[str, Any]] = {
    "root": (ROOT_TYPE, {}),
    "stable": (TARGET_GROUP[0], {}),
    "read": (LISTENER_RULE[0], {"actions": [{"type": "forward", "targetGroupArn": "arn:stable"}]}),
    "fleet": (SCALING_GROUP[0], {"targetGroupArns": ["arn:stable"]}),
    "launches": (EVENT_RULE[0], {"eventPattern": json.dumps({"source": ["aws.autoscaling"]})}),
    "to-log": (EVENT_TARGET[0], {"rule": "id:launches", "arn": "arn:log"}),
    "log": (LOG_GROUP[0], {}),
    "failures": (
        LOG_METRIC_FILTER[0],
        {
            "logGroupName": "id:log",
            "pattern": '{ $.detail-type = "EC2 Instance Launch Unsuccessful" }',
            "metricTransformation": {"name": "failures", "namespace": "Own"},
        },
    ),
    "alerts": (TOPIC[0], {}),
    "rate": (
        METRIC_ALARM[0],
        {
            "metricQueries": [{"metric": {"metricName": "failures", "namespace": "Own", "stat": "Sum", "period": 900}}],
            "threshold": 5,
            "evaluationPeriods": 1,
            "comparisonOperator": "GreaterThanThreshold",
            "alarmActions": ["arn:alerts"],
        },
    ),
}

RULE = Rule(
    id="observability-scaling-failure-alarm",
    title="More than 5 % of failed launches is told",
    severity=Severity.HIGH,
    why="A fleet that can't launch looks healthy until the spike; AWS has no metric for it, so events are counted.",
    fix="Send launch events to a log group, count failures and attempts there, or write 100 and 0 into one metric, and"
    " alarm on more than 5 %.",
    source="https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-event-reference.html",
    check_stack=check,
    walks=True,
    passing=_GOOD,
    failing=but(_GOOD, {"rate.threshold": 50}),
    also_failing=each(
        _GOOD,
        {"rate": None},
        {"failures": None},
        {"launches.eventPattern": json.dumps({"source": ["aws.ec2"]})},
        {"rate.alarmActions": None},
        {"failures.pattern": '{ $.detail-type = "EC2 Instance Launch*" }'},
    ),
)
