"""Fleets register with a target group."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import SCALING_GROUP
from policies.checks import is_absent
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A group with load balancer health checks registers its instances somewhere."""
    if resource.get("healthCheckType") != "ELB":
        return
    given = [resource.get("targetGroupArns"), resource.get("trafficSources")]
    attached = context.graph.referrers(resource, "aws:autoscaling/attachment:Attachment")
    if all(is_absent(one) for one in given) and not attached:
        yield Problem(
            "targetGroupArns is not set, so no request ever reaches the instances; give a target group",
            "targetGroupArns",
        )


RULE = Rule(
    id="compute-group-registers",
    title="Fleets register with a target group",
    severity=Severity.HIGH,
    why="Instances that no target group knows cost money and serve nobody.",
    fix="Set targetGroupArns.",
    source="https://docs.aws.amazon.com/autoscaling/ec2/userguide/autoscaling-load-balancer.html",
    types=SCALING_GROUP,
    reads_graph=True,
    check=check,
    passing={"fleet": (SCALING_GROUP[0], {"healthCheckType": "ELB", "targetGroupArns": ["arn:stable"]})},
    failing={"fleet": (SCALING_GROUP[0], {"healthCheckType": "ELB"})},
)
