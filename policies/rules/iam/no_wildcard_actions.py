"""Policies name the actions they allow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import ROLE_POLICY
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._grants import HOLDING, POLICY_HOLDERS, granted, granting, grants

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """Statements name actions, not whole services."""
    for grant in grants(resource, context):
        if grant.statement.not_actions:
            yield Problem(f"{grant.path} allows all but some actions (NotAction); list what is needed", grant.path)
        for action in grant.statement.actions:
            if action == "*" or action.endswith(":*"):
                yield Problem(f"{grant.path} allows {action}; list the actions that are needed", grant.path)


RULE = Rule(
    id="iam-no-wildcard-actions",
    title="Policies name the actions they allow",
    severity=Severity.HIGH,
    why="A wildcard grants what AWS adds tomorrow, and what nobody thought of today.",
    fix="List the actions in the policy instead of * or service:*.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html#iam-21",
    frameworks=("checkov:CKV_AWS_63", "checkov:CKV2_AWS_40", "fsbp:IAM.21"),
    types=POLICY_HOLDERS,
    reads_graph=True,
    check=check,
    only_with=HOLDING,
    kind=granted,
    passing={
        "policy": (
            ROLE_POLICY[0],
            {"policy": granting("sns:Publish", resource="arn:aws:sns:us-east-1:123456789012:topic")},
        )
    },
    failing={
        "policy": (ROLE_POLICY[0], {"policy": granting("sns:*", resource="arn:aws:sns:us-east-1:123456789012:topic")})
    },
    also_failing=(
        {
            "policy": (
                ROLE_POLICY[0],
                {"policy": '{"Statement": {"Effect": "Allow", "NotAction": "iam:*", "Resource": "arn:aws:s3:::x"}}'},
            )
        },
    ),
)
