"""A stack's life in phases, and what must hold after each, whatever went wrong on the way."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.emulator.deploy import Deployer, Outcome
from workbench.emulator.lifecycle import Lifecycle
from workbench.emulator.readback import inventory, read_back
from workbench.emulator.world import embedded_aws

if TYPE_CHECKING:
    from workbench.emulator.api import Api

Counts = dict[str, int]
"""Kind (readback.inventory) → number of things."""


class NotConvergedError(Exception):
    """The second run did not lead to what is declared."""


@dataclass(frozen=True)
class Phase:
    """One deployment of a stack, or its end."""

    name: str
    deployment: dict[str, Any] | None
    """None: everything is destroyed."""

    def run(self, deployer: Deployer) -> Outcome:
        """Bring the stack to this phase.

        Raises:
            DeployError: A resource failed.
        """
        return deployer.destroy() if self.deployment is None else deployer.deploy(self.deployment)


@dataclass
class Trial:
    """Phases one after the other, in an account that had something in it before."""

    phases: list[Phase]
    platform: list[str]
    """Ids of what is there beforehand (seed.references)."""

    def clean(self) -> dict[str, Counts]:
        """What the account holds after each phase when nothing goes wrong."""
        found = {}
        with embedded_aws(platform=self.platform) as api:
            before, deployer = inventory(api), Deployer(Lifecycle(api))
            for phase in self.phases:
                phase.run(deployer)
                found[phase.name] = counts(api, before)
        return found

    def dump(self) -> str:
        """The trial as text, for another process."""
        return json.dumps({"phases": [vars(phase) for phase in self.phases], "platform": self.platform})

    @classmethod
    def load(cls, path: Path) -> Trial:
        """The trial in a file."""
        content = json.loads(path.read_text(encoding="utf-8"))
        return cls([Phase(**phase) for phase in content["phases"]], content["platform"])


def counts(api: Api, before: dict[str, set[str]]) -> Counts:
    """How many things of each kind an account holds more than before; kinds without any are left out."""
    return {kind: len(ids - before[kind]) for kind, ids in inventory(api).items() if ids - before[kind]}


def demand_converged(deployer: Deployer, phase: Phase, before: dict[str, set[str]], expected: Counts) -> None:
    """Look whether the account is what the phase declares: no difference, nothing missing, left over or twice.

    Raises:
        NotConvergedError: It is not.
        DeployError: A further deployment fails.
    """
    wrong: list[str] = []
    if phase.deployment is not None:
        again = phase.run(deployer).actions
        wrong += [f"{count} {action} again" for action, count in again.items() if action != "same"]
    wrong += read_back(deployer).differences
    found = counts(deployer.lifecycle.api, before)
    wrong += [
        f"{found.get(kind, 0)} in {kind}, {expected.get(kind, 0)} expected"
        for kind in sorted(found.keys() | expected.keys())
        if found.get(kind) != expected.get(kind)
    ]
    wrong += [f"{urn} still pending" for urn in deployer.state.pending]
    wrong += [f"{entry.urn} still doomed" for entry in deployer.state.doomed]
    _raise(wrong)


def demand_nothing_left_when_destroyed_now(deployer: Deployer, before: dict[str, set[str]]) -> None:
    """Look, in a fork, whether destroying takes everything, also what an interrupted run left and nobody recorded.

    Raises:
        NotConvergedError: Something stays.
    """
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(reading)
        with os.fdopen(writing, "w") as report:
            try:
                deployer.destroy()
                for kind, count in counts(deployer.lifecycle.api, before).items():
                    report.write(f"{count} in {kind} left when destroyed\n")
            except BaseException as error:
                report.write(f"destroying: {error}\n")
            report.flush()
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "r") as report:
        wrong = report.read().splitlines()
    os.waitpid(process, 0)
    _raise(wrong)


def _raise(wrong: Iterable[str]) -> None:
    text = "; ".join(wrong)
    if text:
        raise NotConvergedError(text)
