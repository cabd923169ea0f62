"""Roles for GitHub Actions admit repositories of a named owner only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import ROLE
from policies.checks import shown
from policies.context import Context
from policies.examples import Example
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule
from policies.rules._documents import statements
from policies.rules._grants import trusting

if TYPE_CHECKING:
    from collections.abc import Iterator

ISSUER = "token.actions.githubusercontent.com"


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A role for GitHub Actions admits the repositories of a named owner, in a form that nobody else can claim."""
    for statement in statements(resource.get("assumeRolePolicy")) or ():
        issuers = [_issuer(name) for kind, name in statement.principals if kind == "Federated" and ISSUER in name]
        if not statement.allows or not issuers:
            continue
        claim = f"{issuers[0]}:sub"
        subjects = statement.condition_values(claim)
        if not subjects:
            yield Problem(f"the condition {claim} is not set; give repo:OWNER/NAME:environment:…", "assumeRolePolicy")
        for subject in subjects:
            kind, _, repository = subject.partition(":")
            owner, _, name = repository.partition("/")
            if kind != "repo" or not name or any(sign in owner for sign in "*?"):
                yield Problem(
                    f"the condition {claim} is {shown(subject)}; give repo:OWNER/NAME:ref:… or :environment:…",
                    "assumeRolePolicy",
                )


def _issuer(provider: str) -> str:
    """The issuer that a provider's ARN names, an enterprise's own (``ISSUER/ENTERPRISE``) included."""
    return provider[provider.index(ISSUER) :]


def _claiming(subject: str, operator: str = "StringLike", issuer: str = ISSUER) -> Example:
    conditions = {f"{issuer}:aud": "sts.amazonaws.com", **({f"{issuer}:sub": subject} if subject else {})}
    provider = {"Federated": f"arn:aws:iam::123456789012:oidc-provider/{issuer}"}
    return {"ci": (ROLE[0], {"assumeRolePolicy": trusting(provider, **{operator: conditions})})}


RULE = Rule(
    id="iam-github-claims",
    title="Roles for GitHub Actions admit repositories of a named owner",
    severity=Severity.CRITICAL,
    risk=Risk.EXPOSURE,
    why="Whoever has an account on GitHub can claim a subject whose owner is not named, and gets the role.",
    fix="Compare token.actions.githubusercontent.com:sub with repo:OWNER/NAME:environment:NAME.",
    source="https://docs.github.com/en/actions/security-for-github-actions/security-hardening-your-deployments/about-security-hardening-with-openid-connect",
    frameworks=("checkov:CKV_AWS_393",),
    types=ROLE,
    check=check,
    passing=_claiming("repo:plant/api:environment:prod", "StringEquals"),
    failing=_claiming("repo:*"),
    also_passing=(
        _claiming("repo:plant/api:*"),
        _claiming("repo:plant/*:ref:refs/heads/main"),
        _claiming("repo:plant/api:*", issuer=f"{ISSUER}/plants"),
    ),
    also_failing=(
        _claiming(""),
        _claiming("repo:plant*/api:*"),
        _claiming("*"),
        _claiming("", issuer=f"{ISSUER}/plants"),
        _claiming("*", issuer=f"{ISSUER}/plants"),
    ),
)
