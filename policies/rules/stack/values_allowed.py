"""Values of properties are ones that AWS accepts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from deployment.graph import Resource
from deployment.tokens import METRIC_ALARM, ROLE, TARGET_GROUP
from deployment.unknown import SECRET
from policies.checks import shown
from policies.context import Context
from policies.examples import each
from policies.finding import Risk, Severity
from policies.property_schema import holders, is_sound, refused
from policies.rule import ANY_OF_AWS, Problem, Rule, undecided


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """Each value is one that AWS takes for its property: of an enumeration, within bounds, and not too long."""
    for path, holder, asked in holders(resource.type, resource.inputs):
        for name, rule in asked.get("judged", {}).items():
            value = holder.get(name)
            if value is None:
                continue
            if value is SECRET and "object" not in rule:
                yield undecided(f"{path}{name}", value)
            elif allowed := refused(rule, value):
                yield Problem(f"{path}{name} is {shown(value)}; AWS takes {allowed}", f"{path}{name}")


_GOOD: Final[dict[str, Any]] = {
    "alarm": (METRIC_ALARM[0], {"comparisonOperator": "GreaterThanThreshold", "treatMissingData": "notBreaching"}),
    "stable": (TARGET_GROUP[0], {"port": 443, "healthCheck": {"protocol": "HTTPS"}}),
    "role": (ROLE[0], {"name": "deploy"}),
}

RULE = Rule(
    id="governance-values-allowed",
    title="Values of properties are ones that AWS accepts",
    severity=Severity.MEDIUM,
    risk=Risk.REFUSAL,
    why="AWS refuses it in the middle of a deployment, when half of the stack is changed.",
    fix="Set the property to what the message says.",
    source="https://docs.aws.amazon.com/cloudcontrolapi/latest/userguide/supported-resources.html",
    refused_by="the call that makes it: ValidationException, InvalidParameterValue",
    types=(ANY_OF_AWS,),
    check=check,
    kind=is_sound,
    passing=_GOOD,
    failing={"alarm": (METRIC_ALARM[0], {"comparisonOperator": "MoreThanThreshold"})},
    also_failing=each(
        _GOOD,
        {"stable.port": 70_000},
        {"stable.healthCheck.protocol": "SMTP"},
        {"role.name": "r" * 65},
    ),
    undecided=each(_GOOD, {"stable.port": SECRET}),
)
