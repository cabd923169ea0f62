"""Roles trust named principals only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import ROLE
from policies.context import Context
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule, undecided
from policies.rules._documents import statements
from policies.rules._grants import trusting

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """Nobody unnamed may assume the role, and no whole account."""
    found = statements(resource.get("assumeRolePolicy"))
    if found is None:
        yield undecided("assumeRolePolicy")
        return
    for statement in found:
        if not statement.allows:
            continue
        for kind, principal in statement.principals:
            if kind == "AWS" and ("*" in principal or principal.endswith(":root") or principal.isdigit()):
                yield Problem(
                    f"assumeRolePolicy trusts {principal}; name the role or the service that assumes it",
                    "assumeRolePolicy",
                )
            elif kind == "Service" and principal == "*":
                yield Problem("assumeRolePolicy trusts every AWS service; name one", "assumeRolePolicy")
            elif kind == "Federated" and "*" in principal:
                yield Problem(
                    f"assumeRolePolicy trusts the identity provider {principal}; name one by its ARN",
                    "assumeRolePolicy",
                )
        wide = [action for action in statement.actions if action.endswith("*")]
        if wide:
            yield Problem(
                f"assumeRolePolicy allows {wide[0]}; name sts:AssumeRole, or with web identity or SAML",
                "assumeRolePolicy",
            )
        if statement.excludes_principals:
            yield Problem(
                "assumeRolePolicy trusts everybody but a few (NotPrincipal); use Principal", "assumeRolePolicy"
            )


RULE = Rule(
    id="iam-trust-named",
    title="Roles trust named principals only",
    severity=Severity.CRITICAL,
    risk=Risk.EXPOSURE,
    why=("Whoever is trusted has all of the role's rights; an account root stands for everybody in that account."),
    fix="Give assumeRolePolicy a service or the ARN of a role as Principal.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html",
    frameworks=("checkov:CKV_AWS_60", "checkov:CKV_AWS_61"),
    types=ROLE,
    check=check,
    passing={"role": (ROLE[0], {"assumeRolePolicy": trusting({"Service": "ec2.amazonaws.com"})})},
    failing={"role": (ROLE[0], {"assumeRolePolicy": trusting({"AWS": "*"})})},
)
