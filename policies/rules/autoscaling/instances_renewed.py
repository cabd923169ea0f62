"""Instances are replaced before they are old."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import SCALING_GROUP
from deployment.unknown import UNKNOWN
from policies.checks import number, shown
from policies.context import Context
from policies.finding import Enforcement, Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_SECONDS = 90 * 86_400


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """The lifetime of an instance is bounded."""
    value = resource.get("maxInstanceLifetime")
    seconds = number(value)
    if value is not UNKNOWN and (seconds is None or not 0 < seconds <= MOST_SECONDS):
        yield Problem(
            f"maxInstanceLifetime is {shown(value)}; set it to {MOST_SECONDS} s (90 days) or less",
            "maxInstanceLifetime",
        )


RULE = Rule(
    id="compute-instances-renewed",
    title="Instances are replaced before they are old",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    why="An instance that is never replaced has the patches of the day it was made.",
    fix="Set maxInstanceLifetime, 14 days for instance.",
    source="https://docs.aws.amazon.com/autoscaling/ec2/userguide/asg-max-instance-lifetime.html",
    types=SCALING_GROUP,
    check=check,
    passing={"fleet": (SCALING_GROUP[0], {"maxInstanceLifetime": 1_209_600})},
    failing={"fleet": (SCALING_GROUP[0], {})},
)
