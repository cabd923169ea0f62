"""Many calls of one function on Dask: on the cores of this machine, or on a cluster that somebody runs.

Dask distributes, repeats what a lost worker had, and ends workers that take too much memory. What is here is the thin
part that a command needs: a window of calls in flight, and what to tell a person when a call or the cluster is lost.
"""

from __future__ import annotations

import contextlib
import gc
import itertools
import logging
import multiprocessing
import os
import re
import signal
import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from deployment.errors import InputError

if TYPE_CHECKING:
    from distributed import Client, Future

T = TypeVar("T")
R = TypeVar("R")

WINDOW: Final = 4
"""Bundles in flight for each core: enough that no core waits, few enough that arguments and results stay small."""

LEAST_WINDOW: Final = 64
"""Bundles in flight on a cluster that may grow: it sees from them that there is work."""

CONNECT_SECONDS: Final = 20

ANSWER_SECONDS: Final = 4
"""In which a scheduler takes a connection, and then answers: Dask itself tries again and again, for minutes where
something else answers at the port."""

ADDRESS: Final = re.compile(r"((tcp|tls|ucxx?|wss?)://)?(\[[0-9A-Fa-f:.%]+\]|[\w.-]+):\d{1,5}/?")
"""Kinds of address that Dask knows (distributed.readthedocs.io, communications, 2026-11); tcp where none is named."""

MEMORY: Final = re.compile(r"auto|[1-9]\d*(\.\d+)? ?([kMGT]i?)?B")

COLLECTION: Final = (200_000, 50, 100)
"""Python's thresholds for collecting garbage in a worker, as in the command line: with its defaults a third of the time
goes into looking through what is imported."""

FORKED: Final = "forkserver"
"""Way to start processes that loads modules once: each is forked from one that has them, and has no threads."""

SETTINGS: Final = {
    # A call that kills its worker is tried once more, not three times: it will do so again.
    "distributed.scheduler.allowed-failures": 1,
    "distributed.worker.profile.enabled": False,  # a hundred looks a second at what a call does
    # Nobody reads these clocks and meters here, and together they take a twentieth of a core.
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.system-monitor.interval": "10s",
    "distributed.scheduler.active-memory-manager.start": False,
    "distributed.admin.log-format": "%(message)s",
    "distributed.comm.timeouts.connect": f"{CONNECT_SECONDS}s",
    **(
        {"distributed.worker.multiprocessing-method": FORKED}
        if FORKED in multiprocessing.get_all_start_methods()
        else {}
    ),
}
"""Of Dask, for a cluster of our own."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where calls run."""

    scheduler: str | None = None
    """Address of a Dask scheduler, ``tcp://host:8786``; None: processes of this machine."""
    workers: int | None = None
    """Processes of this machine; None: one a core."""
    memory: str = "auto"
    """Memory of each such process, as Dask reads it (``2GiB``); auto: its part of the machine's."""

    def __post_init__(self) -> None:
        """Raises InputError for what Dask would only find out later: a wrong address takes it its whole patience."""
        if self.scheduler is not None and not ADDRESS.fullmatch(self.scheduler):
            raise InputError(
                f"--scheduler {self.scheduler!r}: must be the address of a Dask scheduler, e.g. tcp://127.0.0.1:8786"
            )
        if not MEMORY.fullmatch(self.memory):
            raise InputError(f"--worker-memory {self.memory!r}: must be auto, or bytes with a unit, e.g. 2GiB")

    def reached(self) -> Cluster:
        """This cluster, once its scheduler has answered. Raises InputError where none does."""
        if self.scheduler is not None:
            _answered(self.scheduler)
        return self

    @property
    def processes(self) -> int:
        """Processes of this machine that would work."""
        return self.workers if self.workers is not None else cores()


@dataclass(frozen=True, slots=True)
class Killed:
    """What stands for the result of a call that took down each worker that ran it."""

    message: str


class LostSchedulerError(InputError):
    """The scheduler is gone, and what it had in hand with it."""


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def mapped(
    function: Callable[[T], R],
    items: Iterable[T],
    cluster: Cluster,
    *,
    alone: bool = False,
    bundle: Callable[[T], float] = lambda item: 1.0,
    preload: Sequence[str] = (),
) -> Iterator[tuple[T, R | Killed]]:
    """Each of `items` with `function(item)`, as they are done.

    In this process where `alone`, or where the cluster is one process of this machine; else on Dask, to whose workers
    `function` goes by its name. `bundle` is the part of a call to the cluster that an item fills: short items go
    several at a time, since a call costs Dask some milliseconds. `preload` are modules that processes of this machine
    begin with. What raises there raises here. Raises LostSchedulerError, and InputError where there is no scheduler at
    the address.
    """
    if cluster.scheduler is None and (alone or cluster.processes == 1):
        for item in items:
            yield item, function(item)
        return
    items = iter(items)
    if not (first := list(itertools.islice(items, 1))):
        return  # a cluster takes a second or two to begin
    items = itertools.chain(first, items)
    with _client(cluster, preload) as client:
        lost: list[T] = []
        several = _Several(function)
        for some, found in _run(client, several, _bundles(items, bundle), _window(client, cluster)):
            if isinstance(found, Killed):
                lost += some
            else:
                yield from zip(some, found, strict=True)
        # Whoever was on a worker that died is suspected with it; alone, each shows whether it does that.
        for item in lost:
            for _, found in _run(client, several, iter([[item]]), 1):
                yield item, found if isinstance(found, Killed) else found[0]


def results(function: Callable[[T], R], items: Sequence[T], cluster: Cluster) -> list[R]:
    """`function(item)` of each item, in their order. Raises InputError where one takes down each worker that has it."""
    found: dict[int, R] = {}
    for (position, _), result in mapped(_Numbered(function), list(enumerate(items)), cluster):
        if isinstance(result, Killed):
            raise InputError(f"a call on {cluster.scheduler or 'this machine'} is lost: {result.message}")
        found[position] = result
    return [found[position] for position in range(len(items))]


@dataclass(frozen=True, slots=True)
class _Several(Generic[T, R]):
    """A function of several items, one after the other."""

    function: Callable[[T], R]

    def __call__(self, items: list[T]) -> list[R]:
        gc.set_threshold(*COLLECTION)
        return [self.function(item) for item in items]


def _bundles(items: Iterable[T], part: Callable[[T], float]) -> Iterator[list[T]]:
    """`items` by as many as fill a call."""
    held: list[T] = []
    filled = 0.0
    for item in items:
        held.append(item)
        filled += part(item)
        if filled >= 1:
            yield held
            held, filled = [], 0.0
    if held:
        yield held


@dataclass(frozen=True, slots=True)
class _Numbered(Generic[T, R]):
    """A function of items that carry their place."""

    function: Callable[[T], R]

    def __call__(self, item: tuple[int, T]) -> R:
        return self.function(item[1])


def _run(client: Client, function: Callable[[T], R], items: Iterator[T], window: int) -> Iterator[tuple[T, R | Killed]]:
    from distributed import as_completed

    calls: dict[Any, T] = {}

    def submit(item: T) -> Future[Any]:
        future = client.submit(function, item, pure=False)
        calls[future.key] = item
        return future

    running = as_completed([submit(item) for item in itertools.islice(items, window)], loop=client.loop)
    for future in running:
        item = calls.pop(future.key)
        if (found := _result_of(client, future)) is not None:
            yield item, found.value
        for next_item in itertools.islice(items, 1):
            running.add(submit(next_item))


@dataclass(frozen=True, slots=True)
class _Found(Generic[R]):
    value: R


def _result_of(client: Client, future: Future[Any]) -> _Found[Any] | None:
    from distributed import KilledWorker
    from distributed.client import FutureCancelledError

    try:
        return _Found(future.result())
    except KilledWorker:
        return _Found(Killed("it took down each worker that read it; as a rule it needs more memory than a worker has"))
    except (FutureCancelledError, TimeoutError, OSError) as error:
        if client.status == "running" and not isinstance(error, FutureCancelledError):
            raise
        raise LostSchedulerError(f"the Dask scheduler is gone ({type(error).__name__})") from None


def _window(client: Client, cluster: Cluster) -> int:
    threads: int = sum(client.nthreads().values())
    return max(WINDOW * threads, LEAST_WINDOW if cluster.scheduler else 0)


def _answered(address: str) -> None:
    """Take a connection to `address` as far as Dask's greeting. Raises InputError where that fails."""
    import asyncio

    scheme, _, rest = address.rstrip("/").rpartition("://")
    host, _, port = rest.rpartition(":")
    try:
        if not scheme.startswith("ucx"):  # whatever else there is goes over TCP
            socket.create_connection((host.strip("[]"), int(port)), timeout=ANSWER_SECONDS).close()
        with _quiet():
            asyncio.run(_greeted(address))
    except Exception as error:  # each transport has its own for what greets otherwise, or not at all
        raise _unanswered(address, error) from error


async def _greeted(address: str) -> None:
    import asyncio

    from distributed.comm.core import connect

    greeting = asyncio.ensure_future(connect(address, timeout=ANSWER_SECONDS))
    done, _ = await asyncio.wait([greeting], timeout=1.25 * ANSWER_SECONDS)
    if not done:
        greeting.cancel()
        raise TimeoutError(f"no greeting in {ANSWER_SECONDS} s")
    greeting.result().abort()


def _unanswered(address: str, error: BaseException) -> InputError:
    if isinstance(error, MemoryError):  # what was read as a length is the beginning of another protocol
        why = "something else does"
    else:
        why = getattr(error, "strerror", None) or str(error).partition("\n")[0] or type(error).__name__
    return InputError(
        f"--scheduler {address}: no Dask scheduler answers there ({why}); give its address, e.g. tcp://127.0.0.1:8786"
    )


@contextlib.contextmanager
def _client(cluster: Cluster, preload: Sequence[str]) -> Iterator[Client]:
    """A client of the cluster, quiet: what goes wrong is told by whoever asked."""
    if cluster.scheduler is None:
        _begin_with(preload)
    import dask
    from distributed import Client, LocalCluster

    with dask.config.set(SETTINGS), _quiet():
        if cluster.scheduler is not None:
            try:
                client = Client(cluster.scheduler, timeout=CONNECT_SECONDS, set_as_default=False)
            except (OSError, ValueError, TypeError) as error:
                raise _unanswered(cluster.scheduler, error) from error
            with client:
                yield client
            return
        with _uninterrupted():
            local = LocalCluster(
                n_workers=cluster.processes,
                threads_per_worker=1,
                processes=True,
                memory_limit=cluster.memory,
                host="127.0.0.1",
                dashboard_address=None,
                # Without a dashboard, too, it listens at a port, and complains where another has its usual one.
                scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},
                silence_logs=logging.CRITICAL,
            )
        with local, Client(local, set_as_default=False) as client:
            yield client


def _begin_with(modules: Sequence[str]) -> None:
    """Have the processes of this machine begin with `modules` and Dask, where they are forked from one that has them.

    Loading takes a core a second or two: so once, and while this process loads Dask. Once one is there, no
    more is loaded.
    """
    if FORKED in multiprocessing.get_all_start_methods():
        from multiprocessing import forkserver

        forkserver.set_forkserver_preload([*modules, "distributed"])
        with _uninterrupted():  # what is forked from it ignores what it was started to ignore
            forkserver.ensure_running()


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    """Ignore Ctrl-C meanwhile: a cluster that is half up can't be closed.

    A terminal sends it to the workers as well. They inherit that it is ignored, and are ended by whoever started them.
    """
    if threading.current_thread() is not threading.main_thread():  # no other may change what a signal does
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    # Dask gives several of its loggers a level of their own.
    own = [name for name in logging.root.manager.loggerDict if name.startswith("distributed")]
    loggers = [logging.getLogger(name) for name in (*own, "tornado", "asyncio")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)
