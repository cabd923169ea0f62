"""Roles trust roles and services, not whole accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import ROLE
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._documents import is_account, statements, trusted
from policies.rules._grants import trusting

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """No account as a whole may assume the role."""
    for statement in statements(resource.get("assumeRolePolicy")) or ():
        for kind, principal in statement.principals:
            account = kind == "AWS" and is_account(principal)
            if statement.allows and account and not statement.conditions:
                yield Problem(
                    f"assumeRolePolicy trusts all of {principal}; name the role, or ask for sts:ExternalId",
                    "assumeRolePolicy",
                )


RULE = Rule(
    id="iam-trust-narrow",
    title="Roles trust roles and services, not whole accounts",
    severity=Severity.MEDIUM,
    why="An account's root stands for everybody in that account who may assume roles.",
    fix="Name the ARN of the role as Principal, or bind the statement by a condition.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html",
    frameworks=("checkov:CKV_AWS_61",),
    types=ROLE,
    check=check,
    reads=("assumeRolePolicy",),
    kind=trusted,
    passing={"role": (ROLE[0], {"assumeRolePolicy": trusting({"AWS": "arn:aws:iam::123456789012:role/ci"})})},
    failing={"role": (ROLE[0], {"assumeRolePolicy": trusting({"AWS": "arn:aws:iam::123456789012:root"})})},
)
