"""Fleets run in subnets that the internet can't reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import ROUTE, ROUTE_TABLE, SCALING_GROUP, SUBNET
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """No route table of the group's subnets leads to an internet gateway."""
    for subnet in context.graph.referenced(resource, "vpcZoneIdentifiers", *SUBNET):
        for table in tables_of(subnet, context):
            for route in (*context.graph.referrers(table, *ROUTE), table):
                if context.graph.referenced(route, "gatewayId", "aws:ec2/internetGateway:InternetGateway"):
                    yield Problem(
                        f"subnet {subnet.name} is routed to an internet gateway by {route.name}; "
                        "use an egress-only internet gateway",
                        "vpcZoneIdentifiers",
                    )


def tables_of(subnet: Resource, context: Context) -> Iterator[Resource]:
    """Route tables associated with `subnet`."""
    for link in context.graph.referrers(subnet, "aws:ec2/routeTableAssociation:RouteTableAssociation"):
        yield from context.graph.referenced(link, "routeTableId", *ROUTE_TABLE)


RULE = Rule(
    id="network-private-fleet",
    title="Fleets run in subnets that the internet can't reach",
    severity=Severity.HIGH,
    why="With a route from the internet one open port is enough; the load balancer is the only door.",
    fix="Take subnets whose only way out is an egress-only internet gateway in vpcZoneIdentifiers.",
    source="https://docs.aws.amazon.com/vpc/latest/userguide/egress-only-internet-gateway.html",
    types=SCALING_GROUP,
    reads_graph=True,
    check=check,
    passing={
        "fleet": (SCALING_GROUP[0], {"vpcZoneIdentifiers": ["id:subnet"]}),
        "subnet": (SUBNET[0], {}),
        "table": (ROUTE_TABLE[0], {}),
        "link": (
            "aws:ec2/routeTableAssociation:RouteTableAssociation",
            {"subnetId": "id:subnet", "routeTableId": "id:table"},
        ),
        "out": (ROUTE[0], {"routeTableId": "id:table", "egressOnlyGatewayId": "id:egress"}),
    },
    failing={
        "fleet": (SCALING_GROUP[0], {"vpcZoneIdentifiers": ["id:subnet"]}),
        "subnet": (SUBNET[0], {}),
        "table": (ROUTE_TABLE[0], {}),
        "link": (
            "aws:ec2/routeTableAssociation:RouteTableAssociation",
            {"subnetId": "id:subnet", "routeTableId": "id:table"},
        ),
        "igw": ("aws:ec2/internetGateway:InternetGateway", {}),
        "out": (ROUTE[0], {"routeTableId": "id:table", "gatewayId": "id:igw"}),
    },
)
