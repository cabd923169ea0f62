"""Every subnet has a route table with a default route."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policies.checks import is_absent, must_be_set
from policies.model import Resource, Severity
from policies.rule import Context, Problem, Rule
from policies.rules._tokens import ROUTE, ROUTE_TABLE, SUBNET

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A subnet is in a VPC, and a route table with a way out belongs to it."""
    graph = context.graph
    yield from must_be_set("vpcId", "the VPC's id")(resource, context)
    if context.is_plant_stack:  # its fleets reach out by IPv6 only
        yield from must_be_set("ipv6CidrBlock", "a /64 of the VPC")(resource, context)
    links = context.pointing_at(resource, "subnetId", ASSOCIATION)
    tables = [table for one in links for table in graph.referenced(one, "routeTableId", *ROUTE_TABLE)]
    if not links:
        yield Problem("no route table belongs to this subnet; add aws.ec2.RouteTableAssociation")
    for table in tables:
        routes = context.pointing_at(table, "routeTableId", *ROUTE)
        if not any(leads_out(route) for route in routes) and is_absent(table.get("routes")):
            yield Problem(f"route table {table.name} has no default route; add aws.ec2.Route", resource=table)


def leads_out(route: Resource) -> bool:
    """True when `route` has a gateway or the like to lead to."""
    return any(not is_absent(route.get(path)) for path in GATEWAYS)


ASSOCIATION = "aws:ec2/routeTableAssociation:RouteTableAssociation"
GATEWAYS = (
    "gatewayId",
    "egressOnlyGatewayId",
    "natGatewayId",
    "transitGatewayId",
    "vpcEndpointId",
    "networkInterfaceId",
)

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
        "subnet": (SUBNET[0], {"vpcId": "id:vpc"}),
        "table": (ROUTE_TABLE[0], {}),
        "link": (ASSOCIATION, {"subnetId": "id:subnet", "routeTableId": "id:table"}),
        "out": (ROUTE[0], {"routeTableId": "id:table", "egressOnlyGatewayId": "id:egress"}),
    },
    failing={"subnet": (SUBNET[0], {"vpcId": "id:vpc"})},
)
