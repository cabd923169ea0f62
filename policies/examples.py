"""Small stacks that satisfy or break a rule: how they are written down, changed, and made into graphs."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from deployment.graph import Resource, ResourceGraph
from deployment.tokens import PROVIDER, RENDERED

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
    changed: dict[str, Any] = dict(example)
    for path, value in changes.items():
        name, *steps = STEP.findall(path)
        if steps:
            token, inputs, *given = changed[name]
            changed[name] = (token, _with(inputs, steps, value), *given)
        elif value is None:
            changed.pop(name, None)
        else:
            changed[name] = value
    return changed


def each(example: Example, *changes: Changes) -> tuple[Example, ...]:
    """One stack for each of `changes`, all made of `example`."""
    return tuple(but(example, one) for one in changes)


def _with(holder: Any, steps: list[str], value: Any) -> Any:
    """`holder` with `value` behind `steps`; what lies beside the way is shared: there are a thousand examples."""
    key: Any = int(steps[0][1:-1]) if steps[0].startswith("[") else steps[0]
    held = copy.copy(holder)
    is_new = key == len(held) if isinstance(held, list) else key not in held
    if len(steps) > 1:
        empty: Any = [] if steps[1].startswith("[") else {}
        value = _with(empty if is_new else held[key], steps[1:], value)
    if value is None:
        if not is_new or isinstance(held, list):
            held.pop(key)
    elif is_new and isinstance(held, list):
        held.append(value)
    else:
        held[key] = value
    return held


def example_graph(example: Example) -> ResourceGraph:
    """Graph of a rule's example, with the ids and ARNs that its references name, in us-east-1."""
    provider = f"urn:pulumi:example::example::{PROVIDER}::default"
    resources = [Resource(provider, PROVIDER, "default", inputs={"region": "us-east-1"})]
    for name, entry in example.items():
        token, inputs = entry[0], entry[1]
        custom = not token.startswith(("plant:", "pulumi:pulumi:")) and token not in RENDERED
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
