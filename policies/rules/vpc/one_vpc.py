"""What works together is in one VPC."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from deployment.graph import Resource
from deployment.tokens import (
    FLOW_LOG,
    LOAD_BALANCER,
    ROUTE,
    ROUTE_TABLE,
    SCALING_GROUP,
    SECURITY_GROUP,
    SERVERLESS_CACHE,
    SUBNET,
    TARGET_GROUP,
    VPC,
)
from policies.checks import shown
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._reach import ASSOCIATION, groups_of, subnets_of, templates_of

if TYPE_CHECKING:
    from collections.abc import Iterator

GATEWAYS: Final = (
    "aws:ec2/internetGateway:InternetGateway",
    "aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway",
)
ENDPOINT: Final = "aws:ec2/vpcEndpoint:VpcEndpoint"
MEMBERS: Final = (*SUBNET, *ROUTE_TABLE, *SECURITY_GROUP, *TARGET_GROUP, *GATEWAYS, *FLOW_LOG, ENDPOINT)
"""Types that name a VPC."""


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """The parts that a resource joins name the same VPC."""
    graph = context.graph
    parts: list[Resource] = []
    if resource.type in (*LOAD_BALANCER, *SERVERLESS_CACHE):
        parts = [*subnets_of(resource, context), *groups_of(resource, context)]
    elif resource.type in SCALING_GROUP:
        parts = [*subnets_of(resource, context), *graph.referenced(resource, "targetGroupArns", *TARGET_GROUP)]
        for template in templates_of(resource, context):
            parts += groups_of(template, context)
    elif resource.type == ASSOCIATION:
        parts = [
            *graph.referenced(resource, "subnetId", *SUBNET),
            *graph.referenced(resource, "routeTableId", *ROUTE_TABLE),
        ]
    elif resource.type in ROUTE:
        parts = [*graph.referenced(resource, "routeTableId", *ROUTE_TABLE)]
        parts += [
            one for path in ("gatewayId", "egressOnlyGatewayId") for one in graph.referenced(resource, path, *GATEWAYS)
        ]
    elif resource.type == ENDPOINT:
        parts = [resource, *graph.referenced(resource, "routeTableIds", *ROUTE_TABLE)]
    elif resource.type in MEMBERS:
        yield from elsewhere(resource, context)
        return
    named = {one.name: vpc for one in parts if isinstance(vpc := one.get("vpcId"), str)}
    if len(set(named.values())) > 1:
        told = ", ".join(f"{name} in {vpc}" for name, vpc in named.items())
        yield Problem(f"its parts are in several VPCs ({told}); AWS refuses that: give them one vpcId")


def elsewhere(resource: Resource, context: Context) -> Iterator[Problem]:
    """A resource of a stack that has one VPC of its own, in another one."""
    own: list[Any] = [vpc.outputs.get("id") for vpc in context.graph.of_type(*VPC)]
    value = resource.get("vpcId")
    if len(own) == 1 and isinstance(value, str) and isinstance(own[0], str) and value != own[0]:
        yield Problem(f"vpcId is {shown(value)}, and the VPC of this stack is {own[0]}; put it there", "vpcId")


RULE = Rule(
    id="network-one-vpc",
    title="What works together is in one VPC",
    severity=Severity.HIGH,
    why="What is in another VPC is reached by nobody; a group or target group there is refused at deployment.",
    fix="Set vpcId to the VPC of the parts that belong together.",
    source="https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html",
    types=(*LOAD_BALANCER, *SERVERLESS_CACHE, *SCALING_GROUP, ASSOCIATION, *ROUTE, *MEMBERS),
    reads_graph=True,
    check=check,
    passing={
        "vpc": (VPC[0], {}),
        "group": (SECURITY_GROUP[0], {"vpcId": "id:vpc"}),
    },
    failing={
        "vpc": (VPC[0], {}),
        "group": (SECURITY_GROUP[0], {"vpcId": "vpc-other"}),
    },
)
