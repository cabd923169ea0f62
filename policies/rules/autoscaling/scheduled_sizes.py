"""Scheduled actions give sizes that AWS accepts."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from deployment.graph import Resource
from deployment.tokens import SCALING_SCHEDULE
from policies.checks import number
from policies.context import Context
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

UNCHANGED: Final = -1
"""The provider sends every size but this one; what is left out is sent as 0 (its schedule.go, read 2026-11)."""
SIZES: Final = ("minSize", "desiredCapacity", "maxSize")


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """What is sent rises: smallest, desired, largest."""
    sent = {name: number(resource.get(name, 0)) for name in SIZES}
    given = [(name, size) for name, size in sent.items() if size is not None and size != UNCHANGED]
    for (lower, least), (upper, most) in pairwise(given):
        if least > most:
            absent = [name for name in (lower, upper) if resource.get(name) is None]
            name = absent[0] if absent else lower
            why = f"{name} is left out, and the provider then sends 0" if absent else f"{lower} {least} is above it"
            yield Problem(f"{upper} is {most} beside {lower} {least}: {why}; set {name} to -1 to leave it alone", name)


RULE = Rule(
    id="compute-scheduled-sizes",
    title="Scheduled actions give sizes that AWS accepts",
    severity=Severity.HIGH,
    risk=Risk.REFUSAL,
    why="A size that is left out is sent as 0: AWS refuses the action, or it takes the fleet away.",
    fix="Set what is to stay as it is (usually desiredCapacity) to -1.",
    source="https://docs.aws.amazon.com/autoscaling/ec2/userguide/asg-capacity-limits.html",
    refused_by="autoscaling PutScheduledUpdateGroupAction: ValidationError",
    types=SCALING_SCHEDULE,
    check=check,
    passing={"morning": (SCALING_SCHEDULE[0], {"minSize": 2, "maxSize": 4, "desiredCapacity": -1})},
    failing={"morning": (SCALING_SCHEDULE[0], {"minSize": 2, "maxSize": 4})},
)
