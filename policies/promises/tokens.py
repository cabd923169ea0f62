"""Requests reach the service only with a token of its own, and change something only with the scope for it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, TypeAlias

from deployment.graph import Resource
from deployment.tokens import LISTENER, LISTENER_RULE, PARAMETER
from policies.checks import is_absent, mappings, number, strings, unasked
from policies.context import ROOT_TYPE, Context
from policies.examples import but, each
from policies.finding import Severity
from policies.promises._contract import limits_of
from policies.promises._listener_rules import ListenerRules
from policies.promises._traffic import actions_of
from policies.rule import Problem, Rule
from policies.rules._globs import fits

AUDIENCE: Final = ("aud", "client_id", "azp")
"""Claims in which issuers write for whom a token is; one that asks for the contract's audience is another."""
SCOPE: Final = ("scope", "scp", "roles", "permissions")
"""Claims in which issuers write what a token may do; a claim that asks for a scope of the contract is another."""
SIGNING_IN: Final = ("authenticate-oidc", "authenticate-cognito")
READING: Final = "GET"
CHANGING: Final = ("POST", "PUT", "PATCH", "DELETE")
DEFAULT_PRIORITY: Final = 50_001
"""After every rule's: AWS takes 1 to 50,000."""

Answers: TypeAlias = Callable[[Resource], tuple[str, ...]]
"""Rule -> methods with which it answers a request for its own host and path."""


@dataclass(frozen=True, slots=True)
class Token:
    """What a client shows."""

    what: str
    scopes: frozenset[str] = frozenset()
    contract: frozenset[str] = frozenset()
    """Every scope that the contract names."""
    audience: object = None
    """For whom the contract wants a token to be."""
    own: bool = True
    """True when it was issued for this API; its audience then fits whatever is asked for."""


def check(context: Context) -> Iterator[Problem]:
    """Send each kind of request with each kind of token: what gets through is what should."""
    limits = limits_of(context)
    read, write = limits.get("read_scope"), limits.get("write_scope")
    audience = limits.get("audience")
    strangers = (Token("no token", own=False), Token("a token of another application", audience=audience, own=False))
    for rules in by_listener(context).values():
        answered = answers(rules)
        for rule in rules:
            reached = [(token, method) for token in strangers for method in through(rule, answered, token)]
            if reached:
                token, method = reached[0]
                yield Problem(
                    f"{method} with {token.what} gets through; put jwt-validation with issuer, jwksEndpoint and the "
                    "claim aud before forward",
                    path_of(rule),
                    rule,
                )
        if isinstance(read, str) and isinstance(write, str):
            yield from scope_problems(rules, answered, read, write, audience)


def scope_problems(
    rules: Sequence[Resource], answered: Answers, read: str, write: str, audience: object
) -> Iterator[Problem]:
    """A reader's token that changes something, and an honest one that is refused."""
    every = frozenset({read, write})
    reader = Token(f"the scope {read}", frozenset({read}), every, audience)
    writer = Token(f"the scope {write}", every, every, audience)
    jwt = [rule for rule in rules if any(action.get("type") == "jwt-validation" for action in actions_of(rule))]
    for rule in jwt:
        changing = [method for method in through(rule, answered, reader) if method in CHANGING]
        if changing:
            yield Problem(
                f"{changing[0]} with {reader.what} alone gets through; ask for {write} there, or add the condition "
                "httpRequestMethod GET and HEAD",
                path_of(rule),
                rule,
            )
    for token, method in ((reader, READING), (writer, CHANGING[0])):
        if jwt and not any(method in through(rule, answered, token) for rule in jwt):
            yield Problem(
                f"{method} with {token.what} is refused everywhere; let a listener rule ask for that scope alone",
                path_of(jwt[0]),
                jwt[0],
            )


def by_listener(context: Context) -> dict[str, list[Resource]]:
    """Listener -> its rules in the order of their priorities, then itself with its default actions."""
    found: dict[str, list[Resource]] = {}
    for rule in context.graph.of_type(*LISTENER_RULE):
        found.setdefault(str(rule.get("listenerArn")), []).append(rule)
    for listener in context.graph.of_type(*LISTENER):
        found.setdefault(str(listener.outputs.get("arn")), []).append(listener)
    return {arn: sorted(rules, key=priority) for arn, rules in found.items()}


def priority(rule: Resource) -> int:
    """Place of a rule among those of its listener; AWS asks the lowest first."""
    return DEFAULT_PRIORITY if rule.type in LISTENER else int(number(rule.get("priority")) or 0)


def through(rule: Resource, answered: Answers, token: Token) -> Iterator[str]:
    """Methods with which a request for the host and path of `rule` is answered by it, and reaches a target."""
    methods = answered(rule)
    if methods and forwards(rule, token):
        yield from methods


def answers(rules: Sequence[Resource]) -> Answers:
    """Tells with which methods a rule of a listener answers a request for its own host and path.

    The request meets what else the rule asks for, like a query or an address, and of the other rules nothing of it.
    Requests and rules are each looked at once, whoever shows what: a listener's rules are met by many tokens.
    """
    ordered = ListenerRules(rules)

    @cache
    def usual(host: str, path: str, method: str) -> Resource | None:
        request = {"hostHeader": host, "pathPattern": path, "httpRequestMethod": method}
        return next((one for one in ordered.that_may_take(request) if takes(one, request) and not asks_more(one)), None)

    def first(rule: Resource, host: str, path: str, method: str) -> Resource | None:
        if not may_ask_more(rule):
            return usual(host, path, method)
        request = {"hostHeader": host, "pathPattern": path, "httpRequestMethod": method}
        able = (one for one in ordered.that_may_take(request) if takes(one, request))
        return next((one for one in able if one is rule or not asks_more(one)), None)

    found: dict[str, tuple[str, ...]] = {}

    def answered(rule: Resource) -> tuple[str, ...]:
        if rule.urn not in found:
            host, path = (named(rule, place) for place in ("hostHeader", "pathPattern"))
            found[rule.urn] = tuple(
                method for method in (READING, *CHANGING) if first(rule, host, path, method) is rule
            )
        return found[rule.urn]

    return answered


def takes(rule: Resource, request: Mapping[str, str]) -> bool:
    """True when each condition of the rule that is about the host, the path or the method fits the request."""
    for condition in mappings(rule.get("conditions")):
        for place, value in request.items():
            for one in mappings(condition.get(place)):
                if not any(fits(value, pattern) for pattern in strings(one.get("values"))):
                    return False
    return True


def asks_more(rule: Resource) -> bool:
    """True for a rule with conditions on more than the host, the path and the method."""
    return any(condition.get(place) for condition in mappings(rule.get("conditions")) for place in MORE)


def may_ask_more(rule: Resource) -> bool:
    """As `asks_more`, and for a rule with such a condition that can't be read; it counts as looked at by nobody."""
    return any(
        not is_absent(unasked(condition, place)) for condition in mappings(rule.get("conditions")) for place in MORE
    )


MORE: Final = ("queryStrings", "sourceIp", "httpHeader")


def named(rule: Resource, place: str) -> str:
    """A host or path that the rule is for."""
    values = [value for one in rule.all(f"conditions[*].{place}.values[*]") for value in strings(one)]
    return values[0].replace("*", "x").replace("?", "x") if values else "x"


def forwards(rule: Resource, token: Token) -> bool:
    """True when a request with `token` passes every action before the one that forwards it."""
    for action in sorted(actions_of(rule), key=lambda one: number(one.get("order")) or 0):
        kind = action.get("type")
        if kind in SIGNING_IN and not token.own:
            return False
        if kind == "jwt-validation" and not valid(action, token):
            return False
        if kind == "forward":
            return True
    return False


def valid(action: Mapping[str, Any], token: Token) -> bool:
    """True when the load balancer takes the token: for its audience, and with the scopes that it asks for."""
    claims = [
        claim
        for validation in mappings(action.get("jwtValidation"))
        for claim in mappings(validation.get("additionalClaims"))
    ]
    if token.what == "no token":
        return False
    asked = [(claim.get("name"), set(strings(claim.get("values")))) for claim in claims]
    if not token.own:
        return not any(name in AUDIENCE or token.audience in values for name, values in asked if values)
    rights = [
        values for name, values in asked if token.audience not in values and (name in SCOPE or token.contract & values)
    ]
    return all(token.scopes & values for values in rights)


def path_of(rule: Resource) -> str:
    """Where the rule has its actions."""
    return "defaultActions" if rule.type in LISTENER else "actions"


def _rule(number: int, scope: str, *methods: str) -> tuple[str, dict[str, Any]]:
    claims = [{"name": "aud", "values": ["api"]}, {"name": "scope", "values": [scope]}]
    conditions = [{"httpRequestMethod": {"values": list(methods)}}] if methods else []
    return LISTENER_RULE[0], {
        "listenerArn": "arn:https",
        "priority": number,
        "conditions": [{"pathPattern": {"values": ["/v1/*"]}}, *conditions],
        "actions": [
            {"type": "jwt-validation", "order": 1, "jwtValidation": {"additionalClaims": claims}},
            {"type": "forward", "order": 2, "targetGroupArn": "arn:stable"},
        ],
    }


_LIMITS: Final = {"audience": "api", "read_scope": "api.read", "write_scope": "api.write", "response_budget_ms": 100}
_REFUSING: Final = [{"type": "fixed-response", "fixedResponse": {"statusCode": "404"}}]
_GOOD: Final[dict[str, Any]] = {
    "root": (ROOT_TYPE, {}),
    "contract": (PARAMETER[0], {"insecureValue": json.dumps(_LIMITS)}),
    "https": (LISTENER[0], {"defaultActions": _REFUSING}),
    "read": _rule(1, "api.read", "GET", "HEAD"),
    "write": _rule(2, "api.write"),
}


def _by_query(actions: list[dict[str, Any]]) -> tuple[str, dict[str, Any]]:
    conditions = [{"queryStrings": [{"key": "page_size", "value": "6?"}]}]
    return LISTENER_RULE[0], {"listenerArn": "arn:https", "priority": 0, "conditions": conditions, "actions": actions}


_SIGN_IN: Final = {"type": "authenticate-oidc", "order": 1}

RULE = Rule(
    id="edge-requests-authenticated",
    title="Requests reach the service only with a token of its own, with the scope for what they do",
    severity=Severity.CRITICAL,
    why="The API is protected by OAuth 2.0; a rule that forwards without it is an open door beside the locked one.",
    fix="Put jwt-validation before forward, with the claims aud and scope: the read scope for GET and HEAD only.",
    source="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-verify-jwt.html",
    check_stack=check,
    walks=True,
    passing=_GOOD,
    also_passing=(
        but(_GOOD, {"read.actions[0]": _SIGN_IN, "write.actions[0]": _SIGN_IN}),
        *each(
            _GOOD,
            {f"{rule}.actions[0].jwtValidation.additionalClaims[1].name": "roles" for rule in ("read", "write")},
            {f"{rule}.actions[0].jwtValidation.additionalClaims[1].name": "rights" for rule in ("read", "write")},
            {f"{rule}.actions[0].jwtValidation.additionalClaims[0].name": "for" for rule in ("read", "write")},
            {"refusal": _by_query(_REFUSING)},
        ),
    ),
    failing=but(_GOOD, {"read.actions": [{"type": "forward", "targetGroupArn": "arn:stable"}]}),
    also_failing=each(
        _GOOD,
        {"https.defaultActions": [{"type": "forward", "targetGroupArn": "arn:stable"}]},
        {"read.actions[0].jwtValidation.additionalClaims[0].values": []},
        {"read.actions[0].jwtValidation.additionalClaims[0]": {"name": "token_use", "values": ["access"]}},
        {"write.actions[0].order": 3},
        {"shortcut": _by_query([{"type": "forward", "targetGroupArn": "arn:stable"}])},
        {"read.conditions[1]": None},
        {"write": None},
        {"write": _rule(2, "api.admin")},
        {"read": None},
        {"read": _rule(1, "api.write", "GET", "HEAD"), "write": None},
    ),
)
