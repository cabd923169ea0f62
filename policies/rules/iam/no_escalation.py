"""No role can raise its own rights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import ROLE_POLICY
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._grants import HOLDING, POLICY_HOLDERS, granted, granting, grants, is_any

if TYPE_CHECKING:
    from collections.abc import Iterator

RAISING = (
    "iam:AddUserToGroup",
    "iam:AttachGroupPolicy",
    "iam:AttachRolePolicy",
    "iam:AttachUserPolicy",
    "iam:CreateAccessKey",
    "iam:CreateLoginProfile",
    "iam:CreatePolicyVersion",
    "iam:PutGroupPolicy",
    "iam:PutRolePolicy",
    "iam:PutUserPolicy",
    "iam:SetDefaultPolicyVersion",
    "iam:UpdateAssumeRolePolicy",
    "iam:UpdateLoginProfile",
)
"""Each of these, on whomever, is every right of the account one call later."""
PATHS = (
    *sorted((*RAISING, "iam:PassRole")),
    "iam:DeleteRolePermissionsBoundary",
    "iam:PutRolePermissionsBoundary",
    "sts:AssumeRole",
)


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """No statement lets an identity give itself more rights."""
    for grant in grants(resource, context):
        if not any(
            "*" in target.rpartition("/")[2] and target.count("*") and is_any(target)
            for target in grant.statement.resources
        ):
            continue
        found = grant.allows(*PATHS)
        if found and not grant.statement.conditions:
            yield Problem(
                f"{grant.path} allows {found[0]} on every role or user; name the ARNs, or add a condition", grant.path
            )


RULE = Rule(
    id="iam-no-escalation",
    title="No role can raise its own rights",
    severity=Severity.CRITICAL,
    why=("Who may attach policies, or pass any role to a service, has every right of the account one call later."),
    fix="Name the role's ARN as Resource, or bind iam:PassRole by iam:PassedToService and the boundary.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html",
    frameworks=("checkov:CKV_AWS_286",),
    types=POLICY_HOLDERS,
    reads_graph=True,
    check=check,
    only_with=HOLDING,
    kind=granted,
    passing={
        "policy": (
            ROLE_POLICY[0],
            {"policy": granting("iam:PassRole", resource="arn:aws:iam::123456789012:role/plant-instance")},
        )
    },
    failing={"policy": (ROLE_POLICY[0], {"policy": granting("iam:PassRole", "ec2:RunInstances")})},
)
