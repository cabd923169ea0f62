"""kill -9 for real: deploys against the emulator's server, each by a process that kills itself at some call.

    PYTHONPATH=tests python -m faults.kill TRIAL.json ENDPOINT [--every] [--seed N]

Rounds: the next process goes on from the state file, until one comes to the end of the phase. ``--every`` instead takes
each call of each phase in turn: one kill, one more process, and a look.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from faults.trial import Phase, Trial, demand_converged
from workbench.emulator.api import Api
from workbench.emulator.deploy import Deployer
from workbench.emulator.lifecycle import Lifecycle
from workbench.emulator.readback import inventory
from workbench.emulator.statefile import State

if TYPE_CHECKING:
    from workbench.emulator.api import CallRecord

LONGEST_ROUND_CALLS = 90


@dataclass
class Murder:
    """Kills the own process at a call."""

    calls_left: int
    after: bool

    def attach(self, api: Api) -> None:
        """Count from now on."""
        api.on_answer = self._count if self.after else None
        api.on_call = None if self.after else self._count

    def _count(self, record: CallRecord) -> None:
        self.calls_left -= 1
        if self.calls_left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


@dataclass
class Kills:
    """Lets processes work on a stack's phases against one server, and die."""

    endpoint: str
    state: Path

    def deployer(self) -> Deployer:
        """A deployer as a new process has it: nothing but the state file."""
        return Deployer(Lifecycle(Api(endpoint_url=self.endpoint)), State.load(self.state))

    def process(self, phase: Phase, murder: Murder | None) -> bool:
        """Let a process bring the stack to a phase; whether it was killed.

        Raises:
            RuntimeError: It failed otherwise.
        """
        child = os.fork()
        if child == 0:
            status = 1
            try:
                deployer = self.deployer()
                if murder is not None:
                    murder.attach(deployer.lifecycle.api)
                phase.run(deployer)
                status = 0
            except BaseException as error:
                sys.stderr.write(f"{phase.name}: {error}\n")
            finally:
                os._exit(status)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
            return True
        if status != 0:
            raise RuntimeError(f"{phase.name}: the process ended with status {status}")
        return False

    def rounds(self, phase: Phase, dice: random.Random) -> int:
        """Processes that are killed after a random number of calls, until one is done; gives how many were."""
        killed = 0
        while self.process(phase, Murder(dice.randint(1, LONGEST_ROUND_CALLS), dice.random() < 0.5)):
            killed += 1
        return killed

    def every(self, phase: Phase) -> Iterator[int]:
        """One kill at each call of a phase, before and after; the caller restores the world in between."""
        for after in (False, True):
            number = 1
            while self.process(phase, Murder(number, after)):
                self.process(phase, None)
                yield number
                number += 1


def main() -> None:
    """Kill through a trial in a file; prints the number of kills in each phase as JSON."""
    parser = argparse.ArgumentParser(description="Kills processes that deploy a stack")
    parser.add_argument("trial", type=Path)
    parser.add_argument("endpoint")
    parser.add_argument("--every", action="store_true", help="each call of each phase, one at a time; takes hours")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    trial = Trial.load(options.trial)
    expected = trial.expected
    dice = random.Random(options.seed)  # noqa: S311 - a sample, not a secret
    killed: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        kills = Kills(options.endpoint, Path(folder) / "state.json")
        before = inventory(Api(endpoint_url=options.endpoint))
        previous: Phase | None = None
        for phase in trial.phases:
            if options.every:
                killed[phase.name] = 0
                for _ in kills.every(phase):
                    killed[phase.name] += 1
                    demand_converged(kills.deployer(), phase, before, expected[phase.name])
                    kills.process(previous or trial.phases[-1], None)
            else:
                killed[phase.name] = kills.rounds(phase, dice)
            demand_converged(kills.deployer(), phase, before, expected[phase.name])
            sys.stderr.write(f"{phase.name}: {killed[phase.name]} kills\n")
            previous = phase
    sys.stdout.write(json.dumps(killed) + "\n")


if __name__ == "__main__":
    main()
