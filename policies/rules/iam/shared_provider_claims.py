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
from policies.rules._documents import statements
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
}
"""Issuer -> the claim that IAM wants compared, how its values name a company, and what ends that name. The issuer of
GitHub has a rule of its own."""


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """Each statement compares the claim that names the company, and names it without a wildcard."""
    for statement in statements(resource.get("assumeRolePolicy")) or ():
        for kind, name in statement.principals if statement.allows else ():
            issuer = name if name == COGNITO else name.partition("oidc-provider/")[2]
            if kind != "Federated" or issuer not in CLAIMS:
                continue
            claim, form, end = CLAIMS[issuer]
            values = statement.condition_values(f"{issuer}:{claim}")
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
    passing=_claiming("project_path:acme/api:ref_type:branch:ref:main"),
    also_passing=(_claiming("project_path:acme/*"), _pool(aud="us-east-1:12345678-1234-4234-8234-123456789012")),
    failing=_claiming(""),
    also_failing=(_claiming("project_path:*"), _claiming("*"), _pool(amr="authenticated")),
)
