"""Network load balancers balance across zones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import LOAD_BALANCER
from policies.context import Context
from policies.finding import Enforcement, Severity
from policies.rule import Problem, Rule
from policies.table import must_be

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """Network and gateway load balancers balance across zones; an application load balancer always does."""
    if resource.get("loadBalancerType") in ("network", "gateway"):
        yield from must_be("enableCrossZoneLoadBalancing", True).check(resource, context)


RULE = Rule(
    id="edge-cross-zone",
    title="Network load balancers balance across zones",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    why="Without it a zone with few targets is overloaded while others idle.",
    fix="Set enableCrossZoneLoadBalancing to true.",
    source="https://docs.aws.amazon.com/elasticloadbalancing/latest/network/network-load-balancers.html",
    frameworks=("checkov:CKV_AWS_152",),
    types=LOAD_BALANCER,
    check=check,
    passing={"alb": (LOAD_BALANCER[0], {"loadBalancerType": "network", "enableCrossZoneLoadBalancing": True})},
    failing={"alb": (LOAD_BALANCER[0], {"loadBalancerType": "network"})},
)
