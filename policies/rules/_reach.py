"""Who reaches whom: the security groups, subnets and routes around a load balancer and its fleets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from deployment.graph import Resource
from deployment.tokens import (
    EGRESS_RULE,
    INGRESS_RULE,
    LAUNCH_TEMPLATE,
    ROUTE,
    ROUTE_TABLE,
    SECURITY_GROUP,
    SECURITY_GROUP_RULE,
    SUBNET,
)
from policies.checks import is_absent
from policies.context import Context
from policies.rules._ports import PortRange, port_ranges

ASSOCIATION: Final = "aws:ec2/routeTableAssociation:RouteTableAssociation"
INTERNET_GATEWAY: Final = "aws:ec2/internetGateway:InternetGateway"
TEMPLATE_PATHS: Final = ("launchTemplate", "mixedInstancesPolicy.launchTemplate.launchTemplateSpecification")
"""Where a scaling group names its launch template."""


def templates_of(group: Resource, context: Context) -> Iterator[Resource]:
    """Launch templates of a scaling group."""
    for path in TEMPLATE_PATHS:
        yield from context.graph.referenced(group, path, *LAUNCH_TEMPLATE)


def groups_of(resource: Resource, context: Context) -> tuple[Resource, ...]:
    """Security groups of the stack that a load balancer, launch template or cache is in."""
    paths = ("securityGroups", "networkInterfaces", "vpcSecurityGroupIds", "securityGroupIds")
    found = {one.urn: one for path in paths for one in context.graph.referenced(resource, path, *SECURITY_GROUP)}
    return tuple(found.values())


def openings(group: Resource, context: Context, *, ingress: bool) -> list[PortRange] | None:
    """Port ranges of a security group's rules, inline and beside it; None while they are not known."""
    own = INGRESS_RULE if ingress else EGRESS_RULE
    holders = (group, *context.pointing_at(group, "securityGroupId", *own, *SECURITY_GROUP_RULE))
    found = [one for holder in holders for one in port_ranges(holder) if one.ingress is ingress]
    return None if any(one.undecided for one in found) else found


def admits(groups: tuple[Resource, ...], port: int, context: Context, *, ingress: bool = True) -> bool:
    """True when a rule of some of `groups` covers `port`, or when that is not known."""
    for group in groups:
        found = openings(group, context, ingress=ingress)
        if found is None or any(one.covers(port) for one in found):
            return True
    return False


SUBNET_PATHS: Final = ("subnets", "vpcZoneIdentifiers", "subnetIds")


def subnets_of(resource: Resource, context: Context) -> tuple[Resource, ...]:
    """Subnets of the stack that a load balancer, scaling group or cache is in."""
    return tuple(one for path in SUBNET_PATHS for one in context.graph.referenced(resource, path, *SUBNET))


def default_routes(subnet: Resource, context: Context) -> list[tuple[str, str]] | None:
    """(family, gateway) of the default routes of a subnet: ``("ipv6", "egressOnlyGatewayId")``.

    None when no route table of the stack is associated with it, or a table holds its routes inline.
    """
    links = context.pointing_at(subnet, "subnetId", ASSOCIATION)
    tables = [table for link in links for table in context.graph.referenced(link, "routeTableId", *ROUTE_TABLE)]
    if not tables or any(table.get("routes") for table in tables):
        return None
    return [
        way for table in tables for route in context.pointing_at(table, "routeTableId", *ROUTE) for way in ways(route)
    ]


def ways(route: Resource) -> Iterator[tuple[str, str]]:
    """(family, gateway's property) when `route` is a default route."""
    for path, family, world in (
        ("destinationCidrBlock", "ipv4", "0.0.0.0/0"),
        ("destinationIpv6CidrBlock", "ipv6", "::/0"),
    ):
        if route.get(path) == world:
            for gateway in GATEWAYS:
                if not is_absent(route.get(gateway)):
                    yield family, gateway


GATEWAYS: Final = (
    "gatewayId",
    "egressOnlyGatewayId",
    "natGatewayId",
    "transitGatewayId",
    "vpcEndpointId",
    "networkInterfaceId",
    "vpcPeeringConnectionId",
    "carrierGatewayId",
    "localGatewayId",
    "coreNetworkArn",
)


def known_zones(resource: Resource, context: Context) -> set[str]:
    """Availability Zones of the subnets that `resource` is in; none when that of some is not known or not declared."""
    subnets = subnets_of(resource, context)
    named = [one.get("availabilityZone") or one.get("availabilityZoneId") for one in subnets]
    given = sum(len(value) for path in SUBNET_PATHS if isinstance(value := resource.get(path), list))
    known = {zone for zone in named if isinstance(zone, str)}
    return known if subnets and len(subnets) == given and all(isinstance(zone, str) for zone in named) else set()
