"""Small stacks that satisfy or break a rule: how they are written down, changed, and made into graphs."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from deployment.graph import Resource, ResourceGraph
from deployment.tokens import PROVIDER

Entry: TypeAlias = tuple[str, Mapping[str, Any]] | tuple[str, Mapping[str, Any], Mapping[str, Any]]
"""(type token, inputs), and options where there are any."""

Example: TypeAlias = Mapping[str, Entry]
"""Logical name -> resource. ``id:NAME`` and ``arn:NAME`` refer to a resource of the example.

A third item of an entry may hold the resource's options (``{"ignoreChanges": [...]}``) and ``dependencies``; a
component's inputs are its outputs.
"""

Changes: TypeAlias = Mapping[str, Any]
"""``resource.path`` -> value, None to take the property away; ``resource`` -> a whole entry, or None for none."""

STEP: Final = re.compile(r"[^.\[\]]+|\[\d+\]")


def but(example: Example, changes: Changes) -> Example:
    """`example` with `changes`: ``but(GOOD, {"alb.accessLogs.enabled": False})``."""
    changed: dict[str, Any] = {name: copy.deepcopy(entry) for name, entry in example.items()}
    for path, value in changes.items():
        name, *steps = STEP.findall(path)
        if steps:
            _put(changed[name][1], steps, value)
        elif value is None:
            changed.pop(name, None)
        else:
            changed[name] = copy.deepcopy(value)
    return changed


def each(example: Example, *changes: Changes) -> tuple[Example, ...]:
    """One stack for each of `changes`, all made of `example`."""
    return tuple(but(example, one) for one in changes)


def _put(holder: Any, steps: list[str], value: Any) -> None:
    key: Any = int(steps[0][1:-1]) if steps[0].startswith("[") else steps[0]
    if len(steps) > 1:
        if (isinstance(holder, list) and key == len(holder)) or (isinstance(holder, dict) and key not in holder):
            empty: Any = [] if steps[1].startswith("[") else {}
            holder.append(empty) if isinstance(holder, list) else holder.__setitem__(key, empty)
        _put(holder[key], steps[1:], value)
    elif value is None:
        holder.pop(key) if isinstance(holder, list) else holder.pop(key, None)
    elif isinstance(holder, list) and key == len(holder):
        holder.append(value)
    else:
        holder[key] = value


def example_graph(example: Example) -> ResourceGraph:
    """Graph of a rule's example, with the ids and ARNs that its references name, in us-east-1."""
    provider = f"urn:pulumi:example::example::{PROVIDER}::default"
    resources = [Resource(provider, PROVIDER, "default", inputs={"region": "us-east-1"})]
    for name, entry in example.items():
        token, inputs = entry[0], entry[1]
        custom = not token.startswith(("plant:", "pulumi:pulumi:"))
        identity = {"id": f"id:{name}", "arn": f"arn:{name}"} if custom else {}
        options = {"provider": f"{provider}::id"} if custom else {}
        given = dict(entry[2]) if len(entry) == 3 else {}
        resources.append(
            Resource(
                urn=f"urn:pulumi:example::example::{token}::{name}",
                type=token,
                name=name,
                inputs=inputs,
                outputs={**inputs, **identity},
                dependencies=tuple(given.pop("dependencies", ())),
                custom=custom,
                options={**options, **given},
            )
        )
    return ResourceGraph(resources)
