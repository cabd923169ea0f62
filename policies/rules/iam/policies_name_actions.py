"""Policies of topics, queues, buckets and keys name the actions they allow to services and strangers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import (
    BUCKET_POLICY,
    KEY,
    KEY_POLICY,
    LOG_RESOURCE_POLICY,
    QUEUE,
    QUEUE_POLICY,
    TOPIC,
    TOPIC_POLICY,
)
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._documents import statements
from policies.rules._resource_policies import letting

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """No Allow for a service, or for anybody, is for every action."""
    path = "policyDocument" if resource.type in LOG_RESOURCE_POLICY else "policy"
    for statement in statements(resource.get(path)) or ():
        service = any(kind == "Service" or name == "*" for kind, name in statement.principals)
        wide = [action for action in statement.actions if action == "*" or action.endswith(":*")]
        if statement.allows and service and (wide or statement.not_actions):
            what = wide[0] if wide else "all but some actions"
            who = next(name for _, name in statement.principals)
            yield Problem(f"{path} allows {what} to {who}; name the actions that it needs", path)


RULE = Rule(
    id="data-policies-name-actions",
    title="Policies of topics, queues, buckets and keys name the actions they allow",
    severity=Severity.MEDIUM,
    why="A service that may do everything to a topic or bucket may delete it, or change who else is let in.",
    fix="Name the actions, such as sns:Publish, s3:PutObject or kms:GenerateDataKey*.",
    source="https://docs.aws.amazon.com/sns/latest/dg/sns-security-best-practices.html#implement-least-privilege-access",
    frameworks=("checkov:CKV_AWS_72",),
    types=(*TOPIC, *TOPIC_POLICY, *QUEUE, *QUEUE_POLICY, *BUCKET_POLICY, *KEY, *KEY_POLICY, *LOG_RESOURCE_POLICY),
    check=check,
    reads=("policy", "policyDocument"),
    passing={"policy": (TOPIC_POLICY[0], {"policy": letting("cloudwatch", "sns:Publish")})},
    failing={"policy": (TOPIC_POLICY[0], {"policy": letting("cloudwatch", "sns:*")})},
)
