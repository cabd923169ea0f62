"""Whoever may only read can't change anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from deployment.graph import Resource
from deployment.tokens import LISTENER, LISTENER_RULE, PARAMETER
from policies.checks import is_absent, mappings, number, strings
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._contract import limits_of

READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
CHECKING: Final = ("jwt-validation", "authenticate-oidc", "authenticate-cognito")
FORMS: Final = {"scope": ("space-separated-values", "string-array"), "scp": ("space-separated-values", "string-array")}
"""Claim -> the forms in which several values can be told apart."""


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A token is checked before the request goes on, for audience and scope, and the scope fits the methods."""
    path = "defaultActions" if resource.type in LISTENER else "actions"
    actions = mappings(resource.get(path))
    yield from order_problems(actions, path)
    checked = [one for action in actions for one in mappings(action.get("jwtValidation"))]
    for validation in checked:
        yield from claim_problems(validation, path)
    scopes = {
        value for one in checked for claim in claims_of(one, "scope", "scp") for value in strings(claim.get("values"))
    }
    contract = limits_of(context)
    read, write = contract.get("read_scope"), contract.get("write_scope")
    if not checked or not isinstance(read, str) or not isinstance(write, str):
        return
    for scope in sorted(scopes - {read, write}):
        yield Problem(f"{path} asks for the scope {scope}, which the contract does not name ({read}, {write})", path)
    methods = {
        value
        for condition in mappings(resource.get("conditions"))
        for one in mappings(condition.get("httpRequestMethod"))
        for value in strings(one.get("values"))
    }
    if write not in scopes and not (methods and methods <= READING):
        told = ", ".join(sorted(methods - READING)) or "every method"
        yield Problem(
            f"{path} asks for {', '.join(sorted(scopes)) or 'no scope'} and lets {told} through; ask for {write}, or "
            "add the "
            "condition httpRequestMethod GET and HEAD",
            path,
        )


def order_problems(actions: list[Mapping[str, Any]], path: str) -> Iterator[Problem]:
    """Actions that come before the one that asks who is there."""
    orders = {str(action.get("type")): number(action.get("order")) for action in actions}
    forward = orders.get("forward")
    for kind in CHECKING:
        asked = orders.get(kind)
        if kind in orders and "forward" in orders and (asked is None or forward is None or asked >= forward):
            yield Problem(f"{path}: {kind} has no order before that of forward; give 1 and 2", path)
    for action in actions:
        block = BLOCKS.get(str(action.get("type")))
        if block and all(is_absent(action.get(key)) for key in block):
            yield Problem(f"{path}: an action of type {action.get('type')} has no {block[0]}; give it", path)


BLOCKS: Final = {
    "jwt-validation": ("jwtValidation",),
    "authenticate-oidc": ("authenticateOidc",),
    "authenticate-cognito": ("authenticateCognito",),
    "fixed-response": ("fixedResponse",),
    "redirect": ("redirect",),
    "forward": ("forward", "targetGroupArn"),
}
"""Type of action -> where its settings are."""


def claim_problems(validation: Mapping[str, Any], path: str) -> Iterator[Problem]:
    """What a token is not asked for."""
    for key in ("issuer", "jwksEndpoint"):
        value = validation.get(key)
        if isinstance(value, str) and not value.startswith("https://"):
            yield Problem(f"{path}: jwtValidation.{key} is no https address", path)
    if not claims_of(validation, "aud", "client_id", "azp"):
        yield Problem(f"{path}: no claim says for whom the token is; ask for aud in additionalClaims", path)
    for claim in mappings(validation.get("additionalClaims")):
        forms = FORMS.get(str(claim.get("name")))
        if forms and claim.get("format") not in forms:
            yield Problem(
                f"{path}: the claim {claim.get('name')} is no {claim.get('format')}; set format {forms[0]}", path
            )
        if "" in strings(claim.get("values")) or is_absent(claim.get("values")):
            yield Problem(f"{path}: the claim {claim.get('name')} is compared with nothing; give values", path)


def claims_of(validation: Mapping[str, Any], *names: str) -> list[Mapping[str, Any]]:
    """Claims of a validation that have one of `names`, and values."""
    return [
        claim
        for claim in mappings(validation.get("additionalClaims"))
        if claim.get("name") in names and not is_absent(claim.get("values"))
    ]


def _rule(*methods: str) -> tuple[str, dict[str, Any]]:
    validation = {
        "issuer": "https://login.example.com",
        "jwksEndpoint": "https://login.example.com/keys",
        "additionalClaims": [
            {"name": "aud", "format": "single-string", "values": ["api"]},
            {"name": "scope", "format": "space-separated-values", "values": ["api.read"]},
        ],
    }
    return LISTENER_RULE[0], {
        "conditions": [{"httpRequestMethod": {"values": list(methods)}}],
        "actions": [
            {"type": "jwt-validation", "order": 1, "jwtValidation": validation},
            {"type": "forward", "order": 2, "targetGroupArn": "arn:stable"},
        ],
    }


_CONTRACT: Final = (
    PARAMETER[0],
    {"insecureValue": '{"read_scope": "api.read", "write_scope": "api.write", "response_budget_ms": 100}'},
)

RULE = Rule(
    id="edge-scopes-fit-methods",
    title="Whoever may only read can't change anything",
    severity=Severity.CRITICAL,
    why="A token to read with that also changes is no token to read with.",
    fix="Ask for the write scope in every rule that lets more than GET and HEAD through; put the check before forward.",
    source="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-verify-jwt.html",
    types=(*LISTENER, *LISTENER_RULE),
    reads_graph=True,
    check=check,
    passing={"contract": _CONTRACT, "read": _rule("GET", "HEAD")},
    failing={"contract": _CONTRACT, "read": _rule("GET", "POST")},
)
