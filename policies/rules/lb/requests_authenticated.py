"""Requests are authenticated before they are forwarded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import LISTENER, LISTENER_RULE
from deployment.unknown import UNKNOWN
from policies.checks import is_absent, mappings
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule, undecided

if TYPE_CHECKING:
    from collections.abc import Iterator

AUTHENTICATION = ("jwt-validation", "authenticate-oidc", "authenticate-cognito")


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """Whatever forwards to targets first asks who is there (OAuth 2.0)."""
    path = "defaultActions" if resource.type in LISTENER else "actions"
    value = resource.get(path)
    if value is UNKNOWN:
        yield undecided(path)
        return
    kinds = [action.get("type") for action in mappings(value)]
    if "forward" in kinds and not any(kind in AUTHENTICATION for kind in kinds):
        yield Problem(
            f"{path} forwards requests that nobody authenticated; put jwt-validation or authenticate-oidc before it",
            path,
        )
    for action in mappings(value):
        for validation in mappings(action.get("jwtValidation")):
            for key in ("issuer", "jwksEndpoint", "additionalClaims"):
                if is_absent(validation.get(key)):
                    yield Problem(
                        f"{path}: jwtValidation.{key} is not set; give it, so that only the API's own tokens pass", path
                    )


RULE = Rule(
    id="edge-requests-authenticated",
    title="Requests are authenticated before they are forwarded",
    severity=Severity.CRITICAL,
    why=("The API is protected by OAuth 2.0; a rule that forwards without it is an open door beside the locked one."),
    fix=(
        "Put an action of type jwt-validation with issuer, jwksEndpoint and additionalClaims (audience, "
        "scope) before forward."
    ),
    source="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-verify-jwt.html",
    types=(*LISTENER, *LISTENER_RULE),
    check=check,
    passing={
        "read": (
            LISTENER_RULE[0],
            {
                "actions": [
                    {
                        "type": "jwt-validation",
                        "jwtValidation": {
                            "issuer": "https://id",
                            "jwksEndpoint": "https://id/keys",
                            "additionalClaims": [{"name": "aud"}],
                        },
                    },
                    {"type": "forward"},
                ]
            },
        )
    },
    failing={"read": (LISTENER_RULE[0], {"actions": [{"type": "forward"}]})},
)
