"""Subnets are parts of their VPC, and do not overlap."""

from __future__ import annotations

from bisect import bisect_left, insort
from ipaddress import IPv4Network
from typing import TYPE_CHECKING, Any, Final

from deployment.graph import Resource
from deployment.per_text import per_text
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
    more = [block(one.get("cidrBlock")) for one in context.pointing_at(resource, "vpcId", *MORE_BLOCKS)]
    known = [one for one in (block(resource.get("cidrBlock")), *more) if one is not None]
    all_known = len(known) == 1 + len(more)
    seen = Blocks()
    for subnet in context.pointing_at(resource, "vpcId", *SUBNET):
        own = block(subnet.get("cidrBlock"))
        if own is None:
            continue
        if all_known and not any(own.subnet_of(one) for one in known):
            whole = " and ".join(map(str, known))
            yield Problem(
                f"cidrBlock {own} is no part of the VPC's {whole}; give one of its ranges", "cidrBlock", subnet
            )
        for other, holder in seen.overlapping(own):
            yield Problem(f"cidrBlock {own} overlaps {other} of {holder.name}; give another", "cidrBlock", subnet)
        seen.add(own, subnet)


class Blocks:
    """Ranges of addresses, each with its subnet; two overlap where one is a part of the other."""

    def __init__(self) -> None:
        self._holders: dict[IPv4Network, Resource] = {}
        self._places: dict[tuple[int, int], tuple[int, IPv4Network]] = {}
        """(first address, length of the prefix) -> (how many came before, range)"""
        self._sorted: list[tuple[int, int]] = []
        self._lengths: set[int] = set()

    def add(self, own: IPv4Network, subnet: Resource) -> None:
        """Note that `subnet` has the range `own`."""
        key = int(own.network_address), own.prefixlen
        if own not in self._holders:
            self._places[key] = len(self._places), own
            insort(self._sorted, key)
            self._lengths.add(own.prefixlen)
        self._holders[own] = subnet

    def overlapping(self, own: IPv4Network) -> Iterator[tuple[IPv4Network, Resource]]:
        """Ranges that `own` holds or is a part of, in the order in which they came."""
        first, length = int(own.network_address), own.prefixlen
        last = int(own.broadcast_address)
        inside = self._sorted[bisect_left(self._sorted, (first, length)) : bisect_left(self._sorted, (last + 1, 0))]
        around = ((first >> (32 - shorter) << (32 - shorter), shorter) for shorter in self._lengths if shorter < length)
        found = [self._places[key] for key in (*around, *inside) if key in self._places]
        for _, other in sorted(found):
            yield other, self._holders[other]


def block(value: Any) -> IPv4Network | None:
    """The range that `value` writes; None when it is none."""
    return _block(value) if isinstance(value, str) else None


@per_text()
def _block(text: str) -> IPv4Network | None:
    try:
        return IPv4Network(text)
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
    also_passing=each(
        _STACK,
        {"b.cidrBlock": "10.1.0.0/24", "more": (MORE_BLOCKS[0], {"vpcId": "id:vpc"})},  # a pool of addresses gives it
        {"b.cidrBlock": "10.1.0.0/24", "more": (MORE_BLOCKS[0], {"vpcId": "id:vpc", "cidrBlock": "10.1.0.0/16"})},
    ),
    also_failing=each(
        _STACK,
        {"b.cidrBlock": "10.0.1.128/25"},
        {"b.cidrBlock": "10.2.0.0/24", "more": (MORE_BLOCKS[0], {"vpcId": "id:vpc", "cidrBlock": "10.1.0.0/16"})},
    ),
)
