"""Scaling groups can launch more than one instance type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import SCALING_GROUP
from deployment.unknown import UNKNOWN
from policies.checks import mappings
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A mixed-instances policy offers at least two instance types."""
    overrides = resource.get("mixedInstancesPolicy.launchTemplate.overrides")
    types = {str(item.get("instanceType")) for item in mappings(overrides) if item.get("instanceType")}
    by_requirements = any(item.get("instanceRequirements") for item in mappings(overrides))
    if overrides is not UNKNOWN and len(types) < 2 and not by_requirements:
        yield Problem(
            f"mixedInstancesPolicy.launchTemplate.overrides offers {len(types)} instance types; give two or more",
            "mixedInstancesPolicy.launchTemplate.overrides",
        )


RULE = Rule(
    id="compute-group-instance-types",
    title="Scaling groups can launch more than one instance type",
    severity=Severity.MEDIUM,
    why="When a zone is out of one type, a spike or a lost spot instance can't be answered.",
    fix="Give two or more types in mixedInstancesPolicy.launchTemplate.overrides.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/autoscaling-controls.html#autoscaling-6",
    frameworks=("fsbp:AutoScaling.6",),
    types=SCALING_GROUP,
    check=check,
    passing={
        "fleet": (
            SCALING_GROUP[0],
            {
                "mixedInstancesPolicy": {
                    "launchTemplate": {"overrides": [{"instanceType": "t4g.nano"}, {"instanceType": "t4g.micro"}]}
                }
            },
        )
    },
    failing={
        "fleet": (
            SCALING_GROUP[0],
            {"mixedInstancesPolicy": {"launchTemplate": {"overrides": [{"instanceType": "t4g.nano"}]}}},
        )
    },
)
