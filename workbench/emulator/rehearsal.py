"""The rehearsal: deploy, read back, play the scenarios, destroy, look whether anything is left."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbench.emulator.behaviour.account import Account
from workbench.emulator.deploy import Deployer
from workbench.emulator.lifecycle import Lifecycle
from workbench.emulator.program import deploy_program
from workbench.emulator.readback import ReadBack, leftovers, read_back
from workbench.emulator.scenarios import ORDER, load
from workbench.emulator.stage import Check, MissingPieceError, Stage
from workbench.emulator.world import embedded_aws

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass
class Played:
    """A scenario that was played."""

    name: str
    criterion: str
    checks: list[Check]
    seconds: float
    error: str = ""
    """Why it could not be played to its end; empty if it was."""

    @property
    def passed(self) -> bool:
        """Whether everything that it demands held, and it demanded something."""
        return not self.error and bool(self.checks) and all(check.passed for check in self.checks)


@dataclass
class Rehearsal:
    """What a rehearsal saw."""

    stack: str
    created: int = 0
    validated: dict[str, list[str]] = field(default_factory=dict)
    """Resource → API calls that were validated and that the emulator cannot carry out."""
    read_back: ReadBack = field(default_factory=ReadBack)
    scenarios: list[Played] = field(default_factory=list)
    deleted: int = 0
    left_over: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Whether all of it went as it should."""
        return not self.left_over and not self.read_back.differences and all(item.passed for item in self.scenarios)


def rehearse(
    stack: str,
    names: Sequence[str] = ORDER,
    *,
    overrides: Mapping[str, str] | None = None,
    progress: Callable[[str], None] = lambda text: None,
) -> Rehearsal:
    """Rehearse a stack on an embedded AWS of its own.

    Raises:
        policies.errors.InputError: The stack or its settings are wrong.
        DeployError: It cannot be deployed or destroyed.
    """
    from workbench.emulator.seed import references
    from workbench.preview.synthesis import synthesize

    result = Rehearsal(stack)
    progress("recording the program")
    platform = references(synthesize(stack, overrides=overrides))
    with embedded_aws(platform=platform) as api:
        before = leftovers(api)
        deployer = Deployer(Lifecycle(api))
        _counter(deployer, progress)
        started = time.perf_counter()
        outcome, _ = deploy_program(deployer, stack, overrides=overrides)
        result.seconds["deploy"] = time.perf_counter() - started
        result.created = outcome.actions["create"]
        result.validated = {urn.rsplit("::", 1)[-1]: calls for urn, calls in sorted(outcome.validated.items())}
        progress("reading everything back")
        started = time.perf_counter()
        result.read_back = read_back(deployer)
        result.seconds["read back"] = time.perf_counter() - started
        for name in names:
            progress(f"scenario {name}")
            result.scenarios.append(_play(name, deployer, stack, dict(overrides or {})))
        progress("destroying")
        started = time.perf_counter()
        result.deleted = deployer.destroy().actions["delete"]
        result.seconds["destroy"] = time.perf_counter() - started
        result.left_over = sorted(leftovers(api) - before)
    return result


def _play(name: str, deployer: Deployer, stack: str, overrides: dict[str, str]) -> Played:
    scenario = load(name)
    stage = Stage(deployer, stack, Account(deployer), overrides)
    started = time.perf_counter()
    error = ""
    try:
        stage.reset()
        scenario.play(stage)
    except MissingPieceError as missing:
        error = str(missing)
    except Exception as failure:
        error = f"{type(failure).__name__}: {failure}"
    finally:
        stage.clean_up()
    return Played(name, scenario.criterion, stage.checks, time.perf_counter() - started, error)


def _counter(deployer: Deployer, progress: Callable[[str], None]) -> Any:
    done = {"create": 0}

    def show(action: str, urn: str) -> None:
        done[action] = done.get(action, 0) + 1
        progress(f"{action} {done[action]}: {urn.rsplit('::', 1)[-1]}")

    deployer.progress = show
    return done
