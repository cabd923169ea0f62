"""What autoscalers may do: the limits of Application Auto Scaling targets, scheduled actions included.

A target names what it scales by text (``service/cluster/name``), which a preview often doesn't know yet. Then the
dependencies that it declares tell; where they don't, what it may mean has no upper bound, and no price.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Final

from cost.charges import ZERO, Amount, Unpriced
from cost.scope import Pricing, Scope
from deployment import tokens
from deployment.decimals import number
from deployment.graph import Resource, ResourceGraph
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


def limits_of(scope: Scope, dimension: str, names: Callable[[], Iterable[str]], key: str = "name") -> Limits | None:
    """Limits of the scaling target for `dimension` (``ecs:service:DesiredCount``) of the resource; None without one.

    `names` gives texts that the target's ``resourceId`` ends with when it means the resource: its kind, and its name as
    the last part. That name is at `key`: where it isn't known, every target counts that names no other resource of its
    type. A scheduled action counts without its target, too: that may be another stack's. Raises Unpriced when a target
    or an action may mean the resource and nothing tells, or its limits aren't known.
    """
    dimensions = (dimension, str(UNKNOWN), str(SECRET))
    if not any(each in scope.pricing.once(_by_dimension, token) for token in (TARGET, ACTION) for each in dimensions):
        return None  # as in nearly every stack
    meaning = partial(_meaning, scope, dimension=dimension, names=tuple(names()), key=key)
    found = [limits_of_target(Scope(scope.pricing, one)) for one in meaning(TARGET)]
    alone = [action for action in meaning(ACTION) if action.urn not in scope.pricing.once(_paired)]
    highs = [high for action in alone for high in _change(action)[1]]
    if found:
        return Limits(min(each.low for each in found), max([each.high for each in found] + highs))
    return Limits(ZERO, max(highs)) if highs else None


def _meaning(scope: Scope, token: str, dimension: str, names: tuple[str, ...], key: str) -> Iterator[Resource]:
    """Resources of type `token` (targets, or scheduled actions) that mean the scope's resource in `dimension`."""
    pricing, type_ = scope.pricing, scope.resource.type
    by_dimension = pricing.once(_by_dimension, token)
    found = by_dimension.get(dimension, _OfDimension())
    blind = (str(UNKNOWN), str(SECRET)) if token == ACTION else ()  # of a target it is told at the target itself
    untold = [one for each in blind if each in by_dimension for one in by_dimension[each].every]
    unnamed = scope.resource.get(key) in (UNKNOWN, SECRET)
    places = {*found.unread, *(place for name in names for place in found.by_end.get(_end(name), ()))}
    able = found.every if unnamed else [found.every[place] for place in sorted(places)]
    for one in (*able, *untold):
        identifier = one.get("resourceId")
        if identifier is UNKNOWN or identifier is SECRET:
            means = scope.graph.referenced(one, "resourceId", type_) or _beside(scope, one)
            if not means:
                if token == ACTION and one.urn in pricing.once(_paired):
                    continue  # counted with its target
                raise Unpriced(f"{one.name}: what it scales isn't known, so there is no largest number of it")
            if any(scope.is_the(each.urn) for each in means):
                yield one
        elif any(str(identifier).endswith(name) for name in names if name) or (
            unnamed and pricing.once(_names_of_type, type_, key).isdisjoint(PARTS.split(str(identifier)))
        ):
            yield one


PARTS: Final = re.compile("[/:]")
"""Between the parts of a ``resourceId``."""


def _names_of_type(pricing: Pricing, token: str, key: str) -> frozenset[str]:
    """Names at `key` of all resources of the type `token`, as far as they are known."""
    names = (one.get(key) for one in pricing.graph.of_type(token))
    return frozenset(name for name in names if isinstance(name, str))


def _beside(scope: Scope, target: Resource) -> tuple[Resource, ...]:
    """Resources of the scope's type that come from what the text of `target` comes from: of a service's name and its
    cluster's a preview may know the first alone."""
    named = {one.urn for one in scope.graph.referenced(target, "resourceId")}
    return tuple(
        each
        for each in scope.graph.of_type(scope.resource.type)
        if any(named.intersection(urns) for urns in each.property_dependencies.values())
    )


def limits_of_target(scope: Scope) -> Limits:
    """Limits of the scaling target that `scope` is of, scheduled actions included. Raises Unpriced."""
    target = scope.resource
    lows, highs = [scope.number("minCapacity")], [scope.number("maxCapacity")]
    for action in scope.pricing.once(_paired).get(target.urn, ()):
        low, high = _change(action)
        lows += low
        highs += high
    return Limits(min(lows), max(highs))


def _change(action: Resource) -> tuple[list[Decimal], list[Decimal]]:
    """Minimums and maximums that a scheduled action sets; a new minimum lifts the maximum. Raises Unpriced."""
    change = action.get("scalableTargetAction")
    values = [change.get(key) for key in ("minCapacity", "maxCapacity")] if isinstance(change, Mapping) else [change]
    if any(value is UNKNOWN or value is SECRET for value in values):
        raise Unpriced(f"{action.name}: limits of a scheduled action aren't known")
    sizes = [number(value) for value in values]
    return [size for size in sizes[:1] if size is not None], [size for size in sizes if size is not None]


def _paired(pricing: Pricing) -> Mapping[str, list[Resource]]:
    """URN of a target -> the scheduled actions that set its limits, and URN of an action -> its targets."""
    graph = pricing.graph
    found: dict[str, list[Resource]] = defaultdict(list)
    targets, told = graph.of_type(TARGET), defaultdict(list)
    for target in targets:
        told[str(target.get("resourceId"))].append(target)
    unsure = [*told[str(UNKNOWN)], *told[str(SECRET)]]
    for action in graph.of_type(ACTION):
        identifier = action.get("resourceId")
        able = targets if identifier in (UNKNOWN, SECRET) else [*told[str(identifier)], *unsure]
        for target in able:
            if _sets(graph, action, target):
                found[target.urn].append(action)
                found[action.urn].append(target)
    return found


def _sets(graph: ResourceGraph, action: Resource, target: Resource) -> bool:
    if action.get("scalableDimension") not in (target.get("scalableDimension"), UNKNOWN):
        return False
    identifier, meant = action.get("resourceId"), target.get("resourceId")
    if not {identifier, meant} & {UNKNOWN, SECRET}:
        return bool(identifier == meant)
    named = {one.urn for one in graph.referenced(action, "resourceId")}
    return target.urn in named or bool(named & {one.urn for one in graph.referenced(target, "resourceId")})


@dataclass(frozen=True, slots=True)
class _OfDimension:
    """Scaling targets, or scheduled actions, of one dimension, and the places in their list by which they are found."""

    every: list[Resource] = field(default_factory=list)
    by_end: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    """Last part of the ``resourceId`` -> places."""
    unread: list[int] = field(default_factory=list)
    """Those whose ``resourceId`` isn't known."""


def _by_dimension(pricing: Pricing, token: str) -> Mapping[str, _OfDimension]:
    """Scaling targets, or scheduled actions, by dimension."""
    by_dimension: dict[str, _OfDimension] = defaultdict(_OfDimension)
    for one in pricing.graph.of_type(token):
        found, identifier = by_dimension[str(one.get("scalableDimension"))], one.get("resourceId")
        unread = identifier is UNKNOWN or identifier is SECRET
        (found.unread if unread else found.by_end[_end(str(identifier))]).append(len(found.every))
        found.every.append(one)
    return dict(by_dimension)  # to ask for a dimension that nothing has doesn't make it one


def _end(identifier: str) -> str:
    return PARTS.split(identifier)[-1]
