"""Properties that AWS requires are set."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from deployment.graph import Resource
from deployment.tokens import DNS_RECORD, LISTENER
from deployment.unknown import meet
from policies.checks import unasked
from policies.context import Context
from policies.examples import each
from policies.finding import Risk, Severity
from policies.property_schema import hidden_objects, holders, is_sound
from policies.rule import ANY_OF_AWS, Problem, Rule

REFERS: Final = re.compile(r"(?:^|[a-z])(?:arn|id|Arn|Id)$")
"""How a property is called that names another resource."""


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """Each object of a resource's inputs has what its type can't be without; what is only read declares nothing."""
    if resource.options.get("external"):
        return
    for path, holder, asked in holders(resource.type, resource.inputs):
        plain = holder.__class__ is dict  # which holds nothing that can't be read
        if not plain:
            for name, value in hidden_objects(holder, asked):
                meet(value, resource.urn, f"{path}{name}")
        for name in asked.get("required", ()):
            if not (plain and holder.get(name)) and lacks(holder, name, asked):
                yield Problem(f"{path}{name} is not set; AWS can't make this resource without it", f"{path}{name}")


def lacks(holder: Mapping[str, Any], name: str, asked: Mapping[str, Any]) -> bool:
    """True when `holder` has nothing at `name`. What can't be read is there, so that decides.

    An empty text is something (the record of a zone itself, a tag's value), unless it names another resource; so is an
    empty object, and an empty list, unless its items are what the resource is made of.
    """
    value = unasked(holder, name)
    if value == "":
        return bool(REFERS.search(name))
    return value is None or (value == [] and "object" in asked.get("properties", {}).get(name, {}))


_GOOD: Final = {
    "https": (
        LISTENER[0],
        {
            "loadBalancerArn": "arn:alb",
            "defaultActions": [{"type": "forward", "forward": {"targetGroups": [{"arn": "arn:stable"}]}}],
        },
    )
}

RULE = Rule(
    id="governance-required-properties",
    title="Properties that AWS requires are set",
    severity=Severity.HIGH,
    risk=Risk.REFUSAL,
    why="AWS refuses a resource that lacks one in the middle of a deployment, when half of the stack is changed.",
    fix="Set the property that the message names.",
    source="https://www.pulumi.com/registry/packages/aws/api-docs/",
    refused_by="the provider, before any call: missing required argument",
    types=(ANY_OF_AWS,),
    check=check,
    kind=is_sound,
    passing=_GOOD,
    failing={"https": (LISTENER[0], {"loadBalancerArn": "arn:alb"})},
    also_failing=each(
        _GOOD,
        {"https.defaultActions[0].type": None},
        {"https.defaultActions[0].forward.targetGroups[0].arn": ""},
        {"https.defaultActions": []},
    ),
    also_passing=({"apex": (DNS_RECORD[0], {"name": "", "type": "TXT", "zoneId": "Z1"})},),
)
