"""The contract is published, no looser than the story's, and the instances start with it."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from deployment.graph import Resource
from deployment.tokens import (
    INSTANCE_PROFILE,
    LAUNCH_TEMPLATE,
    LISTENER_RULE,
    PARAMETER,
    ROLE,
    ROLE_POLICY,
    SCALING_GROUP,
    TARGET_GROUP,
)
from policies.checks import number, shown, strings
from policies.context import ROOT_TYPE, Context
from policies.examples import but, each
from policies.finding import Severity
from policies.promises._contract import contracts
from policies.promises._traffic import serving_fleets
from policies.rule import Problem, Rule
from policies.rules._permissions import lacking, role_at
from policies.rules._reach import templates_of
from policies.rules._user_data import Names, script_of

LIMITS: Final = {
    "response_budget_ms": 100,
    "database_query_limit_ms": 30,
    "cache_ttl_seconds": 600,
    "page_size_max": 50,
    "body_size_max_kib": 8,
}
"""Limit of the contract -> the most that the story allows."""
READING: Final = "ssm:GetParameter"


def check(context: Context) -> Iterator[Problem]:
    """A parameter holds the limits; each instance that serves is told its name, and may read it."""
    published = contracts(context)
    if not published:
        yield Problem(
            "no parameter publishes the contract; add an aws.ssm.Parameter with the limits as JSON, "
            "response_budget_ms among them"
        )
    for parameter, limits in published:
        yield from loose(parameter, limits)
    named: dict[str, list[Resource]] = {}
    for parameter, _ in published:
        for name in strings(parameter.get("name")):
            named.setdefault(name, []).append(parameter)
    names = Names(named)
    for fleet in serving_fleets(context) if published else ():
        for template in templates_of(fleet, context):
            script = script_of(template)
            told = [one for name in sorted(names.inside(script or "")) for one in named[name]]
            yield from least(list(unread(one, script, template, context)) for one in told or [published[0][0]])


def least(found: Iterator[list[Problem]]) -> list[Problem]:
    """What is wrong with the first, or nothing, where one of them is sound."""
    first = next(found)
    return first and next((problems for problems in found if not problems), first)


def loose(parameter: Resource, limits: Mapping[str, Any]) -> Iterator[Problem]:
    """Limits that are missing, or looser than the story's."""
    wrong = [
        f"{key} is {shown(limits.get(key))} (at most {most})"
        for key, most in LIMITS.items()
        if not 0 < (number(limits.get(key)) or 0) <= most
    ]
    wrong += [f"{key} is not set" for key in ("schema", "read_scope", "write_scope") if not limits.get(key)]
    if wrong:
        yield Problem(f"the contract is not the story's: {', '.join(wrong)}", "value", parameter)


def unread(parameter: Resource, script: str | None, template: Resource, context: Context) -> Iterator[Problem]:
    """Whether an instance of `template`, which starts with `script`, could read `parameter`."""
    names = strings(parameter.get("name"))
    if script is not None and not any(name in script for name in names):
        yield Problem(f"userData does not name the contract ({shown(names)}); add it", "userData", template)
    for profile in context.graph.referenced(template, "iamInstanceProfile", *INSTANCE_PROFILE):
        role = role_at(profile, "role", context)
        for arn in strings(parameter.outputs.get("arn")) if role is not None else ():
            if role is not None and list(lacking(role, [(READING, arn)], context)):
                yield Problem(f"{role.name} does not allow {READING} on {arn}; add it", "iamInstanceProfile", template)


_LIMITS: Final = {**LIMITS, "schema": 1, "read_scope": "api.read", "write_scope": "api.write"}
_ALLOWING: Final = {"Effect": "Allow", "Action": READING, "Resource": "arn:contract"}
_GOOD: Final[dict[str, Any]] = {
    "root": (ROOT_TYPE, {}),
    "contract": (PARAMETER[0], {"name": "/api/contract", "insecureValue": json.dumps(_LIMITS)}),
    "read": (LISTENER_RULE[0], {"actions": [{"type": "forward", "targetGroupArn": "arn:stable"}]}),
    "stable": (TARGET_GROUP[0], {}),
    "fleet": (SCALING_GROUP[0], {"targetGroupArns": ["arn:stable"], "launchTemplate": {"id": "id:template"}}),
    "template": (
        LAUNCH_TEMPLATE[0],
        {
            "userData": base64.b64encode(b"CONTRACT=/api/contract").decode(),
            "iamInstanceProfile": {"arn": "arn:profile"},
        },
    ),
    "profile": (INSTANCE_PROFILE[0], {"role": "id:role"}),
    "role": (ROLE[0], {}),
    "policy": (ROLE_POLICY[0], {"role": "id:role", "policy": json.dumps({"Statement": [_ALLOWING]})}),
}

RULE = Rule(
    id="contract-published",
    title="The API's limits are published, no looser than the story's, and read by instances",
    severity=Severity.MEDIUM,
    why="The application keeps the limits that it reads there; alarms and tests are set by the same numbers.",
    fix="Publish the limits as JSON in a parameter, name it in the instances' user data, and let their role read it.",
    source="docs/architecture.md, the story's numbers",
    check_stack=check,
    walks=True,
    passing=_GOOD,
    also_passing=each(
        _GOOD, {"second": (PARAMETER[0], {"name": "/second/contract", "insecureValue": json.dumps(_LIMITS)})}
    ),
    failing=but(_GOOD, {"contract.insecureValue": json.dumps({**_LIMITS, "response_budget_ms": 500})}),
    also_failing=each(
        _GOOD,
        {"contract": None},
        {"contract.insecureValue": json.dumps({**_LIMITS, "read_scope": ""})},
        {"template.userData": base64.b64encode(b"CONTRACT=/other").decode()},
        {"policy": None},
    ),
)
