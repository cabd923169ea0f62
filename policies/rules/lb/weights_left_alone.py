"""An update never resets the weights of a running rollout."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import LISTENER, LISTENER_RULE
from policies.checks import mappings
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """Pulumi leaves the live weights of a rule that splits traffic alone."""
    path = "actions" if resource.type in LISTENER_RULE else "defaultActions"
    if not splits_traffic(resource, path):
        return
    ignored = resource.options.get("ignoreChanges") or ()
    if not any(str(one).startswith((path, "*")) for one in ignored):
        yield Problem(f"ignoreChanges lacks {path}; an update in the middle of a rollout would reset the weights", path)


def splits_traffic(resource: Resource, path: str) -> bool:
    """True when some action forwards to two or more target groups."""
    for action in mappings(resource.get(path)):
        for forward in mappings(action.get("forward")):
            if len(mappings(forward.get("targetGroups"))) > 1:
                return True
    return False


RULE = Rule(
    id="rollout-weights-left-alone",
    title="An update never resets the weights of a running rollout",
    severity=Severity.HIGH,
    why=(
        "The rollout sets the weights; a program that sets them too sends the canary's traffic back, or everyone to it."
    ),
    fix='Give the listener rule ignore_changes=["actions"].',
    source="https://github.com/pulumi/pulumi-aws/issues/5772",
    types=(*LISTENER, *LISTENER_RULE),
    check=check,
    passing={
        "read": (
            LISTENER_RULE[0],
            {"actions": [{"forward": {"targetGroups": [{"arn": "a"}, {"arn": "b"}]}}]},
            {"ignoreChanges": ["actions"]},
        )
    },
    failing={"read": (LISTENER_RULE[0], {"actions": [{"forward": {"targetGroups": [{"arn": "a"}, {"arn": "b"}]}}]})},
)
