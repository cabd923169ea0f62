"""A stack's life in phases, and what must hold after each, whatever went wrong on the way."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from in_fork import in_fork

from workbench.emulator.deploy import Deployer, DeployError, Outcome
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


@dataclass(frozen=True)
class Clean:
    """A phase in which nothing went wrong."""

    outcome: Outcome
    holds: Counts
    """What the account holds after it."""


@dataclass
class Trial:
    """Phases one after the other, in an account that had something in it before."""

    phases: list[Phase]
    platform: list[str]
    """Ids of what is there beforehand (seed.references)."""
    expected: dict[str, Counts] = field(default_factory=dict)
    """What the account has to hold after each phase: what it holds when nothing goes wrong."""

    def clean(self) -> dict[str, Clean]:
        """Each phase when nothing goes wrong."""
        found = {}
        with embedded_aws(platform=self.platform) as api:
            before, deployer = inventory(api), Deployer(Lifecycle(api))
            for phase in self.phases:
                found[phase.name] = Clean(phase.run(deployer), counts(api, before))
        return found

    def dump(self) -> str:
        """The trial as text, for another process."""
        return json.dumps({**vars(self), "phases": [vars(phase) for phase in self.phases]})

    @classmethod
    def load(cls, path: Path) -> Trial:
        """The trial in a file."""
        content = json.loads(path.read_text(encoding="utf-8"))
        return cls(**{**content, "phases": [Phase(**phase) for phase in content["phases"]]})


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
    _raise(in_fork(lambda: _left_when_destroyed(deployer, before)))


def _left_when_destroyed(deployer: Deployer, before: dict[str, set[str]]) -> list[str]:
    try:
        deployer.destroy()
    except DeployError as error:
        return [f"destroying: {error}"]
    return [f"{count} in {kind} left when destroyed" for kind, count in counts(deployer.lifecycle.api, before).items()]


def _raise(wrong: Iterable[str]) -> None:
    text = "; ".join(wrong)
    if text:
        raise NotConvergedError(text)
