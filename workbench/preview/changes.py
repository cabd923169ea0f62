"""What a deployment would change: two deployments compared the way the engine compares a program with its state."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from deployment.graph import STACK_TYPE, Resource, ResourceGraph
from workbench.preview.references import References

PROVIDER_PREFIX: Final = "pulumi:providers:"
BOOKKEEPING: Final = frozenset({"__defaults"})
"""Inputs that providers add for themselves."""


class Operation(StrEnum):
    """What happens to a resource; the words are the engine's (`pulumi preview --json`)."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"
    SAME = "same"


@dataclass(frozen=True)
class PropertyChange:
    """One property that differs."""

    path: str
    """e.g. ``tags.Name`` or ``rules[2].priority``."""
    old: Any
    """None when the property is new."""
    new: Any
    """None when it goes away; KNOWN_AFTER when only the deployment will tell."""
    forces_replacement: bool = False


KNOWN_AFTER: Final = "(known after replacement)"
"""New value of a reference to a resource that is replaced."""


@dataclass(frozen=True)
class Change:
    """What happens to one resource, and why."""

    operation: Operation
    resource: Resource
    """The resource as it will be, or as it was when it goes."""
    properties: tuple[PropertyChange, ...] = ()
    was_named: str | None = None
    """URN it had before, when an alias connects the two."""


def compare(old: ResourceGraph | None, new: ResourceGraph) -> list[Change]:
    """Changes from `old` (None: nothing is there) to `new`, in the order of `new`, then what is deleted.

    A property that its resource ignores (`ignoreChanges`) is not compared; a change of one that AWS can't alter
    replaces the resource, and through references what hangs on it. Components are the program's own and only
    ever created or deleted. Providers and the stack are left out.
    """
    if old is None:
        return [Change(Operation.CREATE, resource) for resource in _shown(new)]
    old_references, new_references = References(old), References(new)
    alike = old_references.refer_alike(new_references)
    before = {resource.urn: resource for resource in _shown(old)}
    changes: list[Change] = []
    replaced: set[str] = set()
    renamed: set[str] = set()
    for resource in _shown(new):
        predecessor, was_named = _predecessor(resource, before)
        if predecessor is None:
            changes.append(Change(Operation.CREATE, resource))
            continue
        del before[predecessor.urn]
        if not resource.custom:
            changes.append(Change(Operation.SAME, resource, was_named=was_named))
            continue
        forcing = _forcing_replacement(predecessor, resource)
        properties: list[PropertyChange] = []
        if not alike or predecessor.inputs != resource.inputs:  # most are as they were, and need no other writing
            properties += _property_changes(
                old_references.normalised(predecessor), new_references.normalised(resource), resource, forcing
            )
        properties += _through_references(resource, replaced, forcing)
        properties += _through_options(predecessor, resource, replaced, renamed)
        operation = Operation.UPDATE if properties else Operation.SAME
        if any(change.forces_replacement for change in properties):
            operation = Operation.REPLACE
            replaced.add(resource.urn)
            renamed |= {str(resource.outputs[name]) for name in ("id", "arn") if resource.outputs.get(name)}
        changes.append(Change(operation, resource, tuple(properties), was_named))
    changes.extend(Change(Operation.DELETE, resource) for resource in before.values())
    return changes


def counts(changes: Iterable[Change]) -> dict[str, int]:
    """How many resources each operation concerns; every operation is listed."""
    found = {operation.value: 0 for operation in Operation}
    for change in changes:
        found[change.operation.value] += 1
    return found


def in_words(changes: Iterable[Change], order: Iterable[Operation]) -> str:
    """How many resources each operation concerns, in that order: ``3 to create, 2 to update, 1 unchanged``."""
    number = Counter(change.operation for change in changes)
    words = [f"{number[found]} to {found.value}" for found in order if found is not Operation.SAME and number[found]]
    if number[Operation.SAME]:
        words.append(f"{number[Operation.SAME]} unchanged")
    return ", ".join(words)


def _shown(graph: ResourceGraph) -> Iterator[Resource]:
    for resource in graph:
        if resource.type != STACK_TYPE and not resource.type.startswith(PROVIDER_PREFIX):
            yield resource


def _predecessor(resource: Resource, before: Mapping[str, Resource]) -> tuple[Resource | None, str | None]:
    if resource.urn in before:
        return before[resource.urn], None
    for alias in resource.options.get("aliases", ()):
        if alias in before:
            return before[alias], alias
    return None, None


def _forcing_replacement(old: Resource, new: Resource) -> frozenset[str]:
    """Top-level properties of the resource that can't change in place, or not from the old value to the new one."""
    from workbench.emulator.registry import types  # only a comparison needs the provider's table

    known = types().get(new.type)
    own = frozenset(new.options.get("replaceOnChanges", ()))
    if known is None:
        return own
    by_value = {
        name for name, replaces in known.replaces_if.items() if replaces(old.inputs.get(name), new.inputs.get(name))
    }
    return own | known.replaces | by_value


def _property_changes(
    old: Mapping[str, Any], new: Mapping[str, Any], resource: Resource, forcing: frozenset[str]
) -> Iterator[PropertyChange]:
    ignored = tuple(resource.options.get("ignoreChanges", ()))
    provider_defaults = set(resource.inputs.get("__defaults", ()))
    for key in sorted({*old, *new} - BOOKKEEPING - provider_defaults):
        defaulted = key in old.get("__defaults", ()) and key not in new
        if key in ignored or defaulted:
            continue
        for path, before, after in _differences(key, old.get(key), new.get(key)):
            if not _is_ignored(path, ignored):
                yield PropertyChange(path, before, after, key in forcing or "*" in forcing)


def _is_ignored(path: str, ignored: tuple[str, ...]) -> bool:
    """Whether `path` is, or lies below, an ignored path; ``[*]`` there stands for any index."""
    steps = path.replace("[", ".[").split(".")
    for pattern in ignored:
        wanted = pattern.replace("[", ".[").split(".")
        if len(wanted) <= len(steps) and all(w in (s, "[*]", "*") for w, s in zip(wanted, steps, strict=False)):
            return True
    return False


def _differences(path: str, old: Any, new: Any) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted({*old, *new} - BOOKKEEPING):
            yield from _differences(f"{path}.{key}", old.get(key), new.get(key))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (before, after) in enumerate(zip(old, new, strict=True)):
            yield from _differences(f"{path}[{index}]", before, after)
    elif old != new:
        before, after = _document(old), _document(new)
        if before is not None and after is not None:
            yield from _differences(path, before, after)
        else:
            yield path, old, new


def _document(value: Any) -> Any:
    """The policy, state machine or other JSON document in the text `value`; None when it holds none."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return None
    return None


def _through_options(old: Resource, new: Resource, replaced: set[str], renamed: set[str]) -> Iterator[PropertyChange]:
    """What the options `replacementTrigger` and `replaceWith` replace; a trigger that is new replaces nothing.

    Args:
        old: The resource as it was.
        new: The resource as it will be.
        replaced: URNs of what is replaced.
        renamed: Ids and ARNs that this had: a trigger that holds one gets another value.
    """
    before, after = (resource.options.get("replacementTrigger") for resource in (old, new))
    if before is not None and after is not None and before != after:
        yield PropertyChange("(replacementTrigger)", before, after, forces_replacement=True)
    elif before is not None and not renamed.isdisjoint(_texts(after)):
        yield PropertyChange("(replacementTrigger)", before, KNOWN_AFTER, forces_replacement=True)
    if not replaced.isdisjoint(new.options.get("replaceWith", ())):
        yield PropertyChange("(replaceWith)", None, KNOWN_AFTER, forces_replacement=True)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list):
        for item in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(item)


def _through_references(resource: Resource, replaced: set[str], forcing: frozenset[str]) -> Iterator[PropertyChange]:
    """Properties that refer to something that is replaced: their new values are not known before it exists."""
    ignored = resource.options.get("ignoreChanges", ())
    for key, urns in resource.property_dependencies.items():
        if key not in ignored and not replaced.isdisjoint(urns):
            yield PropertyChange(key, resource.inputs.get(key), KNOWN_AFTER, key in forcing)
