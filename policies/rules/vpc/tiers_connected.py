"""Clients, load balancer, fleets and cache can reach each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import (
    EGRESS_RULE,
    INGRESS_RULE,
    LAUNCH_TEMPLATE,
    LOAD_BALANCER,
    REPLICATION_GROUP,
    SECURITY_GROUP,
    SERVERLESS_CACHE,
)
from deployment.unknown import UNKNOWN
from policies.context import ROOT_TYPE, Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._ports import PortRange, port_ranges

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def check(context: Context) -> Iterator[Problem]:
    """Clients reach the load balancer, it reaches the fleets, and they reach the cache and the internet."""
    if not context.is_plant_stack:
        return
    graph = context.graph
    rules = graph.of_type(*INGRESS_RULE, *EGRESS_RULE)
    if not rules or any(rule.get("securityGroupId") is UNKNOWN for rule in rules):
        return
    yield from halves(context)
    if context.parked:
        return
    edges = groups_of(context, "securityGroups", *LOAD_BALANCER)
    fleets = groups_of(context, "networkInterfaces", *LAUNCH_TEMPLATE)
    caches = groups_of(context, "securityGroupIds", *SERVERLESS_CACHE, *REPLICATION_GROUP)
    for group in edges:
        if not any(one.from_world for one in ranges(context, group, *INGRESS_RULE)):
            yield Problem("nothing lets clients in; add an ingress rule for 443", resource=group)
    yield from linked(context, edges, fleets)
    yield from linked(context, fleets, caches)
    for fleet in fleets:
        if not ranges(context, fleet, *INGRESS_RULE):
            yield Problem(
                "nothing reaches the fleet; add an ingress rule from the load balancer's group", resource=fleet
            )
        if not any(one.covers(443) and one.from_world for one in ranges(context, fleet, *EGRESS_RULE)):
            yield Problem("the fleet can't fetch its image: no egress rule for 443; add one", resource=fleet)


def groups_of(context: Context, path: str, *types: str) -> tuple[Resource, ...]:
    """Security groups that the resources of `types` are in, each once."""
    found = {
        group.urn: group
        for resource in context.graph.of_type(*types)
        for group in context.graph.referenced(resource, path, *SECURITY_GROUP)
    }
    return tuple(found.values())


def ranges(context: Context, group: Resource, *types: str) -> list[PortRange]:
    """Port ranges of the rules of `group`."""
    rules = context.pointing_at(group, "securityGroupId", *types)
    return [one for rule in rules for one in port_ranges(rule)]


def halves(context: Context) -> Iterator[Problem]:
    """Rules between two groups whose other half is missing: egress without ingress, or the reverse."""
    graph = context.graph
    ways = {
        types: {
            (rule.get("securityGroupId"), rule.get("referencedSecurityGroupId")): rule for rule in graph.of_type(*types)
        }
        for types in (INGRESS_RULE, EGRESS_RULE)
    }
    for types, other in ((INGRESS_RULE, EGRESS_RULE), (EGRESS_RULE, INGRESS_RULE)):
        for (own, peer), rule in ways[types].items():
            if not isinstance(own, str) or not isinstance(peer, str):
                continue
            half = ways[other].get((peer, own))
            if half is None:
                missing = "egress" if other is EGRESS_RULE else "ingress"
                yield Problem(
                    f"the other half is missing: no {missing} rule of {peer} names {own}; add it", resource=rule
                )
            elif opened(rule) != opened(half):
                yield Problem(
                    f"it opens {told(rule)}, and its other half {half.name} opens {told(half)}; make them equal",
                    "fromPort",
                    rule,
                )


def opened(rule: Resource) -> list[tuple[str, int, int]]:
    """(protocol, first port, last port) of a rule."""
    return [(one.protocol, one.first, one.last) for one in port_ranges(rule)]


def told(rule: Resource) -> str:
    """The same as a message says it."""
    return ", ".join(f"{protocol} {first} to {last}" for protocol, first, last in opened(rule))


def linked(context: Context, sources: Sequence[Resource], targets: Sequence[Resource]) -> Iterator[Problem]:
    """What is missing for each of `sources` to connect to one of `targets`, and the reverse.

    With one group a tier, as in this project's stacks, that is the one; `halves` sees to both ends of each rule.
    """
    for groups, others, types, way in (
        (sources, targets, EGRESS_RULE, "egress to"),
        (targets, sources, INGRESS_RULE, "ingress from"),
    ):
        wanted = {other.urn for other in others}
        for group in groups:
            rules = context.pointing_at(group, "securityGroupId", *types)
            named = {peer.urn for rule in rules for peer in context.graph.referenced(rule, "referencedSecurityGroupId")}
            if wanted and not wanted & named:
                yield Problem(f"no rule allows {way} {others[0].name}; add it", resource=group)


RULE = Rule(
    id="network-tiers-connected",
    title="Clients, load balancer, fleets and cache can reach each other",
    severity=Severity.HIGH,
    why="A missing rule is found out when every request ends with 504.",
    fix="Add the security group rule that the message names, with referencedSecurityGroupId.",
    source="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-update-security-groups.html",
    check_stack=check,
    passing={
        "root": (ROOT_TYPE, {}),
        "edge": (SECURITY_GROUP[0], {}),
        "alb": (LOAD_BALANCER[0], {"securityGroups": ["id:edge"]}),
        "in": (
            INGRESS_RULE[0],
            {"securityGroupId": "id:edge", "cidrIpv6": "::/0", "ipProtocol": "tcp", "fromPort": 443, "toPort": 443},
        ),
    },
    failing={
        "root": (ROOT_TYPE, {}),
        "edge": (SECURITY_GROUP[0], {}),
        "alb": (LOAD_BALANCER[0], {"securityGroups": ["id:edge"]}),
        "in": (EGRESS_RULE[0], {"securityGroupId": "id:edge"}),
    },
)
