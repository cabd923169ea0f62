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
FEW: Final = 512
"""Texts that are kept for the next stack, which may have the same."""

_functions: Final[list[_lru_cache_wrapper[Any]]] = []


def per_text(function: Callable[..., T]) -> _lru_cache_wrapper[T]:
    """`function`, which remembers what it gave for each text."""
    remembering = lru_cache(maxsize=MOST)(function)
    _functions.append(remembering)
    return remembering


def forget_many() -> None:
    """Drop what is remembered where it is more than a few: texts of a large stack are of no use for the next one."""
    if any(function.cache_info().currsize > FEW for function in _functions):
        for function in _functions:
            function.cache_clear()
