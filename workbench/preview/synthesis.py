"""Runs the Pulumi program with no engine, cloud or network, and returns the deployment it declares."""

from __future__ import annotations

import contextlib
import heapq
import inspect
import logging
import runpy
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from deployment.errors import InputError
from deployment.garbage import no_garbage_collection
from workbench.preview import kept
from workbench.preview.outputs import SyntheticOutputs
from workbench.preview.settings import blamed
from workbench.preview.stackfile import REPOSITORY as REPOSITORY
from workbench.preview.stackfile import StackFile, read_stack

if TYPE_CHECKING:
    import asyncio

    from workbench.preview.recorder import Recorder

SPARED_RELEASE: Final = "3.272.0"
"""Release of the SDK that workbench/preview/sdk.py knows the inside of."""

_SOME_ROOT: Any = object()

_ONE_AT_A_TIME = threading.Lock()  # the SDK's settings are global


def synthesize(
    stack: str = "dev", *, overrides: Mapping[str, str] | None = None, root: Path = REPOSITORY
) -> dict[str, Any]:
    """Deployment JSON of the program in `root` for `stack`, as `pulumi stack export` would write it.

    `overrides` are configuration values like those of `pulumi preview --config`, e.g.
    ``{"plant:uptime.parked": "true"}``; a dotted key reaches into an object.
    Raises InputError when the stack or its settings are wrong, or when the program asks for a look-up.
    """
    key = kept.key(root, stack, overrides or {})
    if key is not None and (found := kept.read(key)) is not None:
        return found.told()
    stack_file = read_stack(root, stack, overrides or {})
    program = root / stack_file.main / "__main__.py"
    since = datetime.now(UTC)
    notes: list[kept.Note] = []
    try:
        deployment = record(lambda: run_program(program), stack_file, notes=notes)
        if key is not None and program.parent == kept.PROGRAM:
            _keep(key, kept.Declared(deployment, tuple(notes)), stack_file, since)
        return deployment
    except InputError as error:
        raise InputError(*blamed(error.problems, stack, overrides or {}, root)) from error


def _keep(key: str, declared: kept.Declared, stack_file: StackFile, since: datetime) -> None:
    """Keep what was declared until the clock changes it, unless it did so meanwhile."""
    from infra.settings.loading import load
    from infra.stack.operations import next_effect_of_the_clock

    until = next_effect_of_the_clock(load(stack_file.config, stack_file.stack), since)
    if until is None or datetime.now(UTC) < until:
        kept.write(key, declared, since, until)


def run_program(program: Path) -> None:
    """Run `program` as the language host does: its folder first on the import path."""
    folder = str(program.parent)
    sys.path.insert(0, folder)
    try:
        runpy.run_path(str(program), run_name="__main__")
    finally:
        sys.path.remove(folder)


def record(
    program: Callable[[], Any],
    stack_file: StackFile,
    make_recorder: Callable[[StackFile], Recorder] | None = None,
    notes: list[kept.Note] | None = None,
) -> dict[str, Any]:
    """Deployment JSON of what `program` declares when it is called with the configuration of `stack_file`.

    `make_recorder` gives another monitor than the preview's; the emulator's creates as it registers. What the program
    says to people goes to the root logger, and into `notes`.
    Raises InputError with all that the program did wrong.
    """
    import asyncio

    import pulumi
    from pulumi.runtime.settings import ROOT, SETTINGS
    from pulumi.runtime.stack import run_in_stack

    from workbench.preview.recorder import Recorder, RecordingError

    with _ONE_AT_A_TIME:
        if make_recorder is not None:
            recorder = make_recorder(stack_file)
        else:
            recorder = Recorder(SyntheticOutputs(stack_file.region), {"aws": {"region": stack_file.region}})
        # set_mocks would register a root of its own on whatever event loop there is, and the run would wait for
        # it forever; with some root in place it leaves that to run_in_stack.
        ROOT.set(_SOME_ROOT)
        # What an earlier program of this process left behind when it failed; `pulumi.runtime.test` does the same.
        SETTINGS.rpc_manager.clear()
        SETTINGS.outputs.clear()
        pulumi.runtime.set_mocks(
            mocks=recorder.mocks,
            project=stack_file.project,
            stack=stack_file.stack,
            organization="organization",
            preview=True,
            monitor=recorder,
            logger=_noting([] if notes is None else notes),
        )
        pulumi.runtime.config.set_all_config(stack_file.config, list(stack_file.secret_keys))
        try:
            ROOT.set(None)
            # Nothing of a running program is garbage yet, and looking for some took more than half of the time, the
            # more the larger the stack (tests/benchmarks/test_preview.py).
            with (
                no_garbage_collection(),
                _spared_sdk() as loop,
                asyncio.Runner(loop_factory=loop) as runner,
            ):
                runner.run(run_in_stack(lambda: _settled(program)))
        except pulumi.RunError as error:
            raise InputError(*str(error).splitlines()) from error
        except RecordingError as error:
            raise InputError(*(recorder.errors or [str(error)])) from error
    if recorder.errors:
        raise InputError(*sorted(set(recorder.errors)))
    return _deployment(recorder.states, stack_file)


@contextlib.contextmanager
def _spared_sdk() -> Iterator[Callable[[], asyncio.AbstractEventLoop] | None]:
    """The SDK without what a preview has no use for, and the event loop to run in.

    Any release but the one whose inside is known stays whole, with its own loop.
    """
    if version("pulumi") != SPARED_RELEASE:
        yield None
        return
    from workbench.preview.sdk import Loop, spared

    with spared():
        yield Loop


def _noting(notes: list[kept.Note]) -> logging.Logger:
    """A logger that hands on to the root logger, and adds to `notes`."""

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            notes.append((record.levelno, record.getMessage()))
            logging.getLogger().log(record.levelno, record.getMessage())

    logger = logging.Logger("program", logging.DEBUG)
    logger.addHandler(Handler())
    return logger


async def _settled(program: Callable[[], Any]) -> None:
    """Call `program`, and wait for the outputs that it made, all at once.

    Left to itself the SDK (3.272, `wait_for_rpcs`) waits for the first of them, then for the first of the rest, and so
    on, which took a third of the time. It still does so for those that failed: they stay with it.
    """
    import asyncio

    from pulumi.runtime.settings import SETTINGS

    declared = program()
    if inspect.isawaitable(declared):
        await declared
    while True:
        with SETTINGS.lock:
            pending = [output for output in SETTINGS.outputs if not output.done()]
        if not pending:
            break
        await asyncio.wait(pending)
    with SETTINGS.lock:
        SETTINGS.outputs.difference_update([one for one in SETTINGS.outputs if _succeeded(one)])


def _succeeded(output: asyncio.Future[Any]) -> bool:
    return not output.cancelled() and output.exception() is None


def _deployment(states: Mapping[str, dict[str, Any]], stack_file: StackFile) -> dict[str, Any]:
    return {
        "version": 3,
        "deployment": {
            "manifest": {"time": "0001-01-01T00:00:00Z", "magic": "", "version": ""},
            "resources": _ordered(states),
            "metadata": {},
        },
    }


def _ordered(states: Mapping[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Entries so that each comes after its parent, provider and dependencies; by URN where that leaves a choice."""
    waits_for = {urn: _prerequisites(state) & states.keys() for urn, state in states.items()}
    needed_by: dict[str, list[str]] = {}
    for urn, needed in waits_for.items():
        for other in needed:
            needed_by.setdefault(other, []).append(urn)
    ready = [urn for urn, needed in waits_for.items() if not needed]
    heapq.heapify(ready)
    ordered = []
    while ready:
        urn = heapq.heappop(ready)
        ordered.append(states[urn])
        for other in needed_by.get(urn, ()):
            waits_for[other].discard(urn)
            if not waits_for[other]:
                heapq.heappush(ready, other)
    return ordered


def _prerequisites(state: Mapping[str, Any]) -> set[str]:
    urns = {
        state.get("parent", ""),
        state.get("provider", "").rpartition("::")[0],
        *state.get("dependencies", ()),
    }
    return urns - {"", state["urn"]}
