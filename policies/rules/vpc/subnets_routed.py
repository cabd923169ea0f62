"""Every subnet has a route table with a default route."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import ROUTE, ROUTE_TABLE, SUBNET
from policies.context import ROOT_TYPE, Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._reach import ASSOCIATION, default_routes
from policies.table import must_have

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A subnet is in a VPC; in this project's stack a route table with a way out belongs to it."""
    yield from must_have("vpcId", "the VPC's id").check(resource, context)
    if not context.is_plant_stack:
        return  # elsewhere a subnet may be isolated on purpose, or use the VPC's main table
    yield from must_have("ipv6CidrBlock", "a /64 of the VPC: fleets reach out by IPv6 only").check(resource, context)
    yield from must_have("availabilityZone", "a zone, another one for each subnet of a tier").check(resource, context)
    links = context.pointing_at(resource, "subnetId", ASSOCIATION)
    if not links:
        yield Problem("no route table belongs to this subnet; add aws.ec2.RouteTableAssociation")
    elif default_routes(resource, context) == []:
        table = links[0].get("routeTableId")
        yield Problem(f"its route table {table} has no default route; add aws.ec2.Route")


RULE = Rule(
    id="network-subnets-routed",
    title="Every subnet has a route table with a default route",
    severity=Severity.MEDIUM,
    why="A subnet without its own table uses the VPC's main one, which leads nowhere, or somewhere unexpected.",
    fix="Add an aws.ec2.RouteTableAssociation, and an aws.ec2.Route to a gateway.",
    source="https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Route_Tables.html",
    types=SUBNET,
    reads_graph=True,
    check=check,
    passing={
        "root": (ROOT_TYPE, {}),
        "subnet": (SUBNET[0], {"vpcId": "id:vpc", "ipv6CidrBlock": "2600::/64", "availabilityZone": "us-east-1a"}),
        "table": (ROUTE_TABLE[0], {}),
        "link": (ASSOCIATION, {"subnetId": "id:subnet", "routeTableId": "id:table"}),
        "out": (
            ROUTE[0],
            {"routeTableId": "id:table", "destinationIpv6CidrBlock": "::/0", "egressOnlyGatewayId": "id:egress"},
        ),
    },
    failing={
        "root": (ROOT_TYPE, {}),
        "subnet": (SUBNET[0], {"vpcId": "id:vpc", "ipv6CidrBlock": "2600::/64", "availabilityZone": "us-east-1a"}),
    },
)
