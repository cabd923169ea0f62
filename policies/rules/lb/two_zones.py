"""Load balancers span two or more Availability Zones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import LOAD_BALANCER
from deployment.unknown import UNKNOWN
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule, undecided
from policies.rules._reach import known_zones

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A load balancer names at least two subnets."""
    subnets = resource.get("subnets")
    mappings_given = resource.get("subnetMappings")
    if subnets is UNKNOWN or mappings_given is UNKNOWN:
        yield undecided("subnets")
        return
    count = len({one if isinstance(one, str) else number for number, one in enumerate(subnets or ())}) + len(
        mappings_given or ()
    )
    if count < 2:
        yield Problem(f"subnets names {count}; give subnets in two or more Availability Zones", "subnets")
    elif (zones := known_zones(resource, context)) and len(zones) < 2:
        yield Problem(
            f"its subnets are all in {zones.pop()}; give subnets in two or more Availability Zones", "subnets"
        )


RULE = Rule(
    id="edge-two-zones",
    title="Load balancers span two or more Availability Zones",
    severity=Severity.MEDIUM,
    why="A load balancer in one zone goes down with it.",
    fix="Give subnets in two or more Availability Zones.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-13",
    frameworks=("fsbp:ELB.13",),
    types=LOAD_BALANCER,
    reads_graph=True,
    check=check,
    passing={"alb": (LOAD_BALANCER[0], {"subnets": ["id:a", "id:b"]})},
    failing={"alb": (LOAD_BALANCER[0], {"subnets": ["id:a"]})},
)
