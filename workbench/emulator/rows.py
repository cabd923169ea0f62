"""Shorthands for what many table rows have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from workbench.emulator.resource_type import Arg, Call, Context, Read


def tagging(tag: str, untag: str, keys: str = "TagKeys", **who: Arg) -> tuple[Call, Call]:
    """The calls that set and remove tags of the resource that ``who`` names.

    Args:
        tag: Operation that sets them.
        untag: Operation that removes them.
        keys: Its parameter for the keys; ``Tags`` takes structures with a ``Key``.
        who: Parameters that say which resource, for both.
    """

    def removed(context: Context) -> list[Any]:
        return [{"Key": key} for key in context.removed_tags] if keys == "Tags" else context.removed_tags

    return Call(operation=tag, args=who, takes=("tags",)), Call(operation=untag, args={**who, keys: removed})


def by_id(operation: str, argument: str, item: str) -> Read:
    """Describes the resource with this id, or ARN."""
    return Read(operation=operation, args={argument: ["{id}"]}, item=item)


def inside(block: str, **members: str) -> dict[str, Arg]:
    """Arguments from the members of a nested property: parameter → name within the block; absent ones are not sent."""

    def member(name: str) -> Callable[[Context], Any]:
        return lambda context: (context.get(block) or {}).get(name)

    return {parameter: member(name) for parameter, name in members.items()}


def roots(attributes: Mapping[str, str]) -> tuple[str, ...]:
    """The properties that a table of attributes (dotted path → API key) is about."""
    return tuple(dict.fromkeys(path.split(".")[0] for path in attributes))


def attribute_list(attributes: Mapping[str, str]) -> Callable[[Context], list[dict[str, str]]]:
    """The declared ones of some attributes as the API's Key-Value list; values are text there."""

    def pairs(context: Context) -> list[dict[str, str]]:
        found = []
        for path, key in attributes.items():
            value: Any = context.properties
            for part in path.split("."):
                value = value.get(part) if isinstance(value, dict) else None
            if value is not None:
                found.append({"Key": key, "Value": str(value).lower() if isinstance(value, bool) else str(value)})
        return found

    return pairs


def attribute_views(attributes: Mapping[str, str]) -> dict[str, str]:
    """Property → JMESPath over the attributes as read back."""
    nested: dict[str, list[str]] = {}
    views = {}
    for path, key in attributes.items():
        look_up = f"attributes[?Key=='{key}'].Value | [0]"
        if "." in path:
            nested.setdefault(path.split(".")[0], []).append(f"{path.split('.')[1]}: {look_up}")
        else:
            views[path] = look_up
    return views | {name: "{" + ", ".join(parts) + "}" for name, parts in nested.items()}


def added(name: str) -> Callable[[Context], list[Any] | None]:
    """Argument: items of a list property that the last recorded state lacks."""
    return lambda context: _less(context.properties.get(name), context.state.get(name))


def removed(name: str) -> Callable[[Context], list[Any] | None]:
    """Argument: items of a list property that were there before and are no longer declared."""
    return lambda context: _less(context.state.get(name), context.properties.get(name))


def earlier(name: str) -> Callable[[Context], Any]:
    """Argument: what a property was before an update that changes it; None on a creation."""

    def value(context: Context) -> Any:
        before = context.state.get(name)
        return before if before != context.properties.get(name) else None

    return value


def _less(whole: Iterable[Any] | None, without: Iterable[Any] | None) -> list[Any] | None:
    left = set(without or ())
    return [item for item in whole or () if item not in left] or None
