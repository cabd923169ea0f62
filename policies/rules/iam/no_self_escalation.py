"""No role can change its own rights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import ROLE, ROLE_POLICY
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._grants import granting, trusting
from policies.rules._permissions import may, permissions

if TYPE_CHECKING:
    from collections.abc import Iterator

CHANGES = (
    "iam:AttachRolePolicy",
    "iam:DeleteRolePermissionsBoundary",
    "iam:DeleteRolePolicy",
    "iam:DetachRolePolicy",
    "iam:PassRole",
    "iam:PutRolePermissionsBoundary",
    "iam:PutRolePolicy",
    "iam:UpdateAssumeRolePolicy",
)


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """None of a role's statements is about itself, or a Deny without conditions takes it back."""
    arn = resource.outputs.get("arn")
    given = permissions(resource, context)
    if given is None or not isinstance(arn, str):
        return
    found = [action for action in CHANGES if may(given, action, arn)]
    if found:
        yield Problem(
            f"its policies allow {', '.join(found[:3])} on the role itself; name other roles, or deny it on this one"
        )


RULE = Rule(
    id="iam-no-self-escalation",
    title="No role can change its own rights",
    severity=Severity.CRITICAL,
    why="A role that may rewrite its policies, its trust or its boundary has every right, one call later.",
    fix="Name the roles that it manages as Resource, or add a Deny for its own ARN.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html",
    types=ROLE,
    reads_graph=True,
    check=check,
    passing={
        "role": (ROLE[0], {"assumeRolePolicy": trusting({"Service": "ec2.amazonaws.com"})}),
        "policy": (ROLE_POLICY[0], {"role": "id:role", "policy": granting("iam:PassRole", resource="arn:other")}),
    },
    failing={
        "role": (ROLE[0], {"assumeRolePolicy": trusting({"Service": "ec2.amazonaws.com"})}),
        "policy": (ROLE_POLICY[0], {"role": "id:role", "policy": granting("iam:PutRolePolicy", resource="arn:*")}),
    },
)
