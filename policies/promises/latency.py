"""A p95 response time over 200 ms for 5 minutes is told, for each fleet that may get traffic."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from deployment.graph import Resource
from deployment.tokens import LISTENER_RULE, METRIC_ALARM, TARGET_GROUP, TOPIC
from policies.context import ROOT_TYPE, Context
from policies.examples import but, each
from policies.finding import Severity
from policies.promises._alarms import Measure, in_order, measures, placed, tells
from policies.promises._traffic import target_groups
from policies.rule import Problem, Rule

SLOW: Final[Mapping[str, Decimal]] = {"TargetResponseTime": Decimal("0.201"), "api_latency": Decimal(201)}
"""Metric of the response time -> a little over 200 ms, in its unit (seconds; milliseconds)."""
MINUTES_5: Final = 300


def check(context: Context) -> Iterator[Problem]:
    """Let the p95 of a target group be 201 ms for 5 minutes: an alarm goes off, and a topic hears of it."""
    for group, own in watched(context):
        raised = [one for one in own if late(one)]
        if not raised:
            yield Problem(
                f"no alarm goes off when the p95 of {group.name} is over 200 ms for 5 minutes; watch the p95 of "
                "TargetResponseTime with threshold 0.2 over 300 s (plant:slo.p95_threshold_ms and "
                "plant:slo.p95_window_minutes)",
                resource=own[0].alarm if own else group,
            )
        elif not any(tells(one.alarm, context) for one in raised):
            yield Problem(
                "it goes off, and no topic hears of it; name one in alarmActions", "alarmActions", raised[0].alarm
            )


def watched(context: Context) -> Iterator[tuple[Resource, list[Measure]]]:
    """Each target group that gets traffic, and what alarms read of its p95."""
    p95 = (one for one in measures(context) if one.metric in SLOW and one.statistic == "p95")
    about = placed(p95, lambda one: one.target_group)
    for group in target_groups(context):
        suffix = str(group.outputs.get("arnSuffix") or group.outputs.get("arn"))
        yield group, in_order(about, {"", suffix})


def late(measure: Measure) -> bool:
    """True when a p95 of a little over 200 ms raises the alarm within 5 minutes."""
    return measure.goes_off(SLOW[measure.metric], MINUTES_5)


_ALARM: Final[dict[str, Any]] = {
    "metricName": "TargetResponseTime",
    "extendedStatistic": "p95",
    "dimensions": {"TargetGroup": "arn:stable"},
    "threshold": 0.2,
    "period": 300,
    "evaluationPeriods": 1,
    "comparisonOperator": "GreaterThanThreshold",
    "alarmActions": ["arn:alerts"],
}
GOOD: Final[dict[str, Any]] = {
    "root": (ROOT_TYPE, {}),
    "stable": (TARGET_GROUP[0], {}),
    "read": (LISTENER_RULE[0], {"actions": [{"type": "forward", "targetGroupArn": "arn:stable"}]}),
    "alerts": (TOPIC[0], {}),
    "p95": (METRIC_ALARM[0], _ALARM),
}
"""A stack whose p95 is watched; others that build on it have it as an example, too."""
_OWN: Final = {"p95.metricName": "api_latency", "p95.threshold": 200, "p95.dimensions": None}

RULE = Rule(
    id="observability-latency-alarm",
    title="A p95 response time over 200 ms for 5 minutes is told",
    severity=Severity.HIGH,
    why="It is the objective that the service is run by, and what stops and rolls back a bad release.",
    fix="Watch the p95 of TargetResponseTime of each target group: threshold 0.2, 300 seconds in all, a topic to tell.",
    source="docs/architecture.md, the story's numbers",
    check_stack=check,
    walks=True,
    passing=GOOD,
    also_passing=(but(GOOD, _OWN), but(GOOD, {"p95.period": 60, "p95.evaluationPeriods": 5})),
    failing=but(GOOD, {"p95.threshold": 2}),
    also_failing=each(
        GOOD,
        {"p95": None},
        {"p95.evaluationPeriods": 2},
        {"p95.extendedStatistic": "p50"},
        {"p95.comparisonOperator": "LessThanThreshold"},
        {"p95.dimensions.TargetGroup": "arn:other"},
        {"p95.alarmActions": None},
        {"p95.actionsEnabled": False},
    ),
)
