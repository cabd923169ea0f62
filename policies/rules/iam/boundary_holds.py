"""A permissions boundary bounds: it can't be taken off, and opens no service everywhere."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from deployment.graph import Resource
from deployment.tokens import IAM_POLICY, ROLE
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule, undecided
from policies.rules._documents import Statement, statements
from policies.rules._grants import granting, is_boundary
from policies.rules._permissions import covers

if TYPE_CHECKING:
    from collections.abc import Iterator

DENIED: Final = (
    "iam:DeleteRolePermissionsBoundary",
    "iam:PutRolePermissionsBoundary",
    "iam:CreateUser",
    "iam:CreateAccessKey",
    "organizations:LeaveOrganization",
    "account:CloseAccount",
)
"""What no workload does, and what would lead out of the boundary."""
EVERYWHERE: Final = ("*", "iam:*", "sts:*", "kms:*", "s3:*", "ec2:*", "secretsmanager:*", "lambda:*")
"""Services whose every action in a boundary leaves it without a purpose."""
OPENING: Final = ("iam:CreatePolicyVersion", "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy", "sts:AssumeRole")


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A boundary denies its own removal, and allows no service that gives rights."""
    if not is_boundary(resource, context):
        return
    found = statements(resource.get("policy"))
    if found is None:
        yield undecided("policy")
        return
    for action in DENIED:
        denied = any(one.effect == "Deny" and not one.conditions and covers(one, action, None) for one in found)
        if not denied and any(one.allows and "*" in one.resources and covers(one, action, None) for one in found):
            yield Problem(f"policy allows {action} on everything; a role could leave its boundary", "policy")
    for statement in found:
        if statement.allows:
            yield from openings(statement, context)


def openings(statement: Statement, context: Context) -> Iterator[Problem]:
    """What an Allow of the boundary opens that it should hold."""
    for action in statement.actions:
        if action in EVERYWHERE and "*" in statement.resources:
            yield Problem(f"policy allows {action}, so it bounds nothing there; name the actions", "policy")
    for action in OPENING:
        if "*" in statement.resources and covers(statement, action, None) and "*" not in statement.actions:
            yield Problem(f"policy allows {action}, which gives rights; leave it out", "policy")
    if "*" in statement.resources:
        for action in ("iam:PassRole", "iam:AttachRolePolicy"):
            if covers(statement, action, "*"):
                yield Problem(f"policy allows {action} on everything; name the roles as Resource", "policy")
    allowed = context.config.settings.allowed_regions
    broad = "*" in statement.resources and any(action.endswith(":*") for action in statement.actions)
    regions = statement.condition_values("aws:RequestedRegion")
    if allowed and broad and (not regions or not set(regions) <= set(allowed)):
        yield Problem(
            f"policy allows whole services in any Region; add the condition aws:RequestedRegion {', '.join(allowed)}",
            "policy",
        )


def _boundary(*denied: str) -> str:
    allow = {"Effect": "Allow", "Action": ["logs:PutLogEvents"], "Resource": "*"}
    deny = {"Effect": "Deny", "Action": list(denied), "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [allow, deny]})


RULE = Rule(
    id="iam-boundary-holds",
    title="A permissions boundary denies its own removal",
    severity=Severity.HIGH,
    why="A boundary that a role may take off, or that allows everything, bounds nobody.",
    fix="Deny the actions that the message names on Resource *, and name the others.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html",
    types=IAM_POLICY,
    reads_graph=True,
    check=check,
    passing={
        "boundary": (IAM_POLICY[0], {"policy": _boundary(*DENIED)}),
        "role": (ROLE[0], {"permissionsBoundary": "arn:boundary"}),
    },
    failing={
        "boundary": (IAM_POLICY[0], {"policy": granting("*")}),
        "role": (ROLE[0], {"permissionsBoundary": "arn:boundary"}),
    },
)
