"""Instances reach what they need from outside, by a family in which they have addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from deployment.graph import Resource
from deployment.tokens import ROUTE, ROUTE_TABLE, SCALING_GROUP, SUBNET
from deployment.unknown import UNKNOWN
from policies.checks import is_absent, mappings
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._reach import ASSOCIATION, default_routes, subnets_of, templates_of

if TYPE_CHECKING:
    from collections.abc import Iterator

ENDPOINT: Final = "aws:ec2/vpcEndpoint:VpcEndpoint"
IPV4_WAYS: Final = ("natGatewayId", "transitGatewayId", "networkInterfaceId", "vpcEndpointId", "coreNetworkArn")
IPV6_WAYS: Final = ("egressOnlyGatewayId", "gatewayId", *IPV4_WAYS)


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """Each subnet of a group has a default route for a family in which its instances get addresses."""
    if any(endpoint.get("vpcEndpointType") in ("Interface", UNKNOWN) for endpoint in context.graph.of_type(ENDPOINT)):
        return  # a closed network on purpose: it reaches AWS by these
    templates = list(templates_of(resource, context))
    for subnet in subnets_of(resource, context):
        routes = default_routes(subnet, context)
        if routes is None:
            continue
        by_ipv6 = any(family == "ipv6" and way in IPV6_WAYS for family, way in routes) and has_ipv6(subnet, templates)
        by_ipv4 = any(
            family == "ipv4" and (way in IPV4_WAYS or (way == "gatewayId" and has_public(subnet, templates)))
            for family, way in routes
        )
        if not by_ipv6 and not by_ipv4:
            yield Problem(
                f"instances in {subnet.name} reach nothing outside: give it a default route for IPv6 (with "
                "assignIpv6AddressOnCreation and ipv6CidrBlock) or to a NAT gateway",
                "vpcZoneIdentifiers",
            )


def has_ipv6(subnet: Resource, templates: list[Resource]) -> bool:
    """True when instances in `subnet` get IPv6 addresses, or that is not known."""
    if subnet.get("assignIpv6AddressOnCreation") in (True, "true", UNKNOWN):
        return not is_absent(subnet.get("ipv6CidrBlock"))
    return any(not is_absent(given) for given in asked(templates, "ipv6AddressCount", "ipv6Addresses"))


def has_public(subnet: Resource, templates: list[Resource]) -> bool:
    """True when instances in `subnet` get public IPv4 addresses, or that is not known."""
    given = [value for value in asked(templates, "associatePublicIpAddress") if value is not None]
    if given:
        return any(value in (True, "true", UNKNOWN) for value in given)
    return subnet.get("mapPublicIpOnLaunch") in (True, "true", UNKNOWN)


def asked(templates: list[Resource], *keys: str) -> list[Any]:
    """Values of `keys` in the network interfaces of the templates."""
    return [
        interface.get(key)
        for template in templates
        for interface in mappings(template.get("networkInterfaces"))
        for key in keys
    ]


def _stack(*, with_ipv6: bool) -> dict[str, Any]:
    return {
        "private": (SUBNET[0], {"ipv6CidrBlock": "2600::/64", "assignIpv6AddressOnCreation": with_ipv6}),
        "table": (ROUTE_TABLE[0], {}),
        "link": (ASSOCIATION, {"subnetId": "id:private", "routeTableId": "id:table"}),
        "out": (
            ROUTE[0],
            {"routeTableId": "id:table", "destinationIpv6CidrBlock": "::/0", "egressOnlyGatewayId": "eigw-1"},
        ),
        "fleet": (SCALING_GROUP[0], {"vpcZoneIdentifiers": ["id:private"]}),
    }


RULE = Rule(
    id="network-fleets-reach-out",
    title="Instances reach what they need from outside",
    severity=Severity.HIGH,
    why="An instance that can't fetch its software never becomes healthy, and is replaced for ever.",
    fix="Add the default route, or let the subnet assign IPv6 addresses.",
    source="https://docs.aws.amazon.com/vpc/latest/userguide/egress-only-internet-gateway.html",
    types=SCALING_GROUP,
    reads_graph=True,
    check=check,
    passing=_stack(with_ipv6=True),
    failing=_stack(with_ipv6=False),
)
