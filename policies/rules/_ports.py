"""Security group rules, however they are written: inline, as a rule of the group, or as a resource of their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_network
from typing import Any, Final

from deployment.graph import Resource
from deployment.tokens import (
    DEFAULT_SECURITY_GROUP,
    EGRESS_RULE,
    INGRESS_RULE,
    PREFIX_LIST,
    PREFIX_LIST_ENTRY,
    SECURITY_GROUP,
    SECURITY_GROUP_RULE,
)
from deployment.unknown import UNKNOWN, Sentinel
from policies.checks import is_absent, mappings, number, strings
from policies.context import Context

PORT_HOLDERS: Final = (*SECURITY_GROUP, *DEFAULT_SECURITY_GROUP, *SECURITY_GROUP_RULE, *INGRESS_RULE, *EGRESS_RULE)
"""Types that hold security group rules."""
PORT_PROPERTIES: Final = (
    *("ingress", "egress", "type", "cidrBlocks", "ipv6CidrBlocks", "cidrIpv4", "cidrIpv6", "prefixListIds"),
    *("prefixListId", "protocol", "ipProtocol", "fromPort", "toPort", "description"),
)
"""What is read of them."""
WIDEST_IPV4: Final = 8
"""Bits of the widest block that is anybody's own (10.0.0.0/8); what is wider is the internet, or half of it."""
WIDEST_IPV6: Final = 7
"""Bits of fc00::/7, the unique local addresses; 2000::/3 is all of the internet."""


@lru_cache(maxsize=1024)
def is_world(cidr: str) -> bool:
    """True when `cidr` is the whole internet, or so much of it that two such blocks are."""
    try:
        block = ip_network(cidr, strict=False)
    except ValueError:
        return False
    return block.prefixlen < (WIDEST_IPV4 if block.version == 4 else WIDEST_IPV6)


@dataclass(frozen=True, slots=True)
class PortRange:
    """One security group rule."""

    path: str
    """Property it was read from; "" for a resource of its own."""
    ingress: bool
    protocol: str
    """"" for one that can't be read."""
    first: int
    last: int
    """First and last of the ports that are open for certain, whatever can't be read; none where last is below first."""
    sources: tuple[Any, ...]
    """CIDRs, as far as they are known; UNKNOWN for one that is not."""
    description: Any
    lists: str = ""
    """Property of the resource that names prefix lists; "" where the rule names none."""

    @property
    def from_world(self) -> bool:
        """True when the internet is among the sources."""
        return any(isinstance(source, str) and is_world(source) for source in self.sources)

    @property
    def undecided(self) -> bool:
        """True when a source is not known yet."""
        return any(source is UNKNOWN for source in self.sources)

    @property
    def every_port(self) -> bool:
        """True when all protocols or all ports are meant."""
        return self.protocol in ("-1", "all") or (self.protocol != "" and self.first <= 0 and self.last >= 65535)

    @property
    def no_port(self) -> bool:
        """True when nothing is open for certain."""
        return self.protocol == "" or self.last < self.first

    def covers(self, port: int) -> bool:
        """True when `port` is in the range."""
        carries_ports = self.protocol not in ("", "icmp", "icmpv6", "1", "58")
        return self.every_port or (carries_ports and self.first <= port <= self.last)


def port_ranges(resource: Resource) -> Iterator[PortRange]:
    """Rules that `resource` (one of PORT_HOLDERS) declares."""
    if resource.type in SECURITY_GROUP or resource.type in DEFAULT_SECURITY_GROUP:
        for path, ingress in (("ingress", True), ("egress", False)):
            if resource.get(path) is UNKNOWN:
                yield PortRange(path, ingress, "-1", 0, 65535, (UNKNOWN,), "not known yet")
            for index, entry in enumerate(mappings(resource.get(path))):
                sources = _many(entry.get("cidrBlocks")) + _many(entry.get("ipv6CidrBlocks"))
                lists = f"{path}[{index}].prefixListIds" if entry.get("prefixListIds") else ""
                yield _range(f"{path}[{index}]", ingress, entry, entry.get("protocol"), sources, lists)
    elif resource.type in SECURITY_GROUP_RULE:
        sources = _many(resource.get("cidrBlocks")) + _many(resource.get("ipv6CidrBlocks"))
        ingress = resource.get("type") == "ingress"
        yield _range("", ingress, resource, resource.get("protocol"), sources, "prefixListIds")
    else:
        sources = _many(resource.get("cidrIpv4")) + _many(resource.get("cidrIpv6"))
        ingress = resource.type in INGRESS_RULE
        yield _range("", ingress, resource, resource.get("ipProtocol"), sources, "prefixListId")


def _many(value: Any) -> tuple[Any, ...]:
    if value is UNKNOWN:
        return (UNKNOWN,)
    if isinstance(value, list) and any(item is UNKNOWN for item in value):
        return (*strings(value), UNKNOWN)
    return tuple(strings(value))


def lists_world(resource: Resource, path: str, context: Context) -> bool:
    """True when a prefix list that `resource` names at `path` holds the internet."""
    return any(
        isinstance(block, str) and is_world(block)
        for one in context.graph.referenced(resource, path, *PREFIX_LIST)
        for block in (
            *one.all("entries[*].cidr"),
            *(entry.get("cidr") for entry in context.pointing_at(one, "prefixListId", *PREFIX_LIST_ENTRY)),
        )
    )


def _range(path: str, ingress: bool, entry: Any, protocol: Any, sources: tuple[Any, ...], lists: str = "") -> PortRange:
    first, last = _ports(entry.get("fromPort"), entry.get("toPort"))
    text = "" if isinstance(protocol, Sentinel) else "-1" if is_absent(protocol) else str(protocol).lower()
    return PortRange(
        path=path,
        ingress=ingress,
        protocol=text,
        first=first,
        last=last,
        sources=sources,
        description=entry.get("description"),
        lists=lists,
    )


def _ports(first: Any, last: Any) -> tuple[int, int]:
    """The ports between `first` and `last`; of a bound that can't be read only the other is open for certain."""
    hidden = [isinstance(bound, Sentinel) for bound in (first, last)]
    if all(hidden):
        return 1, 0
    low, high = number(first), number(last)
    lowest, highest = int(low) if low is not None else 0, int(high) if high is not None else 65535
    return (highest, highest) if hidden[0] else (lowest, lowest) if hidden[1] else (lowest, highest)
