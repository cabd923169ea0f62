"""Work on many things that a second process shares, a copy of this one on another core.

The first takes from the front of the line and the second from its end, until they meet, so it makes no difference how
long each thing takes, or what else either core has to do.
"""

from __future__ import annotations

import io
import multiprocessing
import os
import pickle
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from typing import Any, TypeVar

T = TypeVar("T")


def has_a_second_core() -> bool:
    """Whether there is one, and a process of ours may go there: none that works for others, or shares its memory."""
    return (
        hasattr(os, "sched_getaffinity")
        and len(os.sched_getaffinity(0)) > 1
        and threading.active_count() == 1
        and not multiprocessing.current_process().daemon
    )


def done_by_two(
    numbers: Sequence[int],
    do: Callable[[int], T],
    *,
    tell: Callable[[T], Any],
    heard: Callable[[Any], T],
    first: Callable[[], object],
) -> dict[int, T]:
    """`do(number)` for each of `numbers`, by this process when it has done `first`, and by a copy of it meanwhile.

    What the copy has done comes over as `tell` makes it, and `heard` makes of that what it was; equal parts that are
    one object there are one object here. What it took and did not tell, as where it failed, is done here.
    """
    found: dict[int, T] = {}
    with _Line(numbers) as line, _copy(lambda: ((one, tell(do(one))) for one in line.from_its_end())) as told:
        first()
        for number in line.from_its_front():
            found[number] = do(number)
            found.update((other, heard(done)) for other, done in told(waits=False))
        found.update((other, heard(done)) for other, done in told(waits=True))
    return {number: found[number] if number in found else do(number) for number in numbers}


@contextmanager
def _copy(work: Callable[[], Iterable[T]]) -> Iterator[Callable[..., Iterator[T]]]:
    """Has `work` done by a copy of this process; what is given gives what it has told since, and may wait for all."""
    receiver, sender = multiprocessing.Pipe(duplex=False)
    second = multiprocessing.get_context("fork").Process(target=_tell, args=(work, sender, receiver), daemon=True)
    second.start()
    sender.close()
    message = io.BytesIO()
    unpickler = pickle.Unpickler(message)  # noqa: S301 - it is told by a copy of this process

    def told(*, waits: bool) -> Iterator[T]:
        with suppress(EOFError):
            while waits or receiver.poll():
                message.seek(0)
                message.write(receiver.recv_bytes())
                message.seek(0)
                yield unpickler.load()

    try:
        yield told
    finally:
        receiver.close()
        second.kill()
        second.join()


def _tell(work: Callable[[], Iterable[object]], sender: Connection, receiver: Connection) -> None:
    from concurrent.futures import ThreadPoolExecutor

    receiver.close()
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # the first process says that it was interrupted
    message = io.BytesIO()
    pickler = pickle.Pickler(message, pickle.HIGHEST_PROTOCOL)
    with sender, suppress(Exception), ThreadPoolExecutor(1) as pipe:  # which holds little until the first reads it
        for one in work():
            pickler.dump(one)
            pipe.submit(sender.send_bytes, message.getvalue())
            message.seek(0)
            message.truncate()


class _Line:
    """Numbers that two processes take from a line, one from its front and one from its end, until they meet."""

    def __init__(self, numbers: Sequence[int]) -> None:
        self._numbers = numbers

    def __enter__(self) -> _Line:
        self._left, end = os.pipe()  # holds a byte for each number that is left
        os.write(end, bytes(len(self._numbers)))
        os.close(end)
        return self

    def from_its_front(self) -> Iterator[int]:
        """Those that this process takes, each as it comes to it."""
        return (number for number in self._numbers if os.read(self._left, 1))

    def from_its_end(self) -> Iterator[int]:
        """The same from the other end."""
        return (number for number in reversed(self._numbers) if os.read(self._left, 1))

    def __exit__(self, *error: object) -> None:
        os.close(self._left)
