"""The internet reaches a public load balancer, over each address family that it has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from deployment.graph import Resource
from deployment.tokens import LOAD_BALANCER, ROUTE, ROUTE_TABLE, SUBNET
from deployment.unknown import UNKNOWN
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._reach import ASSOCIATION, default_routes, groups_of, openings, subnets_of

if TYPE_CHECKING:
    from collections.abc import Iterator

FAMILIES: Final = {
    None: ("ipv4",),
    "ipv4": ("ipv4",),
    "dualstack": ("ipv4", "ipv6"),
    "dualstack-without-public-ipv4": ("ipv6",),
}
WORLD: Final = {"ipv4": "0.0.0.0/0", "ipv6": "::/0"}


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """Each subnet of the load balancer has a default route to an internet gateway for each of its families."""
    families = FAMILIES.get(resource.get("ipAddressType"), ())
    if resource.get("ipAddressType") is UNKNOWN:
        return
    if resource.get("internal") is True:
        if context.is_plant_stack:
            yield Problem("internal is true, so no client reaches the API; set it to false", "internal")
        return
    for subnet in subnets_of(resource, context):
        routes = default_routes(subnet, context)
        for family in families:
            if routes is not None and (family, "gatewayId") not in routes:
                yield Problem(
                    f"subnet {subnet.name} has no default {family} route to an internet gateway ({WORLD[family]}); add "
                    "aws.ec2.Route, or name a public subnet",
                    "subnets",
                )
    groups = groups_of(resource, context)
    found = [openings(group, context, ingress=True) for group in groups]
    if not groups or None in found:
        return
    sources = {source for ranges in found for one in ranges or () for source in one.sources}
    for family in families if sources & set(WORLD.values()) else ():
        if WORLD[family] not in sources:
            yield Problem(
                f"its security groups let no {family} client in, though it has {family} addresses; add an ingress rule "
                f"for {WORLD[family]}",
                "securityGroups",
            )


_SUBNET: Final = {
    "public": (SUBNET[0], {}),
    "table": (ROUTE_TABLE[0], {}),
    "link": (ASSOCIATION, {"subnetId": "id:public", "routeTableId": "id:table"}),
    "out": (ROUTE[0], {"routeTableId": "id:table", "destinationCidrBlock": "0.0.0.0/0", "gatewayId": "igw-1"}),
}

RULE = Rule(
    id="network-load-balancers-routed",
    title="The internet reaches a public load balancer over each of its address families",
    severity=Severity.HIGH,
    why="Clients of a family without a route, or without an open port, wait until they give up.",
    fix="Add the default route to the internet gateway, or the ingress rule, that the message names.",
    source="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html#ip-address-type",
    types=LOAD_BALANCER,
    reads_graph=True,
    check=check,
    passing={**_SUBNET, "alb": (LOAD_BALANCER[0], {"subnets": ["id:public"]})},
    failing={**_SUBNET, "alb": (LOAD_BALANCER[0], {"subnets": ["id:public"], "ipAddressType": "dualstack"})},
)
