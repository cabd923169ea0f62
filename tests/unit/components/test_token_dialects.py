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
