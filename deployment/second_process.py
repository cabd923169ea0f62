"""Work that a second process does, a copy of this one on another core, while this one goes on."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from typing import TypeVar

T = TypeVar("T")


def has_a_second_core() -> bool:
    """Whether there is one, and a process of ours may go there: none that works for others, or shares its memory."""
    return (
        hasattr(os, "sched_getaffinity")
        and len(os.sched_getaffinity(0)) > 1
        and threading.active_count() == 1
        and not multiprocessing.current_process().daemon
    )


@contextmanager
def in_second_process(work: Callable[[], T]) -> Iterator[Callable[[], T | None]]:
    """Has `work` done by a copy of this process; what is given waits for the result, which is None where it failed."""
    receiver, sender = multiprocessing.Pipe(duplex=False)
    second = multiprocessing.get_context("fork").Process(target=_tell, args=(work, sender, receiver), daemon=True)
    second.start()
    sender.close()

    def told() -> T | None:
        with suppress(EOFError):
            result: T = receiver.recv()
            return result
        return None

    try:
        yield told
    finally:
        receiver.close()
        second.kill()
        second.join()


def _tell(work: Callable[[], object], sender: Connection, receiver: Connection) -> None:
    receiver.close()
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # the first process says that it was interrupted
    with suppress(Exception):  # which the first process meets, too, where nothing is told
        sender.send(work())
