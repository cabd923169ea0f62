"""Runs a function in a fork of this process, so that what it does to the world here is undone when it ends.

The embedded AWS is all in this process: a fork has it as it is, with everything deployed and warm, and for a few
hundredths of a second. The result, or the error with the fork's traceback as a note, comes back pickled. A fork that
dies, or takes too long, is an error. Commands are forked from another process, that has nothing of tests (forked.py).

Only the thread that forks lives on in a fork, so nothing that another thread still works on may be waited for there.
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
import sys
import traceback
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

R = TypeVar("R")


class ForkError(RuntimeError):
    """A fork ended without an answer, or with one that can't be sent."""


def in_fork(function: Callable[[], R], limit_seconds: float = 600) -> R:
    """What a function gives in a fork; the fork itself has ended when this returns, however it does.

    Raises:
        ForkError: The fork was killed, or took too long, or its result or error can't be pickled.
        BaseException: What the function raised.
    """
    # What is buffered would be written by both.
    sys.stdout.flush()
    sys.stderr.flush()
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(reading)
        _answer(writing, function, limit_seconds)
    os.close(writing)
    ended = None
    try:
        with os.fdopen(reading, "rb") as answer:
            text = answer.read()
        _, ended = os.waitpid(process, 0)
    finally:
        if ended is None:  # the parent is interrupted: nothing of it stays behind
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
    if os.waitstatus_to_exitcode(ended) != 0 or not text:
        raise ForkError(f"the fork ended with status {os.waitstatus_to_exitcode(ended)}, negative for a signal")
    given: tuple[Any, BaseException | None] = pickle.loads(text)  # noqa: S301 - our own fork's
    result, error = given
    if error is not None:
        raise error
    return result  # type: ignore[no-any-return]


def _answer(writing: int, work: Callable[[], object], limit_seconds: float) -> NoReturn:
    status = 1
    try:
        gc.disable()  # collecting would touch, and so copy, all of the parent's memory
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, limit_seconds)
        given: tuple[object, BaseException | None]
        try:
            given = (work(), None)
        except BaseException as error:
            error.add_note("In the fork:\n" + traceback.format_exc())
            given = (None, error)
        with os.fdopen(writing, "wb") as answer:
            answer.write(_pickled(given))
        sys.stdout.flush()
        sys.stderr.flush()
        status = 0
    finally:
        os._exit(status)


def _pickled(given: tuple[object, BaseException | None]) -> bytes:
    try:
        text = pickle.dumps(given)
        pickle.loads(text)  # noqa: S301 - an error whose arguments are not its own can be pickled and not read
    except Exception as problem:
        shown = f"{type(given[0]).__name__}" if given[1] is None else "".join(traceback.format_exception(given[1]))
        return pickle.dumps((None, ForkError(f"{problem}: this can't be sent from the fork:\n{shown}")))
    return text
