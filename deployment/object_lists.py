"""Lists of Kubernetes objects (``v1/List``, ``DeploymentList`` …), taken apart: each item is a resource of its own.

A file that holds such a list makes as many objects as one that holds them one by one, so rules and prices see them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from deployment.graph import Resource, ResourceGraph
from deployment.unknown import Sentinel

PREFIX: Final = "kubernetes:"
SUFFIX: Final = "List"
MARK: Final = " items["
"""Between a list's URN and the number of an item in the URN that stands for the item."""


def may_be_list(token: str) -> bool:
    """Whether resources of the type `token` may be lists of objects."""
    return token.endswith(SUFFIX) and token.startswith(PREFIX)


def is_list(resource: Resource) -> bool:
    """Whether a resource is a list of objects. One with a ``spec`` is an object of a kind that is called so."""
    return (
        may_be_list(resource.type)
        and ("items" in resource.inputs or resource.type == f"{PREFIX}core/v1:{SUFFIX}")
        and "spec" not in resource.inputs
    )


def with_items(graph: ResourceGraph) -> ResourceGraph:
    """`graph` with the items of each list behind it; the same graph where it has no list, or they are there."""
    types = filter(may_be_list, graph.types)
    lists = {resource.urn for resource in graph.of_type(*types) if is_list(resource)}
    if not lists or any(MARK in resource.urn and split(resource.urn)[0] in lists for resource in graph):
        return graph
    return ResourceGraph(one for resource in graph for one in (resource, *_items(resource)))


def unread(resource: Resource) -> bool:
    """Whether a list has items that nothing tells of: they aren't known, or say no kind."""
    items = resource.inputs.get("items")
    return not isinstance(items, list) or any(_token(resource, item) is None for item in items)


def split(urn: str) -> tuple[str, str]:
    """URN of the list whose item `urn` stands for, and where in it the item is; any other is its own."""
    own, found, rest = urn.partition(MARK)
    return own, f"{found.lstrip()}{rest}"


def _items(resource: Resource) -> Iterator[Resource]:
    """The items of a list, and those of the lists among them."""
    items = resource.inputs.get("items") if is_list(resource) else None
    for index, item in enumerate(items if isinstance(items, list) else ()):
        token = _token(resource, item)
        if token is None:
            continue
        place = f"{MARK}{index}]"
        one = replace(
            resource,
            urn=f"{resource.urn}{place if MARK not in resource.urn else place.replace(' ', '.')}",
            name=f"{resource.name}{place}",
            type=token,
            inputs=item,
            outputs={},
            parent=resource.urn,
        )
        yield one
        yield from _items(one)


def _token(resource: Resource, item: Any) -> str | None:
    """Type token of an item; one of a list of one kind may leave its kind to the list."""
    if not isinstance(item, Mapping):
        return None
    kind = item.get("kind", resource.type.rpartition(":")[2].removesuffix(SUFFIX))
    version = item.get("apiVersion", resource.type.split(":")[1])
    if not kind or any(isinstance(one, Sentinel) for one in (kind, version)):
        return None
    return f"{PREFIX}{version if '/' in str(version) else f'core/{version}'}:{kind}"
