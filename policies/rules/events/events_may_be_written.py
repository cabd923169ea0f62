"""Events reach the log group that they are sent to."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Final

from deployment.graph import Resource
from deployment.tokens import EVENT_RULE, EVENT_TARGET, LOG_GROUP, LOG_RESOURCE_POLICY
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._documents import Statement, joined, statements
from policies.rules._resource_policies import admits, letting

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVICES: Final = {"events": "events.amazonaws.com", "delivery": "delivery.logs.amazonaws.com"}
ACTIONS: Final = ("logs:CreateLogStream", "logs:PutLogEvents")


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A resource policy lets EventBridge write to the log group that it targets, for this rule."""
    groups = context.graph.referenced(resource, "arn", *LOG_GROUP)
    found = context.once(admitted) if groups else None
    if found is None:
        return
    sources = {rule.outputs.get("arn") for rule in context.graph.referenced(resource, "rule", *EVENT_RULE)}
    for group in groups:
        arn = group.outputs.get("arn")
        stream = f"{arn}:log-stream:x" if isinstance(arn, str) else None
        own = [one for one in (*found.get(str(arn), ()), *found.get("", ())) if from_rule(one, sources)]
        if not all(admits(own, service, ACTIONS, stream, context) for service in SERVICES):
            yield Problem(
                f"no aws.cloudwatch.LogResourcePolicy lets {' and '.join(SERVICES.values())} write to {group.name} for "
                f"this rule; allow {', '.join(ACTIONS)}",
                "arn",
            )


def admitted(context: Context) -> dict[str, list[Statement]] | None:
    """ARN of a log group that statements name, or "" for others -> these statements; None while they are not known."""
    found: dict[str, list[Statement]] = {}
    for policy in context.graph.of_type(*LOG_RESOURCE_POLICY):
        read = statements(policy.get("policyDocument"))
        if read is None:
            return None
        for statement in read:
            for resource in statement.resources:
                plain = resource.removesuffix(":*")
                found.setdefault("" if "*" in plain else plain, []).append(statement)
    return found


def from_rule(statement: Statement, sources: set[Any]) -> bool:
    """True unless the statement is bound to other event rules."""
    bound = statement.condition_values("aws:SourceArn")
    known = [arn for arn in sources if isinstance(arn, str)]
    return not bound or not known or any(fnmatchcase(arn, pattern) for arn in known for pattern in bound)


_ADMITTING = joined(*(letting(service, "logs:*") for service in SERVICES))

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
        "policy": (LOG_RESOURCE_POLICY[0], {"policyDocument": _ADMITTING}),
    },
    failing={"to-log": (EVENT_TARGET[0], {"arn": "arn:log"}), "log": (LOG_GROUP[0], {})},
)
