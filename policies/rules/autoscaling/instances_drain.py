"""Leaving instances finish their requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import LIFECYCLE_HOOK, SCALING_GROUP
from deployment.unknown import UNKNOWN
from policies.checks import mappings
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A leaving instance may finish its requests."""
    hooks = context.pointing_at(resource, "autoscalingGroupName", *LIFECYCLE_HOOK)
    inline = mappings(resource.get("initialLifecycleHooks"))
    transitions = [hook.get("lifecycleTransition") for hook in hooks]
    transitions += [hook.get("lifecycleTransition") for hook in inline]
    if "autoscaling:EC2_INSTANCE_TERMINATING" not in transitions and UNKNOWN not in transitions:
        yield Problem("no lifecycle hook lets a leaving instance finish; add an aws.autoscaling.LifecycleHook")


RULE = Rule(
    id="compute-instances-drain",
    title="Leaving instances finish their requests",
    severity=Severity.MEDIUM,
    why="Every scale-in and every release would otherwise cut requests off.",
    fix="Add an aws.autoscaling.LifecycleHook with lifecycleTransition autoscaling:EC2_INSTANCE_TERMINATING.",
    source="https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks.html",
    types=SCALING_GROUP,
    reads_graph=True,
    check=check,
    passing={
        "fleet": (SCALING_GROUP[0], {}),
        "drain": (
            LIFECYCLE_HOOK[0],
            {"autoscalingGroupName": "id:fleet", "lifecycleTransition": "autoscaling:EC2_INSTANCE_TERMINATING"},
        ),
    },
    failing={"fleet": (SCALING_GROUP[0], {})},
)
