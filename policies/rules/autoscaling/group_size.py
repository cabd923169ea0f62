"""Scaling groups have a range that can serve."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from deployment.graph import Resource
from deployment.tokens import SCALING_GROUP
from policies.checks import number
from policies.context import Context
from policies.examples import each
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """min <= desired <= max, as far as they are known."""
    sizes = {name: number(resource.get(name)) for name in ("minSize", "desiredCapacity", "maxSize")}
    given = [(name, size) for name, size in sizes.items() if size is not None]
    for (lower, least), (upper, most) in pairwise(given):
        if least > most:
            yield Problem(f"{lower} is {least} and {upper} {most}; give minSize <= desiredCapacity <= maxSize", lower)


_GOOD: Final = {"fleet": (SCALING_GROUP[0], {"minSize": 0, "maxSize": 2, "desiredCapacity": 1})}

RULE = Rule(
    id="compute-group-size",
    title="The sizes of a scaling group do not contradict each other",
    severity=Severity.HIGH,
    risk=Risk.REFUSAL,
    why="AWS refuses contradicting sizes at deployment.",
    fix="Give minSize <= desiredCapacity <= maxSize.",
    source="https://docs.aws.amazon.com/autoscaling/ec2/userguide/asg-capacity-limits.html",
    refused_by="autoscaling CreateAutoScalingGroup: ValidationError",
    types=SCALING_GROUP,
    check=check,
    passing=_GOOD,
    failing={"fleet": (SCALING_GROUP[0], {"minSize": 3, "maxSize": 2})},
    also_failing=each(_GOOD, {"fleet.desiredCapacity": 3}, {"fleet.minSize": 2}),
)
