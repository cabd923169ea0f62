"""A traffic spike adds instances at once, and somebody hears of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import METRIC_ALARM, POD_AUTOSCALER, SCALING_GROUP, SCALING_POLICY, TOPIC
from deployment.unknown import UNKNOWN
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A step-scaling policy is started by an alarm; the spike alarm starts one, and tells the alert topic."""
    graph = context.graph
    if resource.type in SCALING_POLICY:
        alarms = context.pointing_at(resource, "alarmActions", *METRIC_ALARM)
        if resource.get("policyType") == "StepScaling" and not alarms:
            yield Problem("no alarm starts this policy; name it in alarmActions of one")
        if not graph.referenced(resource, "autoscalingGroupName", *SCALING_GROUP) and context.is_plant_stack:
            yield Problem("autoscalingGroupName names no fleet of this stack", "autoscalingGroupName")
        return
    spikes = resource.get("metricName") == "RequestCountPerTarget" and context.is_plant_stack
    steps = [
        one
        for one in graph.referenced(resource, "alarmActions", *SCALING_POLICY)
        if one.get("policyType") == "StepScaling"
    ]
    if spikes and not steps and not graph.of_type(*POD_AUTOSCALER):
        yield Problem("the spike alarm adds no instances; name a step-scaling policy in alarmActions", "alarmActions")
    actions = resource.get("alarmActions")
    if spikes and actions is not UNKNOWN and not graph.referenced(resource, "alarmActions", *TOPIC):
        yield Problem("the spike alarm tells nobody; name the alert topic in alarmActions, too", "alarmActions")


RULE = Rule(
    id="compute-spike-answered",
    title="A traffic spike adds instances at once, and is told",
    severity=Severity.HIGH,
    why=("Target tracking needs three minutes of high load before it acts; a spike is over, or has hurt, by then."),
    fix="Name a step-scaling aws.autoscaling.Policy, and the alert topic, in alarmActions of the spike alarm.",
    source="https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-simple-step.html",
    types=(*SCALING_POLICY, *METRIC_ALARM),
    reads_graph=True,
    check=check,
    passing={
        "step": (SCALING_POLICY[0], {"policyType": "StepScaling"}),
        "spike": (METRIC_ALARM[0], {"metricName": "RequestCountPerTarget", "alarmActions": ["arn:step"]}),
    },
    failing={"step": (SCALING_POLICY[0], {"policyType": "StepScaling"})},
)
