"""Events reach the log group that they are sent to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policies.model import Resource, Severity
from policies.rule import Context, Problem, Rule
from policies.rules._tokens import EVENT_TARGET, LOG_GROUP

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """EventBridge may write to the log group that it targets."""
    groups = context.graph.referenced(resource, "arn", *LOG_GROUP)
    policies = context.graph.of_type("aws:cloudwatch/logResourcePolicy:LogResourcePolicy")
    if groups and not policies:
        yield Problem(
            "no aws.cloudwatch.LogResourcePolicy lets events.amazonaws.com write to the log group; add one", "arn"
        )


RULE = Rule(
    id="logging-events-may-be-written",
    title="Events reach the log group that they are sent to",
    severity=Severity.MEDIUM,
    why="Without the resource policy EventBridge drops the events, and no error tells.",
    fix="Add an aws.cloudwatch.LogResourcePolicy that admits events.amazonaws.com.",
    source="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html",
    types=EVENT_TARGET,
    reads_graph=True,
    check=check,
    passing={
        "to-log": (EVENT_TARGET[0], {"arn": "arn:log"}),
        "log": (LOG_GROUP[0], {}),
        "policy": ("aws:cloudwatch/logResourcePolicy:LogResourcePolicy", {}),
    },
    failing={"to-log": (EVENT_TARGET[0], {"arn": "arn:log"}), "log": (LOG_GROUP[0], {})},
)
