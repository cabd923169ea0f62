"""Equal parts of a document are held once while it is read: outputs repeat inputs, and tags those of other resources.

That is half of what a large stack takes, at the moment when most is held: its text and its objects.
"""

from __future__ import annotations

import marshal
from collections.abc import Callable
from typing import Any, Final

PROPERTIES: Final = ("inputs", "outputs")
NAMES: Final = ("type", "parent", "provider")


def sharing() -> Callable[[dict[str, Any]], dict[str, Any]]:
    """An `object_hook` for one document: a property of a state that equals the last one of its name becomes that."""
    last: dict[str, Any] = {}
    names: dict[str, str] = {}

    def share(state: dict[str, Any]) -> dict[str, Any]:
        if "urn" not in state:  # an object inside of one
            return state
        for section in PROPERTIES:
            properties = state.get(section)
            if properties.__class__ is dict:
                for key, value in properties.items():
                    kind = value.__class__
                    if kind in _HELD:
                        known = last.get(key)
                        if known == value and (kind is str or _alike(known, value)):
                            properties[key] = known
                        else:
                            last[key] = value
        for key in NAMES:
            if state.get(key).__class__ is str:
                state[key] = names.setdefault(state[key], state[key])
        _share_items(state.get("dependencies"), names)
        by_property = state.get("propertyDependencies")
        if by_property.__class__ is dict:
            for urns in by_property.values():
                _share_items(urns, names)
        return state

    return share


_HELD: Final = frozenset({str, dict, list})
"""Types of what takes memory of its own."""


def _alike(one: Any, other: Any) -> bool:
    """True where equal values are of the same types all through, for 1 equals True, and in the same order."""
    return marshal.dumps(one, 0) == marshal.dumps(other, 0)


def _share_items(urns: Any, names: dict[str, str]) -> None:
    if urns.__class__ is list:
        for place, urn in enumerate(urns):
            if urn.__class__ is str:
                urns[place] = names.setdefault(urn, urn)
