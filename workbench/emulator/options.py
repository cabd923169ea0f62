"""What a program asks of the engine for a resource (ResourceOptions), as a deployment JSON holds it.

Verdicts as those of the real engine (pulumi 3.260: pkg/resource/deploy/step_generator.go and step.go).
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Options:
    """The options that decide what the engine does with a resource.

    ``aliases`` and ``importID`` are not among them: they are about resources of earlier programs and other makers, of
    which an emulated AWS has none.
    """

    dependencies: list[str] = field(default_factory=list)
    """URNs that the resource depends on, for any reason; sorted."""
    property_dependencies: dict[str, list[str]] = field(default_factory=dict)
    """Input → URNs that its value comes from."""
    protect: bool = False
    """Refuse to delete or replace."""
    retain_on_delete: bool = False
    """Forget instead of deleting."""
    deleted_with: str = ""
    """URN whose deletion takes this resource along."""
    ignore_changes: list[str] = field(default_factory=list)
    """Paths of inputs that keep their old values."""
    delete_before_replace: bool | None = None
    """None: as the provider says."""
    replace_on_changes: list[str] = field(default_factory=list)
    """Paths whose change is answered with a replacement."""
    replace_with: list[str] = field(default_factory=list)
    """URNs whose replacement replaces this resource too."""
    replacement_trigger: Any = None
    """Value whose change replaces the resource; None: there is none."""

    @classmethod
    def of(cls, item: Mapping[str, Any]) -> Options:
        """The options of a deployment's entry."""
        by_property = item.get("propertyDependencies") or {}
        return cls(
            dependencies=dependencies_of(item),
            property_dependencies={name: sorted(urns) for name, urns in by_property.items()},
            protect=bool(item.get("protect")),
            retain_on_delete=bool(item.get("retainOnDelete")),
            deleted_with=str(item.get("deletedWith") or ""),
            ignore_changes=list(item.get("ignoreChanges") or ()),
            delete_before_replace=item.get("deleteBeforeReplace"),
            replace_on_changes=list(item.get("replaceOnChanges") or ()),
            replace_with=list(item.get("replaceWith") or ()),
            replacement_trigger=item.get("replacementTrigger"),
        )

    def demands_replacement(self, before: Options, changed: Iterable[str], replaced: set[str]) -> bool:
        """Whether the options turn what was found into a replacement.

        Args:
            before: The options at the last deployment.
            changed: Inputs that differ.
            replaced: URNs that this deployment replaces.
        """
        triggers = (before.replacement_trigger, self.replacement_trigger)
        if None not in triggers and triggers[0] != triggers[1]:
            return True
        if replaced & {*self.replace_with, self.deleted_with}:
            return True
        # The emulator's provider reports changes by whole properties, so a deeper path matches nothing.
        return ("*" in self.replace_on_changes and bool(set(changed))) or bool({*changed} & {*self.replace_on_changes})


def dependencies_of(item: Mapping[str, Any]) -> list[str]:
    """URNs that a deployment's entry depends on, for any reason."""
    by_property = item.get("propertyDependencies") or {}
    return sorted({*item.get("dependencies", ()), *(urn for urns in by_property.values() for urn in urns)})


def kept(inputs: dict[str, Any], old: dict[str, Any], ignored: Iterable[str]) -> dict[str, Any]:
    """The inputs with the old values at the ``ignoreChanges`` paths, as the engine puts them before a diff."""
    result = copy.deepcopy(inputs)
    for path in ignored:
        parts = [part.strip("[]\"'") for part in re.findall(r"[^.\[\]]+|\[[^\]]*\]", path)]
        _keep(result, old, parts)
    return result


def _keep(new: Any, old: Any, parts: list[str]) -> None:
    head, rest = parts[0], parts[1:]
    keys: list[Any] = [head]
    if isinstance(new, list) and isinstance(old, list):
        keys = list(range(min(len(new), len(old)))) if head == "*" else [int(head)]
    elif not (isinstance(new, dict) and isinstance(old, dict)):
        return
    elif head == "*":
        keys = list(new.keys() & old.keys())
    for key in keys:
        try:
            if rest:
                _keep(new[key], old[key], rest)
            else:
                new[key] = copy.deepcopy(old[key])
        except (KeyError, IndexError):
            if not rest and isinstance(new, dict):
                new.pop(key, None)
