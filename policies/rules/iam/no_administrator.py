"""No role administers the account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import (
    GROUP_POLICY_ATTACHMENT,
    IAM_POLICY,
    POLICY_ATTACHMENT,
    ROLE,
    ROLE_POLICY,
    ROLE_POLICY_ATTACHMENT,
    USER_POLICY_ATTACHMENT,
)
from policies.context import Context
from policies.examples import each
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule
from policies.rules._grants import POLICY_HOLDERS, granting, grants

if TYPE_CHECKING:
    from collections.abc import Iterator

POLICIES = ("/AdministratorAccess", "/IAMFullAccess")
EVERY_ACTION = ("*", "*:*", "iam:*")
"""Actions that are all of them, or lead to all of them."""


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """No managed policy that administers the account is attached, and no policy allows everything on everything."""
    for path in ("policyArn", "managedPolicyArns[*]"):
        for value in resource.all(path):
            if isinstance(value, str) and value.endswith(POLICIES):
                yield Problem(f"{path} is {value}; attach a policy that names actions and resources", path)
    if resource.type in POLICY_HOLDERS:
        for grant in grants(resource, context):
            for action in grant.statement.actions if grant.everywhere else ():
                if action in EVERY_ACTION:
                    yield Problem(f"{grant.path} allows {action} on everything; name actions and resources", grant.path)


_READER = {
    "attach": (ROLE_POLICY_ATTACHMENT[0], {"policyArn": "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"}),
    "policy": (ROLE_POLICY[0], {"policy": granting("*", resource="arn:aws:s3:::plants/*")}),
}

RULE = Rule(
    id="iam-no-administrator",
    title="No role administers the account",
    severity=Severity.CRITICAL,
    risk=Risk.EXPOSURE,
    why="A leaked credential of such a role is a lost account.",
    fix="Take the managed policy, or the statement, out; write one with the actions and resources needed.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html#iam-1",
    frameworks=("checkov:CKV_AWS_274", "checkov:CKV2_AWS_56", "checkov:CKV_AWS_62", "fsbp:IAM.1"),
    types=(
        *POLICY_HOLDERS,
        *ROLE_POLICY_ATTACHMENT,
        *POLICY_ATTACHMENT,
        *USER_POLICY_ATTACHMENT,
        *GROUP_POLICY_ATTACHMENT,
    ),
    reads_graph=True,
    check=check,
    passing=_READER,
    failing={"attach": (ROLE_POLICY_ATTACHMENT[0], {"policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"})},
    also_passing=(
        {
            "boundary": (IAM_POLICY[0], {"policy": granting("*")}),
            "role": (ROLE[0], {"permissionsBoundary": "arn:boundary"}),
        },
    ),
    also_failing=each(_READER, {"policy.policy": granting("*")}, {"policy.policy": granting("iam:*")}),
)
