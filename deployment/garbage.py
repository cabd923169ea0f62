"""Turns the search for garbage off while many objects are made that are none."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")


@contextmanager
def no_garbage_collection() -> Iterator[None]:
    """For bulk work: reference counts still free what is unused; only cycles wait until the end."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def lasting(made: T) -> T:
    """`made`, which is never freed where no garbage is collected: the process is about to end, and its memory with it.

    To free 100,000 resources one by one takes as long as a tenth of what reading them does.
    """
    if not gc.isenabled():
        circle: list[object] = [made]
        circle.append(circle)
    return made
