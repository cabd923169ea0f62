"""Instances inherit the tags of their scaling group."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policies.checks import mappings, same, shown
from policies.model import UNKNOWN, Resource, Severity
from policies.rule import Context, Problem, Rule
from policies.rules._tokens import SCALING_GROUP

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """Tags of a scaling group reach its instances."""
    for index, tag in enumerate(mappings(resource.get("tags"))):
        value = tag.get("propagateAtLaunch")
        if value is not UNKNOWN and not same(value, True):
            path = f"tags[{index}].propagateAtLaunch"
            yield Problem(f"{path} is {shown(value)}; set it to true", path)


RULE = Rule(
    id="tagging-group-tags-propagate",
    title="Instances inherit the tags of their scaling group",
    severity=Severity.LOW,
    why="Untagged instances are missing in the bill by tag, and the reaper does not find them.",
    fix="Set propagateAtLaunch to true on each tag.",
    source="https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-tagging.html",
    types=SCALING_GROUP,
    check=check,
    passing={"fleet": (SCALING_GROUP[0], {"tags": [{"key": "Project", "value": "plant", "propagateAtLaunch": True}]})},
    failing={"fleet": (SCALING_GROUP[0], {"tags": [{"key": "Project", "value": "plant", "propagateAtLaunch": False}]})},
)
