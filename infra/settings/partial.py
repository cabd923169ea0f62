"""A group of settings with some wrong values: what is right in it can still be checked against other settings."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ValidationError

from infra.settings.suggestions import close_name

Path = tuple[int | str, ...]

MOST_ROUNDS = 8
"""Every round takes out the wrong values of one level; no group is deeper."""


class WrongValueError(AttributeError):
    """A check needs a value that is wrong in itself. ``getattr`` with a default gets the default instead."""


def partial(model: type[BaseModel], document: Any) -> Partial | None:
    """The group in `document` without its wrong values; None when nothing of it can be used.

    A misspelt name counts as the one that was meant. Reading a value that was wrong raises WrongValueError.
    """
    document = copy.deepcopy(document)
    wrong: set[Path] = set()
    for _ in range(MOST_ROUNDS):
        try:
            return Partial(model.model_validate(document), frozenset(wrong))
        except ValidationError as error:
            for found in error.errors(include_url=False, include_input=False):
                # Without a required value, what it is a part of can't be used.
                location = found["loc"][:-1] if found["type"] == "missing" else found["loc"]
                if found["type"] == "extra_forbidden":
                    _respell(model, document, location)
                elif any(location[: len(path)] == path for path in wrong):
                    continue  # a part of what was taken out already
                elif (path := _taken_out(document, location)) is not None:
                    wrong.add(path)
                else:
                    return None
    return None


class Partial:
    """Looks like the group, as far as its values are right; its properties are worked out from these."""

    def __init__(self, group: BaseModel, wrong: frozenset[Path], at: Path = ()) -> None:
        self._group = group
        self._wrong = wrong
        self._at = at

    def __getattr__(self, name: str) -> Any:
        path = (*self._at, name)
        if path in self._wrong:
            raise WrongValueError(name)
        derived = getattr(type(self._group), name, None)
        if isinstance(derived, property) and derived.fget is not None:
            return derived.fget(self)
        return self._seen(getattr(self._group, name), path)

    def _seen(self, value: Any, path: Path) -> Any:
        if isinstance(value, BaseModel):
            return Partial(value, self._wrong, path)
        if isinstance(value, tuple):
            return tuple(self._seen(item, (*path, index)) for index, item in enumerate(value))
        return value


def told(problems: Iterator[Any]) -> Iterator[Any]:
    """Problems that a check finds until it needs a value that is wrong in itself."""
    try:
        yield from problems
    except WrongValueError:
        return


def _respell(model: type[BaseModel], document: Any, path: Path) -> None:
    """Gives the value of a misspelt name to the name that was meant, unless that has a value already."""
    parent = _at(document, path[:-1])
    if not isinstance(parent, dict) or path[-1] not in parent:
        return
    value = parent.pop(path[-1])
    meant = close_name(model, path)
    if meant is not None and meant not in parent:
        parent[meant] = value


def _taken_out(document: Any, path: Path) -> Path | None:
    """Takes the wrong value out of `document`: its key, or that of the list it is an item of. Gives the key's path."""
    while path:
        parent = _at(document, path[:-1])
        if isinstance(parent, dict) and path[-1] in parent:
            del parent[path[-1]]
            return path
        path = path[:-1]
    return None


def _at(document: Any, path: Path) -> Any:
    for step in path:
        try:
            document = document[step]
        except (KeyError, IndexError, TypeError):
            return None
    return document
