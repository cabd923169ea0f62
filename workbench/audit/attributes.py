"""Whose a resource is: the account, the Region and the tags that dollars are told apart by."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final

from cost.basis import Basis
from cost.scope import Pricing
from deployment import tokens
from deployment.errors import InputError
from deployment.graph import Resource, ResourceGraph

UNKNOWN_ACCOUNT: Final = "unknown"
"""Account of a stack in which no ARN names one: it isn't deployed, or its provider gives none."""

NO_REGION: Final = "unknown"

ACCOUNT: Final = re.compile(r"[0-9]{12}")
ARN: Final = re.compile(r"arn:[a-z-]+:[a-z0-9-]*:[a-z0-9-]*:([0-9]{12}):")

MOST_TAGS: Final = 50
"""Tags that a resource of AWS may have (Tagging AWS Resources, quotas); more of a hostile file are left out."""

LONGEST_TAG: Final = 256
"""Characters of a tag's value (the same page)."""

SINGULAR: Final = frozenset({"Name"})
"""Tag keys that name one resource, and tell no dollars apart."""


class Attributes:
    """Account, Region and tags of the resources of one stack."""

    def __init__(self, graph: ResourceGraph, basis: Basis) -> None:
        self._graph = graph
        self._pricing = Pricing(graph, basis)

    def account(self, urn: str) -> str:
        """Account of the resource `urn`: the one in its ARN; else of its provider's other resources; else of most of
        the stack; else `UNKNOWN_ACCOUNT`."""
        resource = self._graph.by_urn.get(urn)
        if resource is None:
            return self.main_account
        return _own_account(resource) or self._by_provider.get(_provider(resource)) or self.main_account

    @cached_property
    def main_account(self) -> str:
        """Account of most resources of the stack."""
        found = Counter(own for resource in self._graph if (own := _own_account(resource)))
        if found:
            return min(found, key=lambda account: (-found[account], account))
        return next(iter(self._by_provider.values()), UNKNOWN_ACCOUNT)

    @cached_property
    def _by_provider(self) -> Mapping[str, str]:
        """Reference of a provider -> account of most of its resources, or the only one that it may work in."""
        owned: dict[str, Counter[str]] = {}
        for resource in self._graph:
            if (reference := _provider(resource)) and (own := _own_account(resource)):
                owned.setdefault(reference, Counter())[own] += 1
        found = {
            reference: min(counts, key=lambda account: (-counts[account], account))
            for reference, counts in owned.items()
        }
        for provider in self._graph.of_type(tokens.PROVIDER):
            allowed = _allowed(provider)
            if allowed:
                found.setdefault(provider.urn, allowed)
        return found

    def region(self, urn: str) -> str:
        """Region of the resource `urn`, as it is priced."""
        resource = self._graph.by_urn.get(urn)
        try:
            return self._pricing.basis.region or NO_REGION if resource is None else self._pricing.region_of(resource)
        except InputError:
            return NO_REGION

    def tags(self, urn: str) -> dict[str, str]:
        """Tags of the resource `urn`, those of its provider included, by key; without what names it alone."""
        resource = self._graph.by_urn.get(urn)
        if resource is None:
            return {}
        for where in ("tagsAll", "tags"):
            value = resource.outputs.get(where) or resource.inputs.get(where)
            found = dict(_pairs(value))
            if found:
                return dict(sorted(found.items())[:MOST_TAGS])
        return {}


def _pairs(value: Any) -> list[tuple[str, str]]:
    """Tags as most types hold them, or as a scaling group does: a list of objects."""
    pairs: list[tuple[Any, Any]] = []
    if isinstance(value, Mapping):
        pairs = list(value.items())
    elif isinstance(value, list):
        pairs = [(one.get("key"), one.get("value")) for one in value if isinstance(one, Mapping)]
    return [
        (key, tag[:LONGEST_TAG])
        for key, tag in pairs
        if isinstance(key, str) and isinstance(tag, str) and key not in SINGULAR and not key.startswith("__")
    ]


def _own_account(resource: Resource) -> str:
    """Account in the ARN that AWS gave the resource; "" where it has none."""
    for key in ("arn", "id"):
        value = resource.outputs.get(key)
        if isinstance(value, str) and (found := ARN.match(value)):
            return found[1]
    return ""


def _provider(resource: Resource) -> str:
    reference = resource.options.get("provider")
    return reference.rpartition("::")[0] if isinstance(reference, str) else ""


def _allowed(provider: Resource) -> str:
    """The only account that the provider may work in; "" where that is open."""
    value = provider.get("allowedAccountIds")
    if isinstance(value, str) and value.startswith("["):
        value = re.findall(ACCOUNT, value)  # a provider keeps lists as JSON text
    one = value[0] if isinstance(value, list) and len(value) == 1 else None
    return one if isinstance(one, str) and ACCOUNT.fullmatch(one) else ""
