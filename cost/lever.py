"""What a lever is: one change that an engineer could make to a stack, and how it is made to a graph."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
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

    def told(self, before: Stack, after: Stack) -> str:
        """What to do, with the properties to set and their new values."""
        sets = what_to_set(before, after)
        return f"{self.title} ({sets})" if sets else self.title


def what_to_set(before: Stack, after: Stack) -> str:
    """Which properties a lever sets, and to what, for people; "" where it sets none: it then adds or drops resources.

    Of what several resources get alike one is told.
    """
    found: dict[str, None] = {}
    for old, new in zip(before.graph, after.graph, strict=False):
        if old.inputs is not new.inputs and old.urn == new.urn and old.type == new.type:
            found.update(dict.fromkeys(_set("", old.inputs, new.inputs)))
    old_uptime, uptime = before.basis.uptime, after.basis.uptime
    if old_uptime.sessions != uptime.sessions:
        found[f"costBasis.uptime.sessionsPerMonth to {_plain(uptime.sessions)}"] = None
    if old_uptime.hours_per_session != uptime.hours_per_session:
        found[f"costBasis.uptime.hoursPerSession to {_plain(uptime.hours_per_session)}"] = None
    if before.basis.tenancy != after.basis.tenancy:
        found[f"costBasis.tenancy.kind to {after.basis.tenancy}"] = None
    return "set " + " and ".join(found) if found else ""


def _set(path: str, old: Any, new: Any) -> Iterator[str]:
    if isinstance(new, Mapping):
        for key, value in new.items():
            before = old.get(key) if isinstance(old, Mapping) else None
            if value != before:
                yield from _set(f"{path}.{key}" if path else str(key), before, value)
    elif isinstance(new, list):
        kept = [str(each.get("instanceType")) for each in new if isinstance(each, Mapping)]
        yield f"{path} to {', '.join(kept)}"
    else:
        yield f"{path} to {str(new).lower() if isinstance(new, bool) else new}"


def _plain(number: Decimal) -> str:
    return f"{round(number, 2).normalize():f}"


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
