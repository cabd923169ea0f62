"""What comes back from a fork, and what does not stay."""

import copyreg
import os
import signal
import threading

import pytest
from in_fork import ForkError, in_fork

CHANGED = []


def test_the_result_comes_back_and_the_change_does_not():
    def change():
        CHANGED.append(1)
        return [*CHANGED, os.getpid()]

    first, process = in_fork(change)
    assert (first, CHANGED) == (1, [])
    assert process != os.getpid()
    with pytest.raises(ChildProcessError):  # it is not a zombie either
        os.waitpid(process, os.WNOHANG)


def test_an_assertion_fails_here_with_the_traceback_of_the_fork():
    def demand():
        assert CHANGED == ["something else"]

    with pytest.raises(AssertionError) as failure:
        in_fork(demand)
    assert "in demand" in failure.value.__notes__[0]


@pytest.mark.parametrize(
    "end", [lambda: os.kill(os.getpid(), signal.SIGKILL), lambda: os._exit(3), lambda: os._exit(0)]
)
def test_a_fork_without_an_answer_is_an_error(end):
    with pytest.raises(ForkError, match="ended with status"):
        in_fork(end)


def test_a_fork_that_takes_too_long_is_an_error():
    with pytest.raises(ForkError, match=f"status -{signal.SIGALRM.value}"):
        in_fork(threading.Event().wait, limit_seconds=0.1)


class PickyError(Exception):
    def __init__(self, one, other):
        super().__init__(f"{one} {other}")


def refuse():
    copyreg.dispatch_table.pop(PickyError, None)  # distributed, where it is loaded, knows a way for all that there are
    raise PickyError("this", "that")


@pytest.mark.parametrize(("function", "said"), [(lambda: threading.Lock(), "lock"), (refuse, "this that")])
def test_what_cannot_be_sent_is_said(function, said):
    with pytest.raises(ForkError, match=said):
        in_fork(function)
