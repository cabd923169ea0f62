"""Instances of a warm pool are stopped after their first start, not in the middle of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import LIFECYCLE_HOOK, SCALING_GROUP
from deployment.unknown import UNKNOWN
from policies.checks import is_absent, mappings
from policies.context import Context
from policies.finding import Enforcement, Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A group with a warm pool has a hook on launches."""
    if is_absent(resource.get("warmPool")):
        return
    hooks = context.pointing_at(resource, "autoscalingGroupName", *LIFECYCLE_HOOK)
    inline = mappings(resource.get("initialLifecycleHooks"))
    transitions = [hook.get("lifecycleTransition") for hook in hooks]
    transitions += [hook.get("lifecycleTransition") for hook in inline]
    if "autoscaling:EC2_INSTANCE_LAUNCHING" not in transitions and UNKNOWN not in transitions:
        yield Problem("warmPool has no hook that waits for user data; add one to initialLifecycleHooks", "warmPool")


RULE = Rule(
    id="compute-warm-pool-waits",
    title="Instances of a warm pool are stopped after their first start, not in the middle of it",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.ADVISORY,  # an image that needs no user data needs no hook
    why="Auto Scaling stops an instance of the pool as soon as it runs, and user data is not run a second time.",
    fix="Add a hook for autoscaling:EC2_INSTANCE_LAUNCHING to initialLifecycleHooks, and complete it when ready.",
    source="https://docs.aws.amazon.com/autoscaling/ec2/userguide/warm-pool-instance-lifecycle.html",
    types=SCALING_GROUP,
    reads_graph=True,
    check=check,
    passing={
        "fleet": (
            SCALING_GROUP[0],
            {
                "warmPool": {"poolState": "Stopped"},
                "initialLifecycleHooks": [{"lifecycleTransition": "autoscaling:EC2_INSTANCE_LAUNCHING"}],
            },
        )
    },
    failing={"fleet": (SCALING_GROUP[0], {"warmPool": {"poolState": "Stopped"}})},
)
