"""Turns the search for garbage off while many objects are made that are none."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_garbage_collection() -> Iterator[None]:
    """For bulk work: reference counts still free what is unused; only cycles wait until the end."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            # Where less was made than a look would wait for, there is nothing to spare. And the count of what somebody
            # froze goes through all of it.
            if gc.get_count()[0] > gc.get_threshold()[0] and not gc.get_freeze_count():
                gc.freeze()
                gc.unfreeze()  # what was made counts as old: the first look at what is new would go through all of it
            gc.enable()
