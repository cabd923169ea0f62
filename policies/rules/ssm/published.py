"""The contract is published: 100 ms, 30 ms a query, 10 minutes of cache, 50 items a page."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from deployment.tokens import PARAMETER
from deployment.unknown import SECRET, UNKNOWN
from policies.checks import is_absent, number, shown
from policies.context import ROOT_TYPE, Context
from policies.finding import Severity
from policies.rule import Problem, Rule, undecided
from policies.rules._documents import parse_json

LIMITS = {
    "response_budget_ms": 100,
    "database_query_limit_ms": 30,
    "cache_ttl_seconds": 600,
    "page_size_max": 50,
    "body_size_max_kib": 8,
}
SCHEMA = 1
SCOPES = ("read_scope", "write_scope")


def check(context: Context) -> Iterator[Problem]:
    """One parameter publishes the limits, none looser than the story's."""
    if not context.is_plant_stack:
        return
    contracts = [one for one in context.graph.of_type(*PARAMETER) if "contract" in f"{one.name} {one.get('name')}"]
    if not contracts:
        yield Problem("no parameter publishes the contract; add aws.ssm.Parameter with the limits as JSON")
    for parameter in contracts:
        value = parameter.get("insecureValue") or parameter.get("value")
        if value is UNKNOWN or value is SECRET:
            yield undecided("value")._replace(resource=parameter)
            continue
        limits = parse_json(value) if isinstance(value, str) else None
        if not isinstance(limits, Mapping):
            yield Problem("value is not JSON; publish the limits with their schema version", "value", parameter)
            continue
        if limits.get("schema") != SCHEMA:
            yield Problem(
                f"schema is {shown(limits.get('schema'))}; the application reads {SCHEMA}", "value", parameter
            )
        for key in SCOPES:
            if not isinstance(limits.get(key), str) or not limits.get(key):
                yield Problem(f"{key} is {shown(limits.get(key))}; name the scope", "value", parameter)
        if parameter.get("type") not in ("String", "SecureString", UNKNOWN) or is_absent(parameter.get("name")):
            yield Problem(
                "the parameter needs a name, and type String; the instances read it by that", "type", parameter
            )
        for key, most in LIMITS.items():
            got = number(limits.get(key))
            if got is None or not 0 < got <= most:
                yield Problem(
                    f"{key} is {shown(limits.get(key))}; the story allows more than 0 and at most {most}",
                    "value",
                    parameter,
                )


RULE = Rule(
    id="contract-published",
    title="The contract is published: 100 ms, 30 ms a query, 10 minutes of cache, 50 items a page",
    severity=Severity.MEDIUM,
    why="The application keeps the limits it reads here; alarms and tests are set by the same numbers.",
    fix=(
        "Publish response_budget_ms, database_query_limit_ms, cache_ttl_seconds and page_size_max in the "
        "contract parameter."
    ),
    source="docs/architecture.md, the story's numbers",
    check_stack=check,
    passing={
        "root": (ROOT_TYPE, {}),
        "contract": (
            PARAMETER[0],
            {
                "name": "/plant/contract",
                "type": "String",
                "insecureValue": json.dumps({"schema": 1, "read_scope": "read", "write_scope": "write", **LIMITS}),
            },
        ),
    },
    failing={
        "root": (ROOT_TYPE, {}),
        "contract": (PARAMETER[0], {"value": '{"schema": 1, "response_budget_ms": 500}'}),
    },
)
