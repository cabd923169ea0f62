"""What several resources of one assessment need is worked out once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from policies.rule import Context

T = TypeVar("T")
_DONE: WeakKeyDictionary[Context, dict[Callable[[Context], Any], Any]] = WeakKeyDictionary()


def once(context: Context, make: Callable[[Context], T]) -> T:
    """`make(context)`, the same object each time that it is asked for in one assessment."""
    done = _DONE.setdefault(context, {})
    if make not in done:
        done[make] = make(context)
    found: T = done[make]
    return found
