"""AWS services use topics, queues, buckets and keys for this account only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from deployment.graph import Resource
from deployment.tokens import (
    BUCKET_POLICY,
    KEY,
    KEY_POLICY,
    LOG_RESOURCE_POLICY,
    QUEUE_POLICY,
    TOPIC,
    TOPIC_POLICY,
)
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._documents import allow, statements
from policies.rules._resource_policies import CONDITIONLESS, letting

if TYPE_CHECKING:
    from collections.abc import Iterator

BINDING: Final = (
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceOrgID",
    "aws:PrincipalOrgID",
    "kms:ViaService",
    "kms:CallerAccount",
    "kms:EncryptionContext:aws:logs:arn",
    "kms:EncryptionContext:aws:cloudtrail:arn",
    "kms:EncryptionContext:SecretARN",
)
"""Condition keys that bind a service to one account's use."""
READING: Final = ("logs:CreateLogStream",)
"""Actions that AWS calls without telling for whom (Amazon CloudWatch Logs user guide, EventBridge)."""
OWN: Final = (*TOPIC, *TOPIC_POLICY, *KEY, *KEY_POLICY)
"""Types that another account's service has no business with."""


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A statement for a service is bound to an account, an organization, or one of their resources."""
    path = "policyDocument" if resource.type in LOG_RESOURCE_POLICY else "policy"
    for statement in statements(resource.get(path)) or ():
        services = [
            name
            for kind, name in statement.principals
            if kind == "Service" and not (unconditional(name) and resource.type in OWN)
        ]
        if not statement.allows or not services or set(statement.actions) <= set(READING):
            continue
        values = [value for key in BINDING for value in statement.condition_values(key)]
        label = statement.sid or services[0]
        if not values or any(not value.strip("*?") for value in values):
            yield Problem(
                f"{path}, {label}: {services[0]} is let in for any account; add the condition aws:SourceAccount", path
            )


def unconditional(name: str) -> bool:
    """True for a service that can't be bound."""
    return name.split(".")[0] in CONDITIONLESS


RULE = Rule(
    id="data-services-bound-to-account",
    title="AWS services use topics, queues, buckets and keys for this account only",
    severity=Severity.MEDIUM,
    why="Without the condition somebody else's alarm, flow log or rule is let in as well (confused deputy).",
    fix="Add Condition StringEquals aws:SourceAccount (or ArnLike aws:SourceArn) to the statement.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html",
    frameworks=("prowler:iam_role_cross_service_confused_deputy_prevention",),
    types=(*TOPIC, *TOPIC_POLICY, *QUEUE_POLICY, *BUCKET_POLICY, *KEY, *KEY_POLICY, *LOG_RESOURCE_POLICY),
    reads_graph=True,
    check=check,
    reads=("policy", "policyDocument"),
    passing={"policy": (TOPIC_POLICY[0], {"policy": letting("cloudwatch", "sns:Publish")})},
    failing={"policy": (TOPIC_POLICY[0], {"policy": allow("sns:Publish", Service="cloudwatch.amazonaws.com")})},
    also_passing=({"policy": (TOPIC_POLICY[0], {"policy": allow("sns:Publish", Service="events.amazonaws.com")})},),
)
