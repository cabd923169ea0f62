"""Makes deployments comparable: an id or ARN is written as "output X of resource Y".

A preview's ids are stand-ins and a real stack's are AWS's own; what they refer to is the same.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from typing import Any, Final

from deployment.graph import Resource, ResourceGraph

SHORTEST: Final = 6
"""A shorter output value (a version number, "443") is no identity; it would match by chance."""


class References:
    """The outputs of one graph by which its resources refer to each other."""

    def __init__(self, graph: ResourceGraph) -> None:
        self._names: dict[str, str] = {}
        for resource in graph:
            if not resource.custom:
                continue
            declared = {value for value in resource.inputs.values() if isinstance(value, str)}
            for output, value in resource.outputs.items():
                # What the program itself says (a domain name) is the same wherever it stands.
                if isinstance(value, str) and len(value) >= SHORTEST and value not in declared:
                    self._names.setdefault(value, f"{resource.type.rpartition(':')[2]}[{resource.name}].{output}")
        self._longest_first = sorted(self._names, key=lambda value: (-len(value), value))
        self._told: dict[str, str] = {}
        """Text -> what it is written as: resources say the same in many places."""

    def refer_alike(self, other: References) -> bool:
        """Whether what is the same in both graphs is written the same."""
        return self._names == other._names

    def normalised(self, resource: Resource) -> dict[str, Any]:
        """Inputs of `resource` with every value of this graph's outputs replaced by what it refers to."""
        return {key: self._of(value) for key, value in resource.inputs.items()}

    def _of(self, value: Any) -> Any:
        if isinstance(value, str):
            if value not in self._told:
                self._told[value] = self._text(value)
            return self._told[value]
        if isinstance(value, Mapping):
            return {key: self._of(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._of(item) for item in value]
        return value

    def _text(self, value: str) -> str:
        if value in self._names:
            return f"<{self._names[value]}>"
        # A pattern of all of them would try each at every character; a few are in a text, and none in a shorter one.
        first = bisect_right(self._longest_first, -len(value), key=lambda name: -len(name))
        held = [name for name in self._longest_first[first:] if name in value]
        if not held:
            return value
        return re.sub("|".join(map(re.escape, held)), lambda found: f"<{self._names[found.group()]}>", value)
