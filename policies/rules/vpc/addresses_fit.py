"""Subnets are parts of their VPC, and do not overlap."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any, Final

from deployment.graph import Resource
from deployment.tokens import SERVERLESS_CACHE, SUBNET, VPC
from policies.checks import is_absent
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.table import must_be

if TYPE_CHECKING:
    from collections.abc import Iterator

MORE_BLOCKS: Final = (
    "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation",
    "aws:ec2/vpcIpv6CidrBlockAssociation:VpcIpv6CidrBlockAssociation",
)


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """The VPC answers names, and its subnets have addresses of its own, each to itself."""
    yield from must_be("enableDnsSupport", True, None).check(resource, context)
    if context.graph.of_type(*SERVERLESS_CACHE):
        yield from must_be("enableDnsHostnames", True).check(resource, context)
    subnets = context.pointing_at(resource, "vpcId", *SUBNET)
    if any(not is_absent(one.get("ipv6CidrBlock")) for one in subnets) and not has_ipv6(resource, context):
        yield Problem(
            "subnets have IPv6 ranges, and the VPC has none; set assignGeneratedIpv6CidrBlock",
            "assignGeneratedIpv6CidrBlock",
        )
    whole = block(resource.get("cidrBlock"))
    seen: dict[Any, Resource] = {}
    for subnet in subnets:
        own = block(subnet.get("cidrBlock"))
        if is_absent(subnet.get("cidrBlock")) and subnet.get("ipv6Native") is not True:
            yield Problem(
                "cidrBlock is not set, and the subnet isn't IPv6 only; give a range of the VPC", "cidrBlock", subnet
            )
        if own is None:
            continue
        if whole is not None and not own.subnet_of(whole) and not context.graph.of_type(*MORE_BLOCKS):
            yield Problem(
                f"cidrBlock {own} is no part of the VPC's {whole}; give one of its ranges", "cidrBlock", subnet
            )
        for other, holder in seen.items():
            if own.overlaps(other):
                yield Problem(f"cidrBlock {own} overlaps {other} of {holder.name}; give another", "cidrBlock", subnet)
        seen[own] = subnet


def has_ipv6(vpc: Resource, context: Context) -> bool:
    """True when the VPC has an IPv6 range."""
    given = ("assignGeneratedIpv6CidrBlock", "ipv6CidrBlock", "ipv6IpamPoolId")
    return any(vpc.inputs.get(path) not in (None, False, "") for path in given) or bool(
        context.graph.of_type(*MORE_BLOCKS)
    )


def block(value: Any) -> ipaddress.IPv4Network | None:
    """The range that `value` writes; None when it is none."""
    try:
        return ipaddress.IPv4Network(value) if isinstance(value, str) else None
    except ValueError:
        return None


_VPC: Final = (VPC[0], {"cidrBlock": "10.0.0.0/16", "enableDnsSupport": True})

RULE = Rule(
    id="network-addresses-fit",
    title="Subnets are parts of their VPC, and names resolve in it",
    severity=Severity.MEDIUM,
    why="AWS refuses a subnet outside its VPC; without DNS nothing in it finds AWS, the cache or the load balancer.",
    fix="Give subnets ranges of the VPC that do not overlap, and leave enableDnsSupport on.",
    source="https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html",
    types=VPC,
    reads_graph=True,
    check=check,
    passing={"vpc": _VPC, "a": (SUBNET[0], {"vpcId": "id:vpc", "cidrBlock": "10.0.1.0/24"})},
    failing={"vpc": _VPC, "a": (SUBNET[0], {"vpcId": "id:vpc", "cidrBlock": "10.1.0.0/24"})},
)
