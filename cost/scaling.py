"""What autoscalers may do: the limits of Application Auto Scaling targets, scheduled actions included.

A target names what it scales by text (``service/cluster/name``), which a preview often doesn't know yet. Then the
dependencies that it declares tell; where they don't, what it may mean has no upper bound, and no price.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from cost.charges import ZERO, Amount, Unpriced
from cost.scope import Scope
from deployment import tokens
from deployment.decimals import number
from deployment.graph import Resource
from deployment.unknown import SECRET, UNKNOWN

TARGET: Final = tokens.SCALABLE_TARGET[0]
ACTION: Final = tokens.SCALABLE_TARGET_SCHEDULE[0]


@dataclass(frozen=True, slots=True)
class Limits:
    """Between what an autoscaler moves something."""

    low: Decimal
    high: Decimal

    def beyond(self, declared: Decimal) -> Amount:
        """What the autoscaler adds to `declared` of them that are billed already."""
        least, most = max(ZERO, self.low - declared), max(ZERO, self.high - declared)
        return Amount.of(least, least, most)

    def around(self, declared: Decimal) -> Amount:
        """Floor, expected and worst case of what is declared as `declared`: an autoscaler lifts it to its minimum,
        and may go to its maximum."""
        return Amount.of(self.low, max(declared, self.low), max(declared, self.high))


def limits_of(scope: Scope, dimension: str, *names: str) -> Limits | None:
    """Limits of the scaling target for `dimension` (``ecs:service:DesiredCount``) of the resource; None without one.

    `names` are texts that the target's ``resourceId`` ends with when it means the resource. Raises Unpriced when a
    target may mean the resource and nothing tells, or its limits aren't known.
    """
    found: list[Limits] = []
    for target in _targets(scope).get(dimension, ()):
        identifier = target.get("resourceId")
        if identifier is UNKNOWN or identifier is SECRET:
            means = scope.graph.referenced(target, "resourceId", scope.resource.type)
            if not means:
                raise Unpriced(f"{target.name}: what it scales isn't known, so there is no largest number of it")
            mine = any(one.urn == scope.resource.urn for one in means)
        else:
            mine = any(str(identifier).endswith(name) for name in names if name)
        if mine:
            found.append(limits_of_target(Scope(scope.pricing, target)))
    if not found:
        return None
    return Limits(min(each.low for each in found), max(each.high for each in found))


def limits_of_target(scope: Scope) -> Limits:
    """Limits of the scaling target that `scope` is of, scheduled actions included. Raises Unpriced."""
    target = scope.resource
    lows, highs = [scope.number("minCapacity")], [scope.number("maxCapacity")]
    for action in _actions(scope, target):
        low, high = number(action.get("minCapacity")), number(action.get("maxCapacity"))
        if any(action.get(key) in (UNKNOWN, SECRET) for key in ("minCapacity", "maxCapacity")):
            raise Unpriced(f"{target.name}: limits of a scheduled action aren't known")
        lows += [] if low is None else [low]
        highs += [each for each in (low, high) if each is not None]
    return Limits(min(lows), max(highs))


def _actions(scope: Scope, target: Resource) -> Iterator[Mapping[str, Any]]:
    """What scheduled actions set the limits of `target` to."""
    for action in scope.graph.of_type(ACTION):
        if action.get("scalableDimension") not in (target.get("scalableDimension"), UNKNOWN):
            continue
        identifier = action.get("resourceId")
        if identifier is UNKNOWN or target.get("resourceId") is UNKNOWN:
            named = scope.graph.referenced(action, "resourceId")
            if not any(one.urn == target.urn for one in named) and not set(named) & set(
                scope.graph.referenced(target, "resourceId")
            ):
                continue
        elif identifier != target.get("resourceId"):
            continue
        change = action.get("scalableTargetAction")
        if isinstance(change, Mapping):
            yield change


def _targets(scope: Scope) -> Mapping[str, list[Resource]]:
    """Scaling targets by dimension."""
    found: dict[str, list[Resource]] | None = scope.pricing.cache.get("scaling targets")
    if found is None:
        found = scope.pricing.cache["scaling targets"] = defaultdict(list)
        for target in scope.graph.of_type(TARGET):
            found[str(target.get("scalableDimension"))].append(target)
    return found
