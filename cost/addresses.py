"""Public IPv4 addresses: AWS bills every one by the hour, and many come unasked, from the subnet.

Facts: Amazon VPC user guide, IP addressing for your VPCs and subnets (2026-11): instances of a default subnet, and of
one that maps public addresses on launch, get one; associating an Elastic IP address releases it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from cost.charges import NOTHING, ONE, Amount
from cost.scope import Pricing, Scope, hides
from deployment import tokens
from deployment.graph import Resource
from deployment.unknown import SECRET, UNKNOWN, Sentinel

SUBNET: Final = tokens.SUBNET[0]
DEFAULT_SUBNET: Final = tokens.DEFAULT_SUBNET[0]
INSTANCES: Final = (*tokens.INSTANCE, *tokens.SPOT_REQUEST)
EIP: Final = tokens.ELASTIC_IP[0]
ASSOCIATION: Final = tokens.ELASTIC_IP_ASSOCIATION[0]


MOST_ZONES: Final = 6
"""Zones that the largest Region has (us-east-1; AWS's list of Regions, 2026)."""


def zones(scope: Scope, path: str, least: int, most: int = MOST_ZONES) -> Amount:
    """Zones that the subnets at `path` are in, `least` without any; of subnets that nothing tells the number of, in the
    worst case `most`: as many as a Region has."""
    if (known := scope.members(path, SUBNET, DEFAULT_SUBNET)) is not None:
        return Amount.fixed(max(known, least))
    return Amount.of(least, least, most if scope.made(hides, path) else least)


def per_instance(scope: Scope, subnets: str, declared: object = None, *, anywhere: bool = True) -> Amount:
    """Addresses that one instance gets: what `declared` (``associatePublicIpAddress``) says, else what the subnets
    at the path `subnets` do.

    Subnets that aren't in the graph may give one: that is worst case only. `anywhere` says what it means that no
    subnet is named: True for what then starts in the default VPC.
    """
    if declared is not None and declared not in (UNKNOWN, SECRET):
        return ONE if is_true(declared) else NOTHING
    named = scope.made(_named, subnets)
    if declared is not None or named is SECRET:
        return Amount.of(0, 0, 1)
    if named is None:
        return ONE if anywhere else NOTHING
    found = scope.referenced(subnets, SUBNET, DEFAULT_SUBNET)
    said = [subnet.get("mapPublicIpOnLaunch") for subnet in found]
    maps = [subnet.type == DEFAULT_SUBNET or is_true(each) for subnet, each in zip(found, said, strict=True)]
    if any(maps):
        return ONE
    if UNKNOWN in said or SECRET in said:
        return Amount.of(0, 0, 1)
    return NOTHING if len(maps) >= (scope.members(subnets) or 1) else Amount.of(0, 0, 1)


def _named(resource: Resource, path: str) -> bool | Sentinel | None:
    """True where something is named at `path`, None where nothing is; or what stands for what can't be read."""
    value = resource.get(path)
    return None if value in (None, "", []) else value if isinstance(value, Sentinel) else True


def has_elastic_ip(scope: Scope) -> bool:
    """True when an Elastic IP address of the graph is associated with the instance: it replaces what AWS assigned."""
    return scope.its(scope.pricing.once(_associated)) is not None


def _associated(pricing: Pricing) -> Mapping[str, Resource]:
    """URN of an instance -> the address that is associated with it."""
    graph = pricing.graph
    found: dict[str, Resource] = {}
    known = ((one.outputs.get("primaryNetworkInterfaceId"), one) for one in graph.of_type(*INSTANCES))
    by_interface = {interface: one for interface, one in known if isinstance(interface, str)}
    for token, paths in ((EIP, ("instance", "networkInterface")), (ASSOCIATION, ("instanceId", "networkInterfaceId"))):
        for address in graph.of_type(token):
            for path in paths:
                found.update((target.urn, address) for target in graph.referenced(address, path, *INSTANCES))
                named = address.get(path)
                if isinstance(named, str) and (owner := by_interface.get(named)) is not None:
                    found[owner.urn] = address
    return found


def interface_address(launch: Mapping[str, Any]) -> Any:
    """What the first network interface of a launch template says of public addresses; None where none does."""
    for interface in launch.get("networkInterfaces") or []:
        if isinstance(interface, Mapping) and "associatePublicIpAddress" in interface:
            return interface["associatePublicIpAddress"]
    return None


def is_true(value: object) -> bool:
    """A property as true or false, also when written as text; what isn't known is not true."""
    return str(value).lower() == "true"
