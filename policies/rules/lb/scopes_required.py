"""Reading and writing each need their scope."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from deployment.tokens import LISTENER_RULE, PARAMETER
from deployment.unknown import UNKNOWN
from policies.checks import mappings, strings
from policies.context import ROOT_TYPE, Context
from policies.finding import Severity
from policies.rule import Problem, Rule, undecided
from policies.rules._alarms import expected_here
from policies.rules._documents import parse_json


def check(context: Context) -> Iterator[Problem]:
    """Each scope of the contract is asked for by some listener rule."""
    if not expected_here(context):
        return
    asked = {
        value
        for rule in context.graph.of_type(*LISTENER_RULE)
        for action in mappings(rule.get("actions"))
        for validation in mappings(action.get("jwtValidation"))
        for claim in mappings(validation.get("additionalClaims"))
        for value in strings(claim.get("values"))
    }
    if any(rule.get("actions") is UNKNOWN for rule in context.graph.of_type(*LISTENER_RULE)):
        yield undecided("actions")
        return
    for parameter in context.graph.of_type(*PARAMETER):
        value = parameter.get("insecureValue")
        limits = parse_json(value) if isinstance(value, str) else None
        for key in ("read_scope", "write_scope"):
            scope = limits.get(key) if isinstance(limits, Mapping) else None
            if isinstance(scope, str) and scope not in asked:
                yield Problem(
                    f"no listener rule asks for the scope {scope} that the contract names "
                    f"({key}); add it to additionalClaims"
                )


RULE = Rule(
    id="edge-scopes-required",
    title="Reading and writing each need their scope",
    severity=Severity.HIGH,
    why="Role-based access rests on it: a token that may read must not write.",
    fix="Add a listener rule for the methods, with the scope in jwtValidation.additionalClaims.",
    source="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-verify-jwt.html",
    check_stack=check,
    passing={
        "root": (ROOT_TYPE, {}),
        "contract": (PARAMETER[0], {"insecureValue": '{"read_scope": "plant.read"}'}),
        "read": (
            LISTENER_RULE[0],
            {"actions": [{"jwtValidation": {"additionalClaims": [{"name": "scope", "values": ["plant.read"]}]}}]},
        ),
    },
    failing={"root": (ROOT_TYPE, {}), "contract": (PARAMETER[0], {"insecureValue": '{"read_scope": "plant.read"}'})},
)
