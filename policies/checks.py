"""Values of properties, as checks look at them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from deployment.decimals import number as number  # the rules' name for it
from deployment.graph import leaves
from deployment.unknown import SECRET, UNKNOWN, Sentinel, meet
from deployment.values import Veiled

T = TypeVar("T")


def is_absent(value: Any) -> bool:
    """True for a property that is missing, null, or empty; unknowns and secrets are there."""
    if value is UNKNOWN or value is SECRET:
        return False
    return value is None or value == "" or value == [] or value == {}


def same(value: Any, expected: Any) -> bool:
    """Equality that keeps booleans and numbers apart (True is not 1) and takes "true" for True, as Pulumi does."""
    if isinstance(expected, bool):
        return value is expected or value == str(expected).lower()
    if isinstance(value, bool):
        return False
    return bool(value == expected)


def shown(value: Any) -> str:
    """`value` as people read it in a message; long values are cut."""
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = str(value) if isinstance(value, str) else repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def unasked(holder: Mapping[str, Any], key: str) -> Any:
    """The value of `key`, for a check that says itself what it makes of one that can't be read."""
    return dict.get(holder, key) if isinstance(holder, Veiled) else holder.get(key)


def look_inside(value: Any) -> None:
    """Notes what can't be read anywhere in `value`, for a check that takes it as a whole."""
    for leaf in leaves(value):
        if leaf.__class__ is Sentinel:
            meet(leaf)


def mappings(value: Any) -> list[Mapping[str, Any]]:
    """The objects in a list, or `value` itself as the only one; anything else is left out."""
    return [] if value is None else _of(dict, value)  # as of most properties


def strings(value: Any) -> list[str]:
    """The strings in a list, or `value` itself as the only one; anything else is left out."""
    if value is None or value.__class__ is str:
        return [] if value is None else [value]
    return _of(str, value)


def _of(kind: type[T], value: Any) -> list[T]:
    found: list[T] = []
    for item in value if isinstance(value, (list, tuple)) else (value,):
        if isinstance(item, kind):
            found.append(item)
        elif item.__class__ is Sentinel:
            meet(item)
    return found
