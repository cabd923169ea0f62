"""What works together is in one VPC."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from deployment.graph import Resource
from deployment.tokens import (
    LOAD_BALANCER,
    ROUTE,
    SCALING_GROUP,
    SECURITY_GROUP,
    SERVERLESS_CACHE,
    SUBNET,
    VPC_ENDPOINT,
)
from policies.context import Context
from policies.examples import Example, each
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule
from policies.rules._reach import ASSOCIATION, groups_of, templates_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(LOAD_BALANCER, ("subnets", "securityGroups")),
    **dict.fromkeys(SERVERLESS_CACHE, ("subnetIds", "securityGroupIds")),
    **dict.fromkeys(SCALING_GROUP, ("vpcZoneIdentifiers", "targetGroupArns")),
    ASSOCIATION: ("subnetId", "routeTableId", "gatewayId"),
    **dict.fromkeys(ROUTE, ("routeTableId", "gatewayId", "egressOnlyGatewayId")),
    **dict.fromkeys(VPC_ENDPOINT, ("subnetIds", "securityGroupIds", "routeTableIds")),
}
"""Type -> where such a resource names what has to be in its VPC."""


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """The parts that a resource joins name the same VPC."""
    parts = [resource, *(one for path in PARTS[resource.type] for one in context.graph.referenced(resource, path))]
    for template in templates_of(resource, context):
        parts += groups_of(template, context)
    named = {one.name: vpc for one in parts if isinstance(vpc := one.get("vpcId"), str)}
    if len(set(named.values())) > 1:
        told = ", ".join(f"{name} in {vpc}" for name, vpc in named.items())
        yield Problem(f"its parts are in several VPCs ({told}); AWS refuses that: give them one vpcId")


_STACK: Final[Example] = {
    "a": (SUBNET[0], {"vpcId": "vpc-1"}),
    "edge": (SECURITY_GROUP[0], {"vpcId": "vpc-1"}),
    "alb": (LOAD_BALANCER[0], {"subnets": ["id:a"], "securityGroups": ["id:edge"]}),
}

RULE = Rule(
    id="network-one-vpc",
    title="What works together is in one VPC",
    severity=Severity.HIGH,
    risk=Risk.REFUSAL,
    why="AWS refuses a load balancer, fleet, route or association whose parts are in two VPCs.",
    fix="Set vpcId to the VPC of the parts that belong together.",
    source="https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html",
    refused_by="ec2 RunInstances, elasticloadbalancing CreateLoadBalancer: different networks",
    types=tuple(PARTS),
    reads_graph=True,
    check=check,
    passing=_STACK,
    failing=each(_STACK, {"edge.vpcId": "vpc-2"})[0],
)
