"""Every forwarding rule names stable and canary with weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.tokens import LISTENER_RULE
from deployment.unknown import UNKNOWN
from policies.checks import mappings, number
from policies.context import ROOT_TYPE, Context
from policies.finding import Severity
from policies.rule import Problem, Rule, undecided
from policies.rules._alarms import expected_here

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(context: Context) -> Iterator[Problem]:
    """A stable and a canary target group exist, and every rule that forwards names both with weights."""
    if not expected_here(context):
        return
    rules = context.graph.of_type(*LISTENER_RULE)
    forwarding = [
        rule for rule in rules if any(action.get("type") == "forward" for action in mappings(rule.get("actions")))
    ]
    if not forwarding:
        yield Problem("no listener rule forwards to the fleets; add one with forward.targetGroups")
    for rule in forwarding:
        groups = [
            group
            for action in mappings(rule.get("actions"))
            for forward in mappings(action.get("forward"))
            for group in mappings(forward.get("targetGroups"))
        ]
        weights = [number(group.get("weight")) for group in groups]
        if any(group.get("weight") is UNKNOWN for group in groups):
            yield undecided("actions")._replace(resource=rule)
        elif len(groups) < 2:
            yield Problem(
                f"forward.targetGroups names {len(groups)}; name stable and canary, with weights", "actions", rule
            )
        elif (
            None in weights
            or sum(weight or 0 for weight in weights) <= 0
            or weights[0] != max(weight or 0 for weight in weights)
        ):
            yield Problem("the declared weights have to start with the stable fleet: 100 and 0", "actions", rule)


RULE = Rule(
    id="rollout-both-target-groups",
    title="Every forwarding rule names stable and canary with weights",
    severity=Severity.HIGH,
    why=(
        "A target group that no rule names has no load balancer: its fleet fails its health check and is "
        "replaced for ever."
    ),
    fix="Name both target groups in forward.targetGroups, with weights 100 and 0.",
    source="https://github.com/pulumi/pulumi-aws/issues/5798",
    check_stack=check,
    passing={
        "root": (ROOT_TYPE, {}),
        "read": (
            LISTENER_RULE[0],
            {
                "actions": [
                    {
                        "type": "forward",
                        "forward": {"targetGroups": [{"arn": "a", "weight": 100}, {"arn": "b", "weight": 0}]},
                    }
                ]
            },
        ),
    },
    failing={
        "root": (ROOT_TYPE, {}),
        "read": (LISTENER_RULE[0], {"actions": [{"type": "forward", "targetGroupArn": "a"}]}),
    },
)
