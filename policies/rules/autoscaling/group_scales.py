"""Scaling groups follow the load."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import SCALING_GROUP, SCALING_POLICY
from deployment.unknown import UNKNOWN
from policies.checks import number
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A group that may grow has a policy that makes it grow."""
    largest, smallest = number(resource.get("maxSize")), number(resource.get("minSize"))
    if largest is None or smallest is None or largest <= smallest:
        return
    policies = context.pointing_at(resource, "autoscalingGroupName", *SCALING_POLICY)
    if not any(
        policy.get("policyType") in ("TargetTrackingScaling", "PredictiveScaling", UNKNOWN) for policy in policies
    ):
        yield Problem("no target-tracking policy scales this group; add aws.autoscaling.Policy with its name")


RULE = Rule(
    id="compute-group-scales",
    title="Scaling groups follow the load",
    severity=Severity.HIGH,
    why="A spike has to scale the fleet by itself; a maximum that nothing ever asks for is decoration.",
    fix="Add an aws.autoscaling.Policy of policyType TargetTrackingScaling with the group's name.",
    source="https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-target-tracking.html",
    types=SCALING_GROUP,
    reads_graph=True,
    check=check,
    passing={
        "fleet": (SCALING_GROUP[0], {"minSize": 1, "maxSize": 2}),
        "track": (SCALING_POLICY[0], {"autoscalingGroupName": "id:fleet", "policyType": "TargetTrackingScaling"}),
    },
    failing={"fleet": (SCALING_GROUP[0], {"minSize": 1, "maxSize": 2})},
)
