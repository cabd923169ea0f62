"""Subnets are parts of their VPC, and do not overlap."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any, Final

from deployment.graph import Resource
from deployment.tokens import SUBNET, VPC, VPC_BLOCKS
from policies.context import Context
from policies.examples import Example, each
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

MORE_BLOCKS: Final = (
    VPC_BLOCKS[0],
    VPC_BLOCKS[1],
)


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """Subnets have addresses of their VPC, each to itself."""
    whole = block(resource.get("cidrBlock"))
    more = bool(context.graph.of_type(*MORE_BLOCKS))
    seen: dict[Any, Resource] = {}
    for subnet in context.pointing_at(resource, "vpcId", *SUBNET):
        own = block(subnet.get("cidrBlock"))
        if own is None:
            continue
        if whole is not None and not own.subnet_of(whole) and not more:
            yield Problem(
                f"cidrBlock {own} is no part of the VPC's {whole}; give one of its ranges", "cidrBlock", subnet
            )
        for other, holder in seen.items():
            if own.overlaps(other):
                yield Problem(f"cidrBlock {own} overlaps {other} of {holder.name}; give another", "cidrBlock", subnet)
        seen[own] = subnet


def block(value: Any) -> ipaddress.IPv4Network | None:
    """The range that `value` writes; None when it is none."""
    try:
        return ipaddress.IPv4Network(value) if isinstance(value, str) else None
    except ValueError:
        return None


_STACK: Final[Example] = {
    "vpc": (VPC[0], {"cidrBlock": "10.0.0.0/16"}),
    "a": (SUBNET[0], {"vpcId": "id:vpc", "cidrBlock": "10.0.1.0/24"}),
    "b": (SUBNET[0], {"vpcId": "id:vpc", "cidrBlock": "10.0.2.0/24"}),
}

RULE = Rule(
    id="network-addresses-fit",
    title="Subnets are parts of their VPC, and do not overlap",
    severity=Severity.MEDIUM,
    risk=Risk.REFUSAL,
    why="AWS refuses a subnet outside its VPC, and one that overlaps another.",
    fix="Give subnets ranges of the VPC that do not overlap.",
    source="https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html",
    refused_by="ec2 CreateSubnet: InvalidSubnet.Range, InvalidSubnet.Conflict",
    types=VPC,
    reads_graph=True,
    check=check,
    passing=_STACK,
    failing=each(_STACK, {"b.cidrBlock": "10.1.0.0/24"})[0],
    also_passing=each(_STACK, {"b.cidrBlock": "10.1.0.0/24", "more": (MORE_BLOCKS[0], {"vpcId": "id:vpc"})}),
    also_failing=each(_STACK, {"b.cidrBlock": "10.0.1.128/25"}),
)
