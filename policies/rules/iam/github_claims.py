"""Roles for GitHub Actions admit one repository and one branch or environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import ROLE
from policies.checks import shown
from policies.context import Context
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule
from policies.rules._documents import statements
from policies.rules._grants import trusting

if TYPE_CHECKING:
    from collections.abc import Iterator

ISSUER = "token.actions.githubusercontent.com"


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A role for GitHub Actions admits one repository, in a form that nobody else can claim."""
    for statement in statements(resource.get("assumeRolePolicy")) or ():
        if not statement.allows or not any(
            kind == "Federated" and ISSUER in name for kind, name in statement.principals
        ):
            continue
        for kind, name in statement.principals:
            if kind == "Federated" and not name.endswith(f":oidc-provider/{ISSUER}"):
                yield Problem(f"{name} is not GitHub's provider; name …:oidc-provider/{ISSUER}", "assumeRolePolicy")
        audiences = statement.condition_values(f"{ISSUER}:aud")
        subjects = statement.condition_values(f"{ISSUER}:sub")
        if audiences != ["sts.amazonaws.com"]:
            yield Problem(f"the condition {ISSUER}:aud is not sts.amazonaws.com; set it", "assumeRolePolicy")
        if not subjects:
            yield Problem(
                f"the condition {ISSUER}:sub is not set; give repo:OWNER/NAME:environment:…", "assumeRolePolicy"
            )
        for subject in subjects:
            parts = subject.split(":")
            if len(parts) < 3 or parts[0] != "repo" or "*" in parts[1] or "/" not in parts[1] or parts[2] in ("*", ""):
                yield Problem(
                    f"the condition {ISSUER}:sub is {shown(subject)}; give repo:OWNER/NAME:ref:… or :environment:…",
                    "assumeRolePolicy",
                )


RULE = Rule(
    id="iam-github-claims",
    title="Roles for GitHub Actions admit one repository and one branch or environment",
    severity=Severity.CRITICAL,
    risk=Risk.EXPOSURE,
    why="With a wildcard in the subject, any repository on GitHub, or any fork's pull request, gets the role.",
    fix=(
        "Compare token.actions.githubusercontent.com:sub with repo:OWNER/NAME:environment:NAME, and :aud "
        "with sts.amazonaws.com."
    ),
    source="https://docs.github.com/en/actions/security-for-github-actions/security-hardening-your-deployments/about-security-hardening-with-openid-connect",
    frameworks=("checkov:CKV_AWS_393",),
    types=ROLE,
    check=check,
    passing={
        "ci": (
            ROLE[0],
            {
                "assumeRolePolicy": trusting(
                    {"Federated": f"arn:aws:iam::123456789012:oidc-provider/{ISSUER}"},
                    StringEquals={
                        f"{ISSUER}:aud": "sts.amazonaws.com",
                        f"{ISSUER}:sub": "repo:plant/api:environment:prod",
                    },
                )
            },
        ),
    },
    failing={
        "ci": (
            ROLE[0],
            {
                "assumeRolePolicy": trusting(
                    {"Federated": f"arn:aws:iam::123456789012:oidc-provider/{ISSUER}"},
                    StringLike={f"{ISSUER}:aud": "sts.amazonaws.com", f"{ISSUER}:sub": "repo:*"},
                )
            },
        ),
    },
)
