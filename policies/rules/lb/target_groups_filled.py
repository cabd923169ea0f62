"""Every target group has a fleet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import SCALING_GROUP, TARGET_GROUP
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """Some fleet registers with each target group of instances."""
    if context.parked or resource.get("targetType") not in (None, "instance"):
        return
    graph = context.graph
    fleets = context.pointing_at(resource, "targetGroupArns", *SCALING_GROUP)
    if not fleets and not graph.referrers(resource, *ATTACHMENTS):
        yield Problem("no fleet registers with this target group; add it to targetGroupArns of one")


ATTACHMENTS = ("aws:lb/targetGroupAttachment:TargetGroupAttachment", "aws:autoscaling/attachment:Attachment")

RULE = Rule(
    id="compute-target-groups-filled",
    title="Every target group has a fleet",
    severity=Severity.HIGH,
    why="Requests that are sent to an empty target group end with 503.",
    fix="Name the target group in targetGroupArns of an aws.autoscaling.Group.",
    source="https://docs.aws.amazon.com/autoscaling/ec2/userguide/autoscaling-load-balancer.html",
    types=TARGET_GROUP,
    reads_graph=True,
    check=check,
    passing={"stable": (TARGET_GROUP[0], {}), "fleet": (SCALING_GROUP[0], {"targetGroupArns": ["arn:stable"]})},
    failing={"stable": (TARGET_GROUP[0], {})},
)
