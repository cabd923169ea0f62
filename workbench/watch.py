"""Runs something again whenever a file that it rests on has changed."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

SUFFIXES: Final = (".py", ".yaml", ".toml", ".json", ".csv", ".j2")
"""What the program, its rules, prices and reports are made of."""
SECONDS_BETWEEN_LOOKS: Final = 0.5

State = dict[str, tuple[int, int]]
"""Path -> time of the last change (ns) and size."""


def watch(root: Path, run: Callable[[], None], wait: Callable[[], None] | None = None) -> None:
    """Call `run` now, and after each change below `root`, until it is interrupted.

    `wait` passes the time between two looks; where it raises, the watch ends. What changes while `run` works is seen
    afterwards.
    """
    pause = wait or (lambda: time.sleep(SECONDS_BETWEEN_LOOKS))
    while True:
        before = state(root)
        run()
        while state(root) == before:
            pause()


def state(root: Path) -> State:
    """Files below `root` that matter; hidden folders (.git, .venv) are none of them."""
    return dict(_files(str(root)))


def _files(folder: str) -> Iterator[tuple[str, tuple[int, int]]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith((".", "__pycache__")):
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from _files(entry.path)
            elif entry.name.endswith(SUFFIXES):
                try:
                    found = entry.stat()
                except FileNotFoundError:
                    continue  # an editor's temporary file, gone since
                yield entry.path, (found.st_mtime_ns, found.st_size)
