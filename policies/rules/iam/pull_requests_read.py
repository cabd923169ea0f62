"""A pull request gets a role that reads, and no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import ROLE, ROLE_POLICY
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._documents import statements
from policies.rules._grants import granting, reads_only, trusting
from policies.rules._permissions import permissions
from policies.rules.iam.github_claims import ISSUER

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A role that a pull request's workflow may assume changes nothing."""
    subjects = [
        subject
        for statement in statements(resource.get("assumeRolePolicy")) or ()
        for subject in statement.condition_values(f"{ISSUER}:sub")
    ]
    if not any(subject.endswith(":pull_request") for subject in subjects):
        return
    for statement in permissions(resource, context) or ():
        writing = [action for action in statement.actions if not reads_only(action)]
        if statement.allows and (writing or statement.not_actions):
            what = writing[0] if writing else "all but some actions"
            yield Problem(
                f"assumeRolePolicy admits pull requests, and its policy allows {what}; trust an environment, "
                "or let it read only",
                "assumeRolePolicy",
            )
            return


_CLAIM = trusting(
    {"Federated": f"arn:aws:iam::123456789012:oidc-provider/{ISSUER}"},
    StringEquals={f"{ISSUER}:aud": "sts.amazonaws.com", f"{ISSUER}:sub": "repo:plant/api:pull_request"},
)

RULE = Rule(
    id="iam-pull-requests-read",
    title="A role for pull requests reads, and changes nothing",
    severity=Severity.CRITICAL,
    why="The workflow of a pull request runs code that nobody has reviewed yet.",
    fix="Trust repo:OWNER/NAME:environment:NAME in the role that deploys; let the other one describe and list.",
    source="https://docs.github.com/en/actions/security-for-github-actions/security-hardening-your-deployments/about-security-hardening-with-openid-connect",
    types=ROLE,
    reads_graph=True,
    check=check,
    passing={
        "ci": (ROLE[0], {"assumeRolePolicy": _CLAIM}),
        "policy": (ROLE_POLICY[0], {"role": "id:ci", "policy": granting("ec2:Describe*")}),
    },
    failing={
        "ci": (ROLE[0], {"assumeRolePolicy": _CLAIM}),
        "policy": (ROLE_POLICY[0], {"role": "id:ci", "policy": granting("ec2:RunInstances")}),
    },
)
