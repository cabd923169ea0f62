"""Load balancers span two or more Availability Zones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from deployment.graph import Resource
from deployment.tokens import LOAD_BALANCER, SUBNET
from deployment.unknown import Sentinel
from policies.checks import mappings, strings
from policies.context import Context
from policies.examples import but
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._reach import known_zones

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A load balancer names at least two subnets, and not of one zone."""
    named = [resource.get("subnets"), resource.get("subnetMappings")]
    if any(isinstance(one, Sentinel) for one in named):
        return
    given = [*strings(named[0]), *(str(one) for one in mappings(named[1]))]
    zones = known_zones(resource, context) or set(given)
    if len(zones) < 2:
        yield Problem(
            f"subnets names {len(zones)} Availability Zone or subnet; give subnets in two or more zones", "subnets"
        )


_GOOD: Final = {"alb": (LOAD_BALANCER[0], {"subnets": ["id:a", "id:b"]})}
_ONE_ZONE: Final = {name: (SUBNET[0], {"availabilityZone": "us-east-1a"}) for name in ("a", "b")}

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
    passing=_GOOD,
    failing=but(_GOOD, {"alb.subnets": ["id:a"]}),
    also_failing=({**_GOOD, **_ONE_ZONE}, but(_GOOD, {"alb.subnets": None})),
)
