"""Roles trust named principals only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import ROLE
from policies.context import Context
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule
from policies.rules._documents import is_public, statements, trusted
from policies.rules._grants import trusting

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """Nobody unnamed may assume the role."""
    for statement in statements(resource.get("assumeRolePolicy")) or ():
        if is_public(statement):
            yield Problem(
                "assumeRolePolicy trusts everybody; name the role or the service that assumes it", "assumeRolePolicy"
            )


RULE = Rule(
    id="iam-trust-named",
    title="Roles trust named principals only",
    severity=Severity.CRITICAL,
    risk=Risk.EXPOSURE,
    why="Whoever is trusted has all of the role's rights.",
    fix="Give assumeRolePolicy a service or the ARN of a role as Principal, or bind it by aws:PrincipalOrgID.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html",
    frameworks=("checkov:CKV_AWS_60",),
    types=ROLE,
    check=check,
    reads=("assumeRolePolicy",),
    kind=trusted,
    passing={"role": (ROLE[0], {"assumeRolePolicy": trusting({"Service": "ec2.amazonaws.com"})})},
    failing={"role": (ROLE[0], {"assumeRolePolicy": trusting({"AWS": "*"})})},
    also_failing=({"role": (ROLE[0], {"assumeRolePolicy": trusting({"Federated": "*"})})},),
    also_passing=(
        {
            "role": (
                ROLE[0],
                {"assumeRolePolicy": trusting({"AWS": "*"}, StringEquals={"aws:PrincipalOrgID": "o-a1b2c3d4e5"})},
            )
        },
    ),
)
