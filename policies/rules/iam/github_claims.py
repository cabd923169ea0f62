"""Roles for GitHub Actions admit repositories of a named owner only."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from deployment.graph import Resource
from deployment.tokens import ROLE
from policies.checks import shown
from policies.context import Context
from policies.examples import Example
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule
from policies.rules._documents import Statement, statements, trusted
from policies.rules._grants import trusting

if TYPE_CHECKING:
    from collections.abc import Iterator

ISSUER = "token.actions.githubusercontent.com"


OWNER: Final = re.compile(
    r"(?:repo|repository|job_workflow_ref):[^*?/:]+/.+"
    r"|(?:repository_owner|repository_owner_id|repository_id|enterprise|enterprise_id):[^*?:]+(?::.*)?"
)
"""Subjects that name an owner: as GitHub writes them, and as an owner may have them written. What comes first has to,
because everybody has their own repositories' subjects begin with a branch, an environment or a workflow of any name
(https://docs.github.com/en/actions/reference/security/oidc, read 2026-11-27)."""
CLAIMS: Final = {"repository": "/", "repository_id": "", "enterprise_id": ""}
"""Claims that IAM compares beside the subject since 2026-01, and what ends the owner in them."""


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A role for GitHub Actions admits the repositories of a named owner, in a form that nobody else can claim."""
    for statement in statements(resource.get("assumeRolePolicy")) or ():
        issuers = [_issuer(name) for kind, name in statement.principals if kind == "Federated" and ISSUER in name]
        if not statement.allows or not issuers or _names_owner(statement, issuers[0]):
            continue
        claim = f"{issuers[0]}:sub"
        subjects = statement.compared_with(claim)
        if not subjects:
            yield Problem(f"the condition {claim} is not set; give repo:OWNER/NAME:environment:…", "assumeRolePolicy")
        for subject in subjects:
            if not OWNER.fullmatch(subject):
                yield Problem(
                    f"the condition {claim} is {shown(subject)}; give repo:OWNER/NAME:ref:… or :environment:…",
                    "assumeRolePolicy",
                )


def _names_owner(statement: Statement, issuer: str) -> bool:
    """True when a claim other than the subject says whose repositories are admitted."""
    return any(
        bool(values) and not any(sign in value.partition(end or "\0")[0] for value in values for sign in "*?")
        for claim, end in CLAIMS.items()
        for values in [statement.required_values(f"{issuer}:{claim}")]
    )


def _issuer(provider: str) -> str:
    """The issuer that a provider's ARN names, an enterprise's own (``ISSUER/ENTERPRISE``) included."""
    return provider[provider.index(ISSUER) :]


def _claiming(subject: str, operator: str = "StringLike", issuer: str = ISSUER, **claims: str) -> Example:
    told = {**({"sub": subject} if subject else {}), **claims}
    conditions = {f"{issuer}:{claim}": value for claim, value in {"aud": "sts.amazonaws.com", **told}.items()}
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
    reads=("assumeRolePolicy",),
    kind=trusted,
    passing=_claiming("repo:plant/api:environment:prod", "StringEquals"),
    failing=_claiming("repo:*"),
    also_passing=(
        _claiming("repo:plant/api:*"),
        _claiming("repo:plant/*:ref:refs/heads/main"),
        _claiming("repo:plant/api:*", issuer=f"{ISSUER}/plants"),
        _claiming("repository_owner:plant:environment:prod", "StringEquals"),
        _claiming("job_workflow_ref:plant/workflows/.github/workflows/deploy.yml@*"),
        _claiming("", "StringEquals", repository_id="42"),
        _claiming("*:environment:prod", repository="plant/*"),
    ),
    also_failing=(
        _claiming(""),
        _claiming("repo:plant*/api:*"),
        _claiming("*"),
        _claiming("", issuer=f"{ISSUER}/plants"),
        _claiming("*", issuer=f"{ISSUER}/plants"),
        _claiming("repo:other/api:*", "StringNotLike"),
        _claiming("repository_owner:plant*"),
        _claiming("environment:prod:repo:plant/api"),
        _claiming("", repository="*/api"),
        _claiming("", "StringEquals", actor="gardener"),
        _claiming("", "StringEqualsIfExists", repository_id="42"),
    ),
)
