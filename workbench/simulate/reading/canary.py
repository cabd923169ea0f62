"""Which of a stack's fleets the requests come to, and which of the others is its canary."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from deployment import tokens
from deployment.graph import Resource, ResourceGraph
from workbench.simulate.reading.values import as_float

Scaled = tuple[Resource, Resource | None]
"""What scales, and the target group that it answers for."""


def stable_and_canary(graph: ResourceGraph, fleets: Sequence[Scaled]) -> list[Resource]:
    """The fleet that requests come to, and the canary of it if there is one.

    A canary shares a forward action of the load balancer with it: of two that do, the one whose name says so, or else
    the one with less weight. Where no action says anything, the name alone does. Two services are no such pair.
    """
    reached = [each for each in fleets if each[1] is not None] or list(fleets)
    for weights in _forwarded(graph):
        sharing = [(fleet, weights[group.urn]) for fleet, group in reached if group and group.urn in weights]
        if len(sharing) > 1:
            sharing.sort(key=lambda each: (_named(each[0]), -each[1]))
            return [fleet for fleet, _ in sharing[:2]]
    named = [fleet for fleet, _ in reached if _named(fleet)]
    others = [fleet for fleet, _ in reached if not _named(fleet)]
    return [*others[:1], *named[:1]] if others else named[:1]


def _named(fleet: Resource) -> bool:
    return "canary" in fleet.name.lower()


def _forwarded(graph: ResourceGraph) -> Iterator[Mapping[str, float]]:
    """URN of each target group -> its weight, of each action that forwards to several."""
    for resource in graph.of_type(*tokens.LISTENER, *tokens.LISTENER_RULE):
        path = "defaultActions" if resource.type in tokens.LISTENER else "actions"
        for index, _ in enumerate(resource.all(f"{path}[*]")):
            groups = f"{path}[{index}].forward.targetGroups"
            weights = {
                group.urn: as_float(resource.get(f"{groups}[{place}].weight"), 0.0)
                for place, _ in enumerate(resource.all(f"{groups}[*]"))
                for group in graph.referenced(resource, f"{groups}[{place}].arn", *tokens.TARGET_GROUP)
            }
            if len(weights) > 1:
                yield weights
