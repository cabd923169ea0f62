"""Roles for a CI service that many companies use admit what one company runs there."""

from __future__ import annotations

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

COGNITO: Final = "cognito-identity.amazonaws.com"
"""Issuer of the tokens of every account's identity pools; a principal by its own name, without a provider."""
CLAIMS: Final = {
    "agent.buildkite.com": ("sub", "organization:ACME:", ":"),
    "api.pulumi.com/oidc": ("aud", "ACME", " "),
    COGNITO: ("aud", "ACME", " "),
    "app.terraform.io": ("sub", "organization:ACME:project:…", ":"),
    "gitlab.com": ("sub", "project_path:ACME/…", "/"),
    "oidc.codefresh.io": ("sub", "account:ACME:…", ":"),
    "oidc.vercel.com": ("sub", "owner:ACME:…", ":"),
    "proidc.upbound.io": ("sub", "mcp:ACME/…", "/"),
    "scalr.io": ("sub", "account:ACME:…", ":"),
}
"""Issuer -> the claim that IAM wants compared, how its values name a company, and what ends that name. The issuer of
GitHub has a rule of its own."""
LOGINS: Final = {
    "accounts.google.com": ("aud", "oaud", "sub"),
    "graph.facebook.com": ("app_id", "id"),
    "www.amazon.com": ("app_id", "user_id"),
}
"""Where everybody may sign in -> the claims that say to which application, or who
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html, read 2026-11-27)."""


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """Each statement compares the claim that names the company, and names it without a wildcard."""
    for statement in statements(resource.get("assumeRolePolicy")) or ():
        for kind, name in statement.principals if statement.allows else ():
            issuer = name.partition("oidc-provider/")[2] or name
            if kind == "Federated" and issuer in LOGINS and not _names_application(statement, issuer):
                yield Problem(
                    f"whoever signs in at {issuer} may take the role; compare {issuer}:{LOGINS[issuer][0]} with your "
                    "application's",
                    "assumeRolePolicy",
                )
            if kind != "Federated" or issuer not in CLAIMS:
                continue
            claim, form, end = CLAIMS[issuer]
            values = statement.compared_with(f"{issuer}:{claim}")
            if not values:
                yield Problem(f"the condition {issuer}:{claim} is not set; give {form}", "assumeRolePolicy")
            for value in values:
                prefix = form.partition("ACME")[0]
                company = value.removeprefix(prefix).partition(end)[0]
                if not value.startswith(prefix) or not company or any(sign in company for sign in "*?"):
                    yield Problem(
                        f"the condition {issuer}:{claim} is {shown(value)}; give {form}, the company's name in full",
                        "assumeRolePolicy",
                    )


def _names_application(statement: Statement, issuer: str) -> bool:
    return any(
        bool(values) and all(value.strip("*?") for value in values)
        for claim in LOGINS[issuer]
        for values in [statement.required_values(f"{issuer}:{claim}")]
    )


def _signed_in(operator: str = "StringEquals", **claims: str) -> Example:
    given = {f"accounts.google.com:{claim}": value for claim, value in claims.items()}
    trusted = trusting({"Federated": "accounts.google.com"}, **{operator: given})
    return {"signed-in": (ROLE[0], {"assumeRolePolicy": trusted})}


def _pool(**conditions: str) -> Example:
    given = {f"{COGNITO}:{claim}": value for claim, value in conditions.items()}
    return {"signed-in": (ROLE[0], {"assumeRolePolicy": trusting({"Federated": COGNITO}, StringEquals=given)})}


def _claiming(subject: str) -> Example:
    conditions = {"gitlab.com:aud": "https://gitlab.com", **({"gitlab.com:sub": subject} if subject else {})}
    provider = {"Federated": "arn:aws:iam::123456789012:oidc-provider/gitlab.com"}
    return {"ci": (ROLE[0], {"assumeRolePolicy": trusting(provider, StringLike=conditions)})}


RULE = Rule(
    id="iam-shared-provider-claims",
    title="Roles for a shared CI service name the company that may take them",
    severity=Severity.CRITICAL,
    risk=Risk.REFUSAL,
    why="Everybody with an account there gets tokens of the same issuer; without the claim the role is theirs, too.",
    fix="Compare the claim that the message names with your group or organization.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc_secure-by-default.html",
    refused_by="iam CreateRole and UpdateAssumeRolePolicy: MalformedPolicyDocument, the claim is not evaluated",
    types=ROLE,
    check=check,
    reads=("assumeRolePolicy",),
    kind=trusted,
    passing=_claiming("project_path:acme/api:ref_type:branch:ref:main"),
    also_passing=(
        _claiming("project_path:acme/*"),
        _pool(aud="us-east-1:12345678-1234-4234-8234-123456789012"),
        _signed_in(sub="110000000000000000000"),
    ),
    failing=_claiming(""),
    also_failing=(
        _claiming("project_path:*"),
        _claiming("*"),
        _pool(amr="authenticated"),
        _signed_in("StringLike", sub="*"),
        _signed_in(amr="authenticated"),
    ),
)
