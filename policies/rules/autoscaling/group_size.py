"""Scaling groups have a range that can serve."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import SCALING_GROUP
from deployment.unknown import UNKNOWN
from policies.checks import number
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule, undecided

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """min <= desired <= max, and max is given."""
    if any(resource.get(path) is UNKNOWN for path in ("minSize", "maxSize", "desiredCapacity")):
        yield undecided("maxSize")
        return
    smallest, largest = number(resource.get("minSize")), number(resource.get("maxSize"))
    if smallest is None or largest is None:
        yield Problem("minSize and maxSize have to be whole numbers", "maxSize")
        return
    wanted = number(resource.get("desiredCapacity"))
    if not 0 <= smallest <= largest:
        yield Problem(f"minSize {smallest} is above maxSize {largest}; give 0 <= minSize <= maxSize", "minSize")
    elif wanted is not None and not smallest <= wanted <= largest:
        yield Problem(f"desiredCapacity {wanted} is outside {smallest} to {largest}", "desiredCapacity")
    elif largest == 0 and not context.parked:
        yield Problem("maxSize is 0, so the fleet can never serve; set it to 1 or more", "maxSize")


RULE = Rule(
    id="compute-group-size",
    title="Scaling groups have a range that can serve",
    severity=Severity.HIGH,
    why="AWS refuses contradicting sizes at deployment; a maximum of 0 can never answer a request.",
    fix="Give 0 <= minSize <= desiredCapacity <= maxSize with maxSize at least 1.",
    source="https://docs.aws.amazon.com/autoscaling/ec2/userguide/asg-capacity-limits.html",
    types=SCALING_GROUP,
    check=check,
    passing={"fleet": (SCALING_GROUP[0], {"minSize": 0, "maxSize": 2, "desiredCapacity": 1})},
    failing={"fleet": (SCALING_GROUP[0], {"minSize": 3, "maxSize": 2})},
)
