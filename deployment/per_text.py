"""What is found in a long text, such as the definition of a workflow, is found once for all who ask."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from functools import _lru_cache_wrapper

T = TypeVar("T")

MOST: Final = 4096
"""Texts that one function remembers: more than a stack has, for each rule reads all of them, one after the other."""
FEW: Final = 8
"""Of what a function may remember, the part that is kept for the next stack, which may have the same: an eighth."""

_functions: Final[list[_lru_cache_wrapper[Any]]] = []


def per_text(most: int = MOST) -> Callable[[Callable[..., T]], _lru_cache_wrapper[T]]:
    """A function that remembers what it gave for each of up to `most` texts."""

    def remembering(function: Callable[..., T]) -> _lru_cache_wrapper[T]:
        found = lru_cache(maxsize=most)(function)
        _functions.append(found)
        return found

    return remembering


def forget_many() -> None:
    """Drop what is remembered where it is more than a few: texts of a large stack are of no use for the next one."""
    for function in _functions:
        remembered = function.cache_info()
        if remembered.currsize > (remembered.maxsize or 0) // FEW:
            function.cache_clear()
