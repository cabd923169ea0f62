"""Tokens of each kind of issuer: what the load balancer is told to compare."""

import pytest

from deployment.reader import graph_from_json
from infra.settings.token_dialects import DIALECTS
from workbench.preview.synthesis import synthesize

CLAIMS = {
    "rfc9068": [("aud", "single-string", "plant-api"), ("scope", "space-separated-values", "plant.read")],
    "auth0": [("aud", "single-string", "plant-api"), ("scope", "space-separated-values", "plant.read")],
    "cognito": [("client_id", "single-string", "plant-api"), ("scope", "space-separated-values", "plant.read")],
    "entra": [("aud", "single-string", "plant-api"), ("scp", "space-separated-values", "plant.read")],
    "entra-app": [("aud", "single-string", "plant-api"), ("roles", "string-array", "plant.read")],
    "keycloak": [("aud", "single-string", "plant-api"), ("scope", "space-separated-values", "plant.read")],
    "okta": [("aud", "single-string", "plant-api"), ("scp", "string-array", "plant.read")],
}
"""By the issuers' documents (infra/settings/token_dialects.py names them)."""


TOKENS = {
    "rfc9068": ({"aud": "plant-api", "scope": "openid plant.read"}, {"aud": "plant-api", "scope": "plant.reader"}),
    "auth0": ({"aud": "plant-api", "scope": "plant.read plant.write"}, {"aud": "other", "scope": "plant.read"}),
    "cognito": ({"client_id": "plant-api", "scope": "plant.read"}, {"client_id": "other", "scope": "plant.read"}),
    "entra": ({"aud": "plant-api", "scp": "User.Read plant.read"}, {"aud": "plant-api", "roles": ["plant.read"]}),
    "entra-app": ({"aud": "plant-api", "roles": ["plant.read"]}, {"aud": "plant-api", "scp": "plant.read"}),
    "keycloak": ({"aud": "plant-api", "scope": "email plant.read"}, {"aud": ["account"], "scope": "plant.read"}),
    "okta": ({"aud": "plant-api", "scp": ["openid", "plant.read"]}, {"aud": "plant-api", "scp": "plant.read"}),
}
"""Kind of issuer -> claims of a token that it gives for reading, and of one that is not for this API or for reading."""


def admits(asked, token):
    """Whether claims hold what is asked, by JwtValidationActionAdditionalClaim's three formats (ELB API reference)."""
    values = {
        "single-string": lambda held: [held] if isinstance(held, str) else [],
        "string-array": lambda held: held if isinstance(held, list) else [],
        "space-separated-values": lambda held: held.split() if isinstance(held, str) else [],
    }
    return all(value in values[form](token.get(name)) for name, form, value in asked)


@pytest.mark.parametrize("issuer", TOKENS)
def test_a_token_of_each_kind_of_issuer_passes_and_one_for_something_else_does_not(issuer):
    right, wrong = TOKENS[issuer]
    asked = claims(issuer_kind=issuer)
    assert admits(asked, right)
    assert not admits(asked, wrong)


def claims(**settings):
    overrides = {f"plant:edge.authentication.{key}": value for key, value in settings.items()}
    graph = graph_from_json(synthesize("prod", overrides=overrides), "tokens")
    (rule,) = (found for found in graph.of_type("aws:lb/listenerRule:ListenerRule") if found.name.endswith("-read"))
    return [
        (one["name"], one["format"], *one["values"])
        for one in rule.get("actions[0].jwtValidation.additionalClaims")
    ]  # fmt: skip


@pytest.mark.parametrize("issuer", DIALECTS)
def test_each_kind_of_issuer_is_asked_in_its_own_words(issuer):
    assert claims(issuer_kind=issuer) == CLAIMS[issuer]
    assert DIALECTS[issuer].source


def test_settings_say_what_an_issuer_does_otherwise():
    assert claims(issuer_kind="auth0", audience_format="string-array", scope_claim="permissions",
                  scope_format="string-array") == [
        ("aud", "string-array", "plant-api"),
        ("permissions", "string-array", "plant.read"),
    ]  # fmt: skip
