"""Rules of security groups that somebody added beside those that are resources of their own.

A program that declares each rule as a resource says nothing of ``ingress`` and ``egress`` at the group, so the engine
compares neither; what AWS has stands in the group's outputs alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from deployment.graph import Resource, ResourceGraph
from deployment.tokens import EGRESS_RULE, INGRESS_RULE, SECURITY_GROUP, SECURITY_GROUP_RULE

DIRECTIONS: Final = ("ingress", "egress")
LISTS: Final = ("cidrBlocks", "ipv6CidrBlocks", "prefixListIds", "securityGroups")
"""Of a group's rule: who may come, or where to one may go."""
SELF: Final = "self"
KEPT: Final = ("protocol", "fromPort", "toPort", "description")
NUMBERS: Final = {"1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6", "all": "-1"}
"""Protocols by number, as AWS takes them, too."""

_Opening = tuple[str, str, Any, Any, str]
"""Direction, protocol, first and last port, and to whom."""


def with_openings(
    old: ResourceGraph, new: ResourceGraph, differences: Mapping[str, frozenset[str]] | None
) -> tuple[ResourceGraph, Mapping[str, frozenset[str]] | None]:
    """`new` with the rules that nobody declared among the inputs of their groups, and `differences` that tell them."""
    declared = _declared(old)
    for group, opened in _declared(new).items():  # a rule that a hand has changed is told as that rule
        declared[group] |= opened
    told = None if differences is None else dict(differences)
    resources = []
    for resource in new:
        before = old.by_urn.get(resource.urn)
        added = {} if before is None or resource.type not in SECURITY_GROUP else _added(before, resource, declared)
        if added:
            resource = replace(resource, inputs={**resource.inputs, **added})
            if told is not None:
                told[resource.urn] = told.get(resource.urn, frozenset()).union(added)
        resources.append(resource)
    return ResourceGraph(resources), told


def unseen(old: ResourceGraph, new: ResourceGraph) -> list[Resource]:
    """Groups of a previewed refresh whose rules are not told as AWS has them.

    Of a resource whose inputs are as they were ``pulumi refresh --preview-only --json`` repeats the state (seen with
    3.260), so that outputs alone never differ.
    """
    groups = (one for one in old.of_type(*SECURITY_GROUP) if not set(DIRECTIONS) <= one.inputs.keys())
    return [one for one in groups if one.urn in new.by_urn and new.by_urn[one.urn].outputs == one.outputs]


def _added(before: Resource, now: Resource, declared: Mapping[Any, set[_Opening]]) -> dict[str, Any]:
    """Direction -> rules that `now` has and nobody declared."""
    own = now.outputs.get("id")
    found: dict[str, Any] = {}
    for direction in DIRECTIONS:
        if direction in before.inputs or direction in now.inputs:
            continue  # the engine compares it
        known = declared[own] | {
            one for entry in _entries(before, direction) for one in _openings(direction, entry, own)
        }
        fresh = [
            {**{key: entry[key] for key in KEPT if key in entry}, **rest}
            for entry in _entries(now, direction)
            if (rest := _unknown(direction, entry, own, known))
        ]
        if fresh:
            found[direction] = fresh
    return found


def _unknown(direction: str, entry: Mapping[str, Any], own: Any, known: set[_Opening]) -> dict[str, Any]:
    """What of the rule `entry` is not `known`."""
    found: dict[str, Any] = {}
    for key in (*LISTS, SELF):
        one = {SELF: entry.get(SELF)} if key == SELF else {key: entry.get(key)}
        part = {**{name: entry.get(name) for name in ("protocol", "fromPort", "toPort")}, **one}
        fresh = [opening for opening in _openings(direction, part, own) if opening not in known]
        if fresh:
            found[key] = True if key == SELF else [opening[-1] for opening in fresh]
    return found


def _entries(group: Resource, direction: str) -> Iterator[Mapping[str, Any]]:
    listed = group.outputs.get(direction)
    return (entry for entry in listed if isinstance(entry, Mapping)) if isinstance(listed, list) else iter(())


def _openings(direction: str, entry: Mapping[str, Any], own: Any) -> Iterator[_Opening]:
    """Each opening of a group's rule; a group that lets itself in does so by its id or as `SELF`."""
    for key in LISTS:
        listed = entry.get(key)
        for whom in listed if isinstance(listed, list) else ():
            if isinstance(whom, str):
                yield _opening(direction, entry, entry.get("protocol"), SELF if whom == own else whom)
    if entry.get(SELF) is True:
        yield _opening(direction, entry, entry.get("protocol"), SELF)


def _opening(direction: str, entry: Mapping[str, Any], protocol: Any, whom: str) -> _Opening:
    name = NUMBERS.get(str(protocol).lower(), str(protocol).lower())
    ports = (None, None) if name == "-1" else (entry.get("fromPort"), entry.get("toPort"))
    return direction, name, *ports, whom


def _declared(graph: ResourceGraph) -> dict[Any, set[_Opening]]:
    """Id of a group -> what the stack's own rules of it open."""
    found: dict[Any, set[_Opening]] = defaultdict(set)
    for rule in graph.of_type(*INGRESS_RULE, *EGRESS_RULE):
        group = rule.get("securityGroupId")
        direction = "ingress" if rule.type in INGRESS_RULE else "egress"
        for key in ("cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId"):
            whom = rule.get(key)
            if isinstance(whom, str) and isinstance(group, str):
                known = SELF if whom == group else whom
                found[group].add(_opening(direction, rule.inputs, rule.get("ipProtocol"), known))
    for rule in graph.of_type(*SECURITY_GROUP_RULE):
        group = rule.get("securityGroupId")
        source = rule.get("sourceSecurityGroupId")
        entry = {**rule.inputs, "securityGroups": [source]}
        if isinstance(group, str):
            found[group].update(_openings(str(rule.get("type")), entry, group))
    return found
