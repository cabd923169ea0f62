"""Machines of the stack that may change it: what they did is no drift.

What they may change is published by the program: properties that Pulumi ignores (``ignoreChanges``: weights, sizes,
the state of a rollout), the reaper and the spend brake in the root's ``costBasis``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from cost.basis import FOLLOWS_USE, Basis
from deployment import tokens
from deployment.decimals import number
from deployment.graph import Resource, ResourceGraph

FLEET: Final = tokens.SCALING_GROUP[0]
RULES: Final = tokens.LISTENER_RULE
SIZES: Final = ("minSize", "maxSize", "desiredCapacity")

ROLLOUT: Final = "the rollout"
SCALING: Final = "scaling"
REAPER: Final = "the reaper"
BRAKE: Final = "the spend brake"
LEFT: Final = "whoever ignoreChanges leaves it to"


class Machines:
    """Who may have changed what, in one stack."""

    def __init__(self, old: ResourceGraph, new: ResourceGraph, basis: Basis) -> None:
        self.old = old
        self.new = new
        self.basis = basis
        self._reaped = self._gone_by_the_reaper()

    def of_deletion(self, resource: Resource) -> str:
        """The machine that removed `resource`; "" when somebody did."""
        return REAPER if resource.urn in self._reaped else ""

    def of_property(self, resource: Resource, path: str, old: Any, new: Any) -> str:
        """The machine that changed the property at `path` of `resource` from `old` to `new`; "" when somebody did."""
        key = re.split(r"[.\[]", path, maxsplit=1)[0]
        if resource.type == FLEET and key in SIZES:
            if self.basis.reaper_urn is not None and _all_zero(self.new.by_urn.get(resource.urn)):
                return REAPER
            if key == "maxSize" and self._braked(resource, old, new):
                return BRAKE
        if not _is_ignored(path, resource.options.get("ignoreChanges", ())):
            return ""
        if resource.type in RULES or (resource.type == FLEET and key == "minSize"):
            return ROLLOUT
        return SCALING if resource.type == FLEET else LEFT

    def _braked(self, resource: Resource, old: Any, new: Any) -> bool:
        """Whether a fleet's maximum is down at its minimum, as the brake sets it."""
        before, after, least = number(old), number(new), number(resource.get("minSize"))
        if self.basis.brake is None or before is None or after is None or least is None:
            return False
        return after < before and after == max(least, 1)

    def _gone_by_the_reaper(self) -> frozenset[str]:
        """URNs of what the reaper removed: it leaves nothing of a type, and what hangs on that goes along."""
        types = (self.basis.reaped or frozenset()) - FOLLOWS_USE if self.basis.reaper_urn is not None else frozenset()
        missing = [one for one in self.old if one.custom and one.urn not in self.new.by_urn]
        gone = {one.urn for one in missing if one.type in types and not self.new.of_type(one.type)}
        grew = bool(gone)
        while grew:
            grew = False
            for one in missing:
                if one.urn not in gone and not gone.isdisjoint(_targets(one)):
                    gone.add(one.urn)
                    grew = True
        return frozenset(gone)


def _targets(resource: Resource) -> Iterable[str]:
    yield from resource.dependencies
    for urns in resource.property_dependencies.values():
        yield from urns


def _all_zero(resource: Resource | None) -> bool:
    return resource is not None and all(number(resource.get(key)) == 0 for key in SIZES)


def _is_ignored(path: str, patterns: Any) -> bool:
    """Whether `path` is, or lies below, one of ``ignoreChanges``; ``[*]`` there stands for any index."""
    steps = path.replace("[", ".[").split(".")
    for pattern in patterns:
        wanted = str(pattern).replace("[", ".[").split(".")
        if len(wanted) <= len(steps) and all(w in (s, "[*]", "*") for w, s in zip(wanted, steps, strict=False)):
            return True
    return False


def without_ignored(options: Mapping[str, Any]) -> dict[str, Any]:
    """`options` of a resource that ignores no change."""
    return {key: value for key, value in options.items() if key != "ignoreChanges"}
