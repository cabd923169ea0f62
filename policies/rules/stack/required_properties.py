"""What AWS can't do without is given."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from deployment.graph import Resource
from deployment.tokens import LISTENER
from policies.checks import lacks
from policies.context import Context
from policies.examples import each
from policies.finding import Risk, Severity
from policies.property_schema import holders
from policies.rule import ANY_TYPE, Problem, Rule


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """Each object of a resource's inputs has what its type can't be without; what is only read declares nothing."""
    if resource.options.get("external"):
        return
    for path, holder, asked in holders(resource.type, resource.inputs):
        for name in asked.get("required", ()):
            if lacks(holder, name):
                yield Problem(f"{path}{name} is not set; AWS can't make this resource without it", f"{path}{name}")


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
    title="What AWS can't do without is given",
    severity=Severity.HIGH,
    risk=Risk.REFUSAL,
    why="A setting that is attached to nothing protects nothing; AWS refuses it in the middle of the deployment.",
    fix="Set the property that the message names.",
    source="https://www.pulumi.com/registry/packages/aws/api-docs/",
    types=(ANY_TYPE,),
    check=check,
    passing=_GOOD,
    failing={"https": (LISTENER[0], {"loadBalancerArn": "arn:alb"})},
    also_failing=each(
        _GOOD,
        {"https.defaultActions[0].type": None},
        {"https.defaultActions[0].forward.targetGroups[0].arn": ""},
    ),
)
