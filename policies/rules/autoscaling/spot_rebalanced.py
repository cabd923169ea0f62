"""Spot instances are replaced before they are taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import SCALING_GROUP
from policies.checks import number
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.table import must_be

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A group that uses spot replaces an instance before AWS takes it."""
    share = number(resource.get("mixedInstancesPolicy.instancesDistribution.onDemandPercentageAboveBaseCapacity"))
    if share is not None and share < 100:
        yield from must_be("capacityRebalance", True).check(resource, context)


RULE = Rule(
    id="compute-spot-rebalanced",
    title="Spot instances are replaced before they are taken",
    severity=Severity.MEDIUM,
    why="AWS gives two minutes; with rebalancing the successor is there when they are over.",
    fix="Set capacityRebalance to true.",
    source="https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-capacity-rebalancing.html",
    types=SCALING_GROUP,
    check=check,
    passing={
        "fleet": (
            SCALING_GROUP[0],
            {
                "capacityRebalance": True,
                "mixedInstancesPolicy": {"instancesDistribution": {"onDemandPercentageAboveBaseCapacity": 0}},
            },
        )
    },
    failing={
        "fleet": (
            SCALING_GROUP[0],
            {"mixedInstancesPolicy": {"instancesDistribution": {"onDemandPercentageAboveBaseCapacity": 0}}},
        )
    },
)
