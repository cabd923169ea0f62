"""Default routes lead to gateways, not to instances."""

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
    """A default route leads to a gateway, not to one instance."""
    routes = [resource.inputs] if resource.type in ROUTE else mappings(resource.get("routes"))
    for route in routes:
        everywhere = any(
            route.get(key) in WORLD_ROUTES
            for key in ("destinationCidrBlock", "cidrBlock", "destinationIpv6CidrBlock", "ipv6CidrBlock")
        )
        if everywhere and (not is_absent(route.get("networkInterfaceId")) or not is_absent(route.get("instanceId"))):
            yield Problem("the default route leads to an instance; use a gateway", "networkInterfaceId")


RULE = Rule(
    id="network-no-nat-instance",
    title="Default routes lead to gateways, not to instances",
    severity=Severity.MEDIUM,
    why="One instance is one point of failure, and everything that leaves passes through it.",
    fix="Use egressOnlyGatewayId, gatewayId or natGatewayId.",
    source="https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-comparison.html",
    frameworks=("checkov:CKV2_AWS_35",),
    types=(*ROUTE, *ROUTE_TABLE),
    check=check,
    passing={"out": (ROUTE[0], {"destinationIpv6CidrBlock": "::/0", "egressOnlyGatewayId": "id:egress"})},
    failing={"out": (ROUTE[0], {"destinationCidrBlock": "0.0.0.0/0", "networkInterfaceId": "eni-1"})},
)
