"""One fault a run, at any call and of any kind: forks at each call of a run, and lets the fork fail there.

The fork ends its run as the engine would, makes a second one, looks, and reports; the walking process goes on to the
next call. So the world before each fault is the one that a whole run made, and costs nothing to make again.

Many faults leave the same situation behind: the same calls have taken effect and the state says the same, as when a
reading call fails for one reason or another. What follows is then the same too, and each situation is tried once.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import hashlib
import json
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from faults.kinds import FAULTS, Fault, KilledError
from faults.trial import Trial, demand_converged, demand_nothing_left_when_destroyed_now
from workbench.emulator.api import READING
from workbench.emulator.deploy import Deployer, DeployError
from workbench.emulator.lifecycle import Lifecycle
from workbench.emulator.readback import inventory
from workbench.emulator.statefile import State
from workbench.emulator.world import embedded_aws

if TYPE_CHECKING:
    from workbench.emulator.api import CallRecord

FORK_LIMIT_SECONDS = 120


@dataclass
class _Saved(State):
    """A state whose file is written where somebody reads it, after a kill; until then a copy of what it would hold.

    Writing the file at each of a run's thousand steps took a third of the walk. What an entry holds is replaced, never
    changed, so a copy of the entry keeps it.
    """

    _copy: State | None = field(default=None, repr=False)

    def save(self) -> None:
        """Keep a copy of what would be in the file."""
        if self.path is not None:
            self._copy = State(
                {urn: replace(entry) for urn, entry in self.entries.items()},
                {urn: replace(entry) for urn, entry in self.pending.items()},
                [replace(entry) for entry in self.doomed],
                self.path,
            )

    def found_by_the_next_process(self) -> State:
        """What is read from the file that was written at the last `save`."""
        if self.path is None:
            return self
        if self._copy:
            self._copy.save()
        return State.load(self.path)


@dataclass
class Walk:
    """Walks through runs of a deployer, whose state must be a `_Saved` one for faults that kill."""

    deployer: Deployer
    faults: Iterable[Fault]
    chosen: Callable[[int, Fault], bool] = lambda number, fault: True
    """Whether to try a fault at the call with this number; for samples."""
    points: int = 0
    """Calls walked past."""
    tried: Counter[str] = field(default_factory=Counter)
    """Fault → times it was made."""
    situations: set[str] = field(default_factory=set)
    """What the faults left behind, each once."""
    failures: list[str] = field(default_factory=list)
    """What did not converge: "call, fault: why"."""

    def through(self, run: Callable[[], object], afterwards: Callable[[Deployer], None]) -> None:
        """Make a run, with a fork for each chosen fault at each call.

        Args:
            run: The run; here it succeeds, in each fork it fails once.
            afterwards: The second run, in the fork, and what must hold after it; raises if it does not.
        """
        api = self.deployer.lifecycle.api
        self._heir: _Heir | None = None
        api.on_call, api.on_answer = self._before, self._after
        gc.collect()
        gc.freeze()
        try:
            run()
        except (DeployError, KilledError):
            if self._heir is None:
                raise
        finally:
            api.on_call = api.on_answer = None
            gc.unfreeze()
        if self._heir is not None:
            self._heir.finish(self.deployer, afterwards)

    def _before(self, record: CallRecord) -> None:
        self.points += 1
        self._fork_at(record, [fault for fault in self.faults if not fault.after])

    def _after(self, record: CallRecord) -> None:
        self._fork_at(record, [fault for fault in self.faults if fault.after])

    def _fork_at(self, record: CallRecord, faults: list[Fault]) -> None:
        api = self.deployer.lifecycle.api
        for fault in faults:
            if self.chosen(self.points, fault):
                self.tried[fault.name] += 1
                heir = _Heir.born(fault)
                if heir.process == 0:
                    self._heir = heir
                    api.on_call = api.on_answer = None
                    if fault.kills and isinstance(self.deployer.state, _Saved):
                        self.deployer.state = self.deployer.state.found_by_the_next_process()
                    self.deployer.state.path = None  # the file is the walking process's
                    raise fault.error(record)
                situation, verdict = heir.heard(self.situations)
                self.situations.add(situation)
                if verdict:
                    self.failures.append(
                        f"call {self.points}, {record.service}.{record.operation}, {fault.name}: {verdict}"
                    )


@dataclass
class _Heir:
    """A fork, seen from either side."""

    fault: Fault
    process: int
    reading: int
    writing: int

    @classmethod
    def born(cls, fault: Fault) -> _Heir:
        from_parent, to_child = os.pipe()
        from_child, to_parent = os.pipe()
        process = os.fork()
        if process == 0:
            os.close(to_child)
            os.close(from_child)
            gc.disable()
            signal.alarm(FORK_LIMIT_SECONDS)
            return cls(fault, 0, from_parent, to_parent)
        os.close(from_parent)
        os.close(to_parent)
        return cls(fault, process, from_child, to_child)

    def heard(self, known: set[str]) -> tuple[str, str]:
        """The parent's side: the situation, and what is wrong after the second run ("" is nothing)."""
        with os.fdopen(self.reading, "r") as child, os.fdopen(self.writing, "w") as reply:
            situation = child.readline().strip()
            with contextlib.suppress(BrokenPipeError):
                reply.write("known\n" if situation in known else "new\n")
                reply.flush()
            verdict = child.read()
        _, status = os.waitpid(self.process, 0)
        if status != 0:
            return situation, verdict or f"the run ended with status {status}"
        return situation, verdict

    def finish(self, deployer: Deployer, afterwards: Callable[[Deployer], None]) -> NoReturn:
        """The child's side: tell the situation, make the second run if it is new, and tell what came of it."""
        status = 1
        try:
            with os.fdopen(self.reading, "r") as parent, os.fdopen(self.writing, "w") as report:
                report.write(_situation(deployer) + "\n")
                report.flush()
                if parent.readline() == "new\n":
                    try:
                        afterwards(deployer)
                    except BaseException as error:
                        report.write(f"{type(error).__name__}: {error}")
            status = 0
        finally:
            os._exit(status)


def _situation(deployer: Deployer) -> str:
    """What decides what happens next: the calls that took effect so far, and what the state knows."""
    digest = hashlib.sha256(deployer.state.dump().encode())
    for record in deployer.lifecycle.api.calls:
        if not record.operation.startswith(READING):
            call = (record.service, record.operation, record.params)
            digest.update(json.dumps(call, sort_keys=True, default=str).encode())
    return digest.hexdigest()


def walk(trial: Trial, chosen: Callable[[int, Fault], bool]) -> dict[str, Any]:
    """Walk through the phases of a trial; gives the figures of each."""
    report: dict[str, Any] = {}
    with embedded_aws(platform=trial.platform) as api, tempfile.TemporaryDirectory() as folder:
        before = inventory(api)
        deployer = Deployer(Lifecycle(api), _Saved(path=Path(folder) / "state.json"))
        for phase in trial.phases:

            def afterwards(heir: Deployer, phase: Any = phase) -> None:
                if heir.state.pending or heir.state.doomed:
                    demand_nothing_left_when_destroyed_now(heir, before)
                phase.run(heir)
                demand_converged(heir, phase, before, trial.expected[phase.name])

            steps = Walk(deployer, FAULTS, chosen)
            started = time.perf_counter()
            steps.through(functools.partial(phase.run, deployer), afterwards)
            report[phase.name] = {
                "calls": steps.points,
                "faults": sum(steps.tried.values()),
                "situations": len(steps.situations),
                "failures": steps.failures,
                "seconds": round(time.perf_counter() - started),
            }
            sys.stderr.write(f"{phase.name}: {report[phase.name]}\n")
    return report
