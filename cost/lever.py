"""What a lever is: one change that an engineer could make to a stack, and how it is made to a graph."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from cost.adjustable import Adjustable
from cost.basis import Basis
from cost.estimate import Estimate
from cost.uptime import Uptime
from deployment import tokens
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
        """What to do, with what to set and the new values."""
        sets = what_to_set(before, after)
        if not sets:
            return self.title
        return f"{self.title} ({sets if settable(before, after) else f'in the program: {sets}'})"


def settable(before: Stack, after: Stack) -> bool:
    """Whether the stack's own settings make the change; True for a program that publishes none."""
    adjustable = before.basis.adjustable
    if adjustable is None:
        return True
    lent = before.basis.tenancy != after.basis.tenancy
    whole = lent or len(before.graph) == len(after.graph)
    return whole and None not in [_named(adjustable, *change) for change, _ in _changes(before, after)]


def what_to_set(before: Stack, after: Stack) -> str:
    """What a lever sets, and to what, for people.

    In the words of the stack's settings where they make the change, else properties of the resources that it names,
    keys of `costBasis`, and resources to leave out or to declare as another type.
    """
    changes = _by_change(before, after)
    adjustable = before.basis.adjustable
    if adjustable is not None and settable(before, after):
        named = dict.fromkeys(_named(adjustable, *change) for change in changes)
        return "set " + " and ".join(text for text in named if text) if named else ""
    told: list[str] = []
    declared: list[str] = []
    for (path, value), names in changes.items():
        if path in NEW_TYPES:
            declared.append(f"declare {_names(names)} as {path}")
        elif isinstance(value, str):
            told.append(f"{path} of {_names(names)} to {value}" if names else f"{path} to {value}")
    hours = [value for _, value in changes if isinstance(value, Uptime)]
    if before.basis.declared:
        told += [text for value in hours for text in _hours_told(before.basis.uptime, value)]
    parts = [*declared, *(["set " + " and ".join(told)] if told else [])]
    if gone := _gone(before, after):
        parts.append(f"leave out {_names(gone)}")
    if not before.basis.declared:  # nothing of the program says when it is up
        parts += [
            f"{_plain(value.sessions * value.hours_per_session)} h a month, destroyed in between" for value in hours
        ]
    return "; ".join(parts)


NEW_TYPES: Final = frozenset(tokens.SERVERLESS_CACHE)
"""Types that take the place of another's."""
UPTIME: Final = "uptime"

Change = tuple[str, "str | Uptime"]
"""Property, key of `costBasis` or new type, and its new value."""


LISTED: Final = 3
"""Resources that a text names before it counts the rest."""


def _names(names: Sequence[str]) -> str:
    rest = len(names) - LISTED
    return ", ".join(names[:LISTED]) + (f" and {rest} more" if rest > 0 else "")


def _gone(before: Stack, after: Stack) -> list[str]:
    """Names of the resources that a change drops."""
    if len(before.graph) == len(after.graph):
        return []
    kept = {resource.urn for resource in after.graph}
    return [resource.name for resource in before.graph if resource.urn not in kept]


def _by_change(before: Stack, after: Stack) -> dict[Change, list[str]]:
    """Changes, each with the names of the resources that get it alike; none for one of the basis."""
    found: dict[Change, list[str]] = {}
    for change, name in _changes(before, after):
        found.setdefault(change, []).extend([name] if name else [])
    return found


def _changes(before: Stack, after: Stack) -> Iterator[tuple[Change, str]]:
    """Each change with the name of its resource; "" for one of the basis."""
    replaced = {resource.urn: resource for resource in after.graph}
    for old in before.graph:
        new = replaced.get(old.urn, old)
        if old.type != new.type:
            yield (new.type, ""), new.name
        elif old.inputs is not new.inputs:
            yield from ((each, new.name) for each in _set("", old.inputs, new.inputs))
    for change in _basis_changes(before, after):
        yield change, ""


def _basis_changes(before: Stack, after: Stack) -> Iterator[Change]:
    if before.basis.tenancy != after.basis.tenancy:
        yield "costBasis.tenancy.kind", after.basis.tenancy  # its hours come with it
    elif before.basis.uptime != after.basis.uptime:
        yield UPTIME, after.basis.uptime
    requests = after.basis.traffic.monthly_requests
    if before.basis.traffic.monthly_requests != requests:
        yield "costBasis.usage.monthlyRequests", _plain(requests)
    peak = after.basis.traffic.peak_requests_per_second
    if before.basis.traffic.peak_requests_per_second != peak:
        yield "costBasis.usage.peakRequestsPerSecond", _plain(peak)
    rollouts = after.basis.traffic.rollouts_per_month
    if before.basis.traffic.rollouts_per_month != rollouts:
        yield "costBasis.usage.rolloutsPerMonth", _plain(rollouts)


def _named(adjustable: Adjustable, path: str, value: str | Uptime) -> str | None:
    if isinstance(value, Uptime):
        return adjustable.plan(value)
    return adjustable.told(path.removeprefix("costBasis."), value)


def _hours_told(old: Uptime, new: Uptime) -> Iterator[str]:
    if old.sessions != new.sessions:
        yield f"costBasis.uptime.sessionsPerMonth to {_plain(new.sessions)}"
    if old.hours_per_session != new.hours_per_session:
        yield f"costBasis.uptime.hoursPerSession to {_plain(new.hours_per_session)}"


def _set(path: str, old: Any, new: Any) -> Iterator[tuple[str, str]]:
    if isinstance(new, Mapping):
        for key, value in new.items():
            before = old.get(key) if isinstance(old, Mapping) else None
            if value != before:
                yield from _set(f"{path}.{key}" if path else str(key), before, value)
    elif isinstance(new, list) and isinstance(old, list) and len(new) == len(old):
        for place, (before, value) in enumerate(zip(old, new, strict=True)):
            if value != before:
                yield from _set(f"{path}[{place}]", before, value)
    elif isinstance(new, list):
        kept = [str(each.get("instanceType")) for each in new if isinstance(each, Mapping)]
        yield path, ", ".join(kept)
    else:
        yield path, str(new).lower() if isinstance(new, bool) else str(new)


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
