"""Who may make or change roles says how far they go."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from deployment.graph import Resource
from deployment.tokens import IAM_POLICY, ROLE, ROLE_POLICY
from policies.checks import strings
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._documents import Statement
from policies.rules._grants import POLICY_HOLDERS, granting, grants

if TYPE_CHECKING:
    from collections.abc import Iterator

BOUNDING: Final = {
    "iam:CreateRole": ("iam:PermissionsBoundary",),
    "iam:PutRolePolicy": ("iam:PermissionsBoundary",),
    "iam:PutRolePermissionsBoundary": ("iam:PermissionsBoundary",),
    "iam:AttachRolePolicy": ("iam:PermissionsBoundary", "iam:PolicyARN"),
    "iam:CreateServiceLinkedRole": ("iam:AWSServiceName",),
}
"""Action -> condition keys of which one has to bind it."""
NEVER: Final = (
    "iam:DeleteRolePermissionsBoundary",
    "iam:CreateUser",
    "iam:CreateAccessKey",
    "organizations:LeaveOrganization",
)


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A statement that makes or changes roles is bound by a boundary, a policy or a service, and frees no role."""
    for grant in grants(resource, context):
        for action in grant.allows(*BOUNDING):
            keys = BOUNDING[action]
            if not any(bound(grant.statement, key, context) for key in keys):
                yield Problem(
                    f"{grant.path} allows {action} without the condition {' or '.join(keys)}; add it", grant.path
                )
        if found := grant.allows(*NEVER):
            yield Problem(f"{grant.path} allows {found[0]}; name the actions that are needed", grant.path)


def bound(statement: Statement, key: str, context: Context) -> bool:
    """True when what `key` is compared with says something, and is a boundary where it is a policy of this stack."""
    values = statement.condition_values(key)
    if not values or any(not value.strip("*?") for value in values):
        return False
    if key != "iam:PermissionsBoundary":
        return True
    own, boundaries = context.once(policies_of)
    return all(value in boundaries or value not in own for value in values)


def policies_of(context: Context) -> tuple[set[Any], set[str]]:
    """(ARNs of the stack's policies, ARNs that its roles have as boundary)."""
    own = {policy.outputs.get("arn") for policy in context.graph.of_type(*IAM_POLICY)}
    return own, {value for role in context.graph.of_type(*ROLE) for value in strings(role.get("permissionsBoundary"))}


def _making(condition: str) -> str:
    statement = {
        "Effect": "Allow",
        "Action": "iam:CreateRole",
        "Resource": "arn:aws:iam::123456789012:role/plant-*",
        "Condition": {"StringEquals": {"iam:PermissionsBoundary": condition}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


RULE = Rule(
    id="iam-grants-bounded",
    title="Who may make or change roles gives them a boundary",
    severity=Severity.CRITICAL,
    why="Who may make a role without a boundary may make an administrator, and become it.",
    fix="Add Condition StringEquals iam:PermissionsBoundary (or ArnEquals iam:PolicyARN, iam:AWSServiceName).",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html",
    types=POLICY_HOLDERS,
    reads_graph=True,
    check=check,
    passing={"policy": (ROLE_POLICY[0], {"policy": _making("arn:aws:iam::123456789012:policy/plant-boundary")})},
    failing={
        "policy": (ROLE_POLICY[0], {"policy": granting("iam:CreateRole", resource="arn:aws:iam::1:role/plant-*")})
    },
)
