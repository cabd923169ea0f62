"""Routes to peered VPCs name their addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import ROUTE, ROUTE_TABLE
from policies.checks import is_absent, mappings
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

WORLD_ROUTES = ("0.0.0.0/0", "::/0")


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A route to a peered VPC names that VPC's addresses."""
    routes = [resource.inputs] if resource.type in ROUTE else mappings(resource.get("routes"))
    for route in routes:
        everywhere = any(
            route.get(key) in WORLD_ROUTES
            for key in ("destinationCidrBlock", "cidrBlock", "destinationIpv6CidrBlock", "ipv6CidrBlock")
        )
        if everywhere and not is_absent(route.get("vpcPeeringConnectionId")):
            yield Problem(
                "everything is routed to a peered VPC; give its CIDR as the destination", "destinationCidrBlock"
            )


RULE = Rule(
    id="network-peering-routes-scoped",
    title="Routes to peered VPCs name their addresses",
    severity=Severity.MEDIUM,
    why="A peering that carries all traffic gives the other side all of this network.",
    fix="Set destinationCidrBlock to the peer's CIDR.",
    source="https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-routing.html",
    frameworks=("checkov:CKV2_AWS_44",),
    types=(*ROUTE, *ROUTE_TABLE),
    check=check,
    passing={"peer": (ROUTE[0], {"destinationCidrBlock": "10.8.0.0/16", "vpcPeeringConnectionId": "pcx-1"})},
    failing={"peer": (ROUTE[0], {"destinationCidrBlock": "0.0.0.0/0", "vpcPeeringConnectionId": "pcx-1"})},
)
