"""What a lever is: one change that an engineer could make to a stack, and how it is made to a graph."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cost.basis import Basis
from cost.estimate import Estimate
from deployment.graph import Resource, ResourceGraph


@dataclass(frozen=True, slots=True)
class Stack:
    """A graph with its basis: what a lever changes."""

    graph: ResourceGraph
    basis: Basis


@dataclass(frozen=True, slots=True)
class Lever:
    """One change that an engineer could make."""

    id: str
    title: str
    """What to do, for people."""
    apply: Callable[[Stack, Estimate], Stack | None]
    """The changed stack, or None where there is nothing to change."""


def changed(stack: Stack, types: Sequence[str], change: Callable[[Resource], dict[str, Any] | None]) -> Stack | None:
    """`stack` with other inputs for the resources of `types`; `change` gives the new properties, or None."""
    touched = False
    resources: list[Resource] = []
    for resource in stack.graph:
        properties = change(resource) if resource.type in types else None
        if properties is None:
            resources.append(resource)
        else:
            touched = True
            resources.append(replace(resource, inputs={**resource.inputs, **properties}))
    return Stack(ResourceGraph(resources), stack.basis) if touched else None


def without(stack: Stack, types: Sequence[str]) -> Stack | None:
    """`stack` without its resources of `types`; None when it has none."""
    kept = [resource for resource in stack.graph if resource.type not in types]
    return Stack(ResourceGraph(kept), stack.basis) if len(kept) < len(stack.graph) else None
