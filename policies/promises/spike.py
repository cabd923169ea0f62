"""A traffic spike adds instances by itself, and is told."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from deployment.graph import Resource
from deployment.tokens import LISTENER_RULE, METRIC_ALARM, SCALING_GROUP, SCALING_POLICY, TARGET_GROUP, TOPIC
from policies.checks import mappings, number
from policies.context import ROOT_TYPE, Context
from policies.examples import but, each
from policies.finding import Severity
from policies.promises._alarms import measures, measures_by_alarm, tells
from policies.promises._traffic import fleets_behind, target_groups
from policies.rule import Problem, Rule

LOAD: Final = ("RequestCountPerTarget", "RequestCount")
"""Metrics of a load balancer that a spike raises."""
SPIKE: Final = Decimal(1_000_000)
"""Requests a minute: more than any fleet of this budget answers."""
AT_ONCE_SECONDS: Final = 120
ADDING: Final = ("ALBRequestCountPerTarget", "ASGAverageCPUUtilization")
"""Predefined metrics whose tracking adds instances under load."""


def check(context: Context) -> Iterator[Problem]:
    """Let requests come without end: each fleet that may get them has a way to grow, and somebody hears of it."""
    spiking = [one for one in measures(context) if one.metric in LOAD and one.goes_off(SPIKE, AT_ONCE_SECONDS)]
    for group in target_groups(context):
        for fleet in fleets_behind(group, context):
            least, most = number(fleet.get("minSize")), number(fleet.get("maxSize"))
            if least is not None and most is not None and most <= least:
                yield Problem(f"maxSize is {most} and minSize {least}, so a spike adds nobody", "maxSize", fleet)
            if not any(grows(policy, context) for policy in policies_of(fleet, context)):
                yield Problem(
                    "nothing adds instances under load; add an aws.autoscaling.Policy that tracks the requests of a "
                    "target, or adds by steps on an alarm",
                    resource=fleet,
                )
    if target_groups(context) and not any(tells(one.alarm, context) for one in spiking):
        yield Problem(
            "no alarm tells of a spike within two minutes; watch RequestCountPerTarget and name a topic in alarmActions"
        )


def policies_of(fleet: Resource, context: Context) -> list[Resource]:
    """Scaling policies of a fleet."""
    return list(context.pointing_at(fleet, "autoscalingGroupName", *SCALING_POLICY))


def grows(policy: Resource, context: Context) -> bool:
    """True when the policy adds instances under load: it tracks it, or an alarm on it starts steps that add."""
    tracked = policy.get("targetTrackingConfiguration.predefinedMetricSpecification.predefinedMetricType")
    if tracked in ADDING:
        return (number(policy.get("targetTrackingConfiguration.targetValue")) or 0) > 0
    added = [number(step.get("scalingAdjustment")) or 0 for step in mappings(policy.get("stepAdjustments"))]
    started = context.pointing_at(policy, "alarmActions", *METRIC_ALARM)
    return any(step > 0 for step in added) and any(
        one.goes_off(SPIKE, AT_ONCE_SECONDS)
        for alarm in started
        for one in context.once(measures_by_alarm).get(alarm.urn, ())
    )


_TRACK: Final = "track.targetTrackingConfiguration"
_STEPS: Final = {
    "policyType": "StepScaling",
    "autoscalingGroupName": "id:fleet",
    "stepAdjustments": [{"scalingAdjustment": 1}],
}
_GOOD: Final[dict[str, Any]] = {
    "root": (ROOT_TYPE, {}),
    "stable": (TARGET_GROUP[0], {}),
    "read": (LISTENER_RULE[0], {"actions": [{"type": "forward", "targetGroupArn": "arn:stable"}]}),
    "fleet": (SCALING_GROUP[0], {"targetGroupArns": ["arn:stable"], "minSize": 1, "maxSize": 2}),
    "track": (
        SCALING_POLICY[0],
        {
            "autoscalingGroupName": "id:fleet",
            "targetTrackingConfiguration": {
                "predefinedMetricSpecification": {"predefinedMetricType": "ALBRequestCountPerTarget"},
                "targetValue": 1000,
            },
        },
    ),
    "alerts": (TOPIC[0], {}),
    "spike": (
        METRIC_ALARM[0],
        {
            "metricName": "RequestCountPerTarget",
            "threshold": 1500,
            "period": 60,
            "evaluationPeriods": 1,
            "comparisonOperator": "GreaterThanThreshold",
            "alarmActions": ["arn:alerts"],
        },
    ),
}
_BY_STEPS: Final = {
    "track": None,
    "step": (SCALING_POLICY[0], _STEPS),
    "spike.alarmActions": ["arn:step", "arn:alerts"],
}

RULE = Rule(
    id="compute-spike-answered",
    title="A traffic spike adds instances by itself, and is told",
    severity=Severity.HIGH,
    why="It is what the story is accepted by; a maximum that nothing ever asks for is decoration.",
    fix="Give each fleet room to grow, a policy that adds instances under load, and an alarm that tells of a spike.",
    source="https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-target-tracking.html",
    check_stack=check,
    walks=True,
    passing=_GOOD,
    also_passing=(but(_GOOD, _BY_STEPS),),
    failing=but(_GOOD, {"track": None}),
    also_failing=each(
        _GOOD,
        {"fleet.maxSize": 1},
        {f"{_TRACK}.targetValue": 0},
        {"spike.alarmActions": None},
        {"spike.period": 900},
        {**_BY_STEPS, "step.stepAdjustments[0].scalingAdjustment": -1},
        {**_BY_STEPS, "spike.alarmActions": ["arn:alerts"]},
    ),
)
