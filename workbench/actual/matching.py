"""Which resource of a stack a line of its bill is about: by id or ARN, by the group that launched it, by the stack's
tag, and, where a line has none of these, by its usage type."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from cost.estimate import Estimate
from deployment import tokens
from deployment.graph import Resource, ResourceGraph
from workbench.actual.bill import Group, Wanted
from workbench.actual.usage_types import among, prices_of

BY_ID: Final = "id"
BY_FLEET: Final = "fleet"
BY_TAG: Final = "tag"
BY_USAGE: Final = "usage type"

LEAST_ID: Final = 6
"""Characters of an id that may be found as the end of an ARN; shorter ones (``default``'s kin) mean anything."""

ACCOUNT: Final = re.compile(r"^arn:aws[\w-]*:[^:]*:[^:]*:(\d{12}):")
BUDGET: Final = tokens.BUDGET[0]
FLEET: Final = tokens.SCALING_GROUP[0]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a line belongs in the stack."""

    urn: str
    """The resource; "" where it is one of several."""
    component: str
    """Its component; "" where it is one of several, too."""
    how: str
    """By what it was found."""
    prices: tuple[str, ...] = ()
    """Names of the estimate's prices that it may be billed at; several where the bill has one name for them."""

    @property
    def price(self) -> str:
        """The first of them; "" where none is known."""
        return next(iter(self.prices), "")


class Matcher:
    """Finds the place of lines in one stack."""

    def __init__(self, graph: ResourceGraph, estimate: Estimate, tag: tuple[str, str] | None) -> None:
        self.graph = graph
        self.estimate = estimate
        self.tag = tag
        self.by_identity: dict[str, list[Resource]] = defaultdict(list)
        for resource in graph:
            for value in _identities(resource):
                self.by_identity[value].append(resource)

    @cached_property
    def wanted(self) -> Wanted:
        """What the bill is read for."""
        accounts = {found[1] for value in self.by_identity if (found := ACCOUNT.match(value))}
        return Wanted(frozenset(self.by_identity), frozenset(accounts), self.tag)

    @cached_property
    def urns_by_price(self) -> Mapping[str, Mapping[str, str]]:
        """Price -> URN -> component of the resources that the estimate charges at it."""
        found: dict[str, dict[str, str]] = defaultdict(dict)
        for line in self.estimate.charges:
            found[line.price.name][line.urn] = line.component
        return found

    def place(self, group: Group) -> Place | None:
        """Where the lines of `group` belong; None when nothing connects them with the stack."""
        prices = list(among(prices_of(group.service, group.usage_type, group.operation), self.urns_by_price))
        if group.identity and (resource := self._named(group, prices)) is not None:
            return self._at(resource, BY_ID, prices)
        if group.fleet:
            for resource in self.by_identity[group.fleet]:
                if resource.type == FLEET:
                    return self._at(resource, BY_FLEET, prices)
        ours = self.tag is not None and group.owner == self.tag[1]
        if ours or (not group.owner and not group.resource and prices):
            urns: dict[str, str] = {}
            for name in prices:
                urns |= self.urns_by_price[name]
            components = set(urns.values())
            return Place(
                next(iter(urns)) if len(urns) == 1 else "",
                components.pop() if len(components) == 1 else "",
                BY_TAG if ours else BY_USAGE,
                tuple(prices),
            )
        return None

    def _at(self, resource: Resource, how: str, prices: list[str]) -> Place:
        own = self._billed(resource, prices)
        return Place(resource.urn, self.graph.component_of(resource), how, tuple(own or prices))

    def _named(self, group: Group, prices: list[str]) -> Resource | None:
        """The resource that has the identity of `group`: of several, one that such a line is expected of."""
        found = self.by_identity[group.identity]
        if group.resource.startswith("arn:") and group.identity not in (
            group.resource,
            group.resource.removesuffix(":*"),
        ):
            # Found by the end of an ARN: not another resource that merely has the same name.
            service = group.resource.split(":")[2]
            found = [
                one
                for one in found
                if not isinstance(one.outputs.get("arn"), str)
                and (self._billed(one, prices) or one.type.startswith(f"aws:{service}/"))
            ]
        charged = [one for one in found if self._billed(one, prices)]
        any_charge = [one for one in found if one.urn in self.estimate.by_urn]
        return next(iter([*charged, *any_charge, *found]), None)

    def _billed(self, resource: Resource, prices: list[str]) -> list[str]:
        return [name for name in prices if resource.urn in self.urns_by_price[name]]


def _identities(resource: Resource) -> Iterator[str]:
    if not resource.custom or resource.type.startswith("pulumi:"):
        return
    for key in ("id", "arn"):
        value = resource.outputs.get(key)
        if isinstance(value, str) and len(value) >= LEAST_ID:
            yield value


def stack_tag(graph: ResourceGraph) -> tuple[str, str] | None:
    """The tag by which the bill tells this stack from others: the one that its AWS Budget filters by, else one that all
    tagged resources have and whose value is the stack's or the project's name. None when there is neither."""
    for budget in graph.of_type(BUDGET):
        for value in budget.all("costFilters[*].values[*]"):
            if isinstance(value, str) and "$" in value:
                key, _, wanted = value.partition("$")
                return key.removeprefix("user:"), wanted
    common: set[tuple[str, str]] | None = None
    names: set[str] = set()
    for resource in graph:
        if resource.urn.startswith("urn:pulumi:"):
            stack, project, *_ = [*resource.urn.removeprefix("urn:pulumi:").split("::"), ""]
            names |= {stack, project, f"{project}-{stack}"}
        tags = resource.get("tags")
        if resource.custom and isinstance(tags, dict) and tags:
            pairs = {(key, value) for key, value in tags.items() if isinstance(value, str)}
            common = pairs if common is None else common & pairs
    return next(
        iter(sorted((pair for pair in common or () if pair[1] in names), key=lambda pair: (-len(pair[1]), pair))), None
    )
