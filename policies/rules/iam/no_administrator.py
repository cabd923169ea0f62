"""No role administers the account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import POLICY_ATTACHMENT, ROLE, ROLE_POLICY_ATTACHMENT
from policies.context import Context
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

POLICIES = ("/AdministratorAccess", "/IAMFullAccess", "/PowerUserAccess")


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """No managed policy that administers the account is attached."""
    for path in ("policyArn", "managedPolicyArns[*]"):
        for value in resource.all(path):
            if isinstance(value, str) and value.endswith(POLICIES):
                yield Problem(f"{path} is {value}; attach a policy that names actions and resources", path)


RULE = Rule(
    id="iam-no-administrator",
    title="No role administers the account",
    severity=Severity.CRITICAL,
    risk=Risk.EXPOSURE,
    why="A leaked credential of such a role is a lost account.",
    fix="Take the managed policy out of policyArn or managedPolicyArns; write one with the actions needed.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html#iam-1",
    frameworks=("checkov:CKV_AWS_274", "checkov:CKV2_AWS_56", "fsbp:IAM.1"),
    types=(*ROLE, *ROLE_POLICY_ATTACHMENT, *POLICY_ATTACHMENT),
    check=check,
    passing={
        "attach": (ROLE_POLICY_ATTACHMENT[0], {"policyArn": "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"})
    },
    failing={"attach": (ROLE_POLICY_ATTACHMENT[0], {"policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"})},
)
