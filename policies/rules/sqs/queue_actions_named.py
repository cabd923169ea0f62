"""SQS queue policies name the actions they allow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import QUEUE, QUEUE_POLICY
from policies.context import Context
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule
from policies.rules._documents import allow, statements

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """The queue's policy names actions."""
    for statement in statements(resource.get("policy")) or ():
        if statement.allows and any(action in ("*", "sqs:*", "SQS:*") for action in statement.actions):
            yield Problem(
                "the policy allows every action on the queue; name sqs:SendMessage or what is needed", "policy"
            )


RULE = Rule(
    id="data-queue-actions-named",
    title="SQS queue policies name the actions they allow",
    severity=Severity.HIGH,
    risk=Risk.EXPOSURE,
    why="Who may do everything may also purge the queue and change its policy.",
    fix="List the actions in the policy, for example sqs:SendMessage.",
    source="https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html",
    frameworks=("checkov:CKV_AWS_72",),
    types=(*QUEUE, *QUEUE_POLICY),
    check=check,
    passing={"policy": (QUEUE_POLICY[0], {"policy": allow("sqs:SendMessage", Service="events.amazonaws.com")})},
    failing={"policy": (QUEUE_POLICY[0], {"policy": allow("*", AWS="arn:aws:iam::123456789012:role/x")})},
)
