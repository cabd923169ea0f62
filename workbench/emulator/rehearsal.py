"""The rehearsal: deploy, read back, play the scenarios, destroy, look whether anything is left."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from deployment.garbage import no_garbage_collection
from workbench.emulator.behaviour.account import Account
from workbench.emulator.deploy import Deployer
from workbench.emulator.lifecycle import Lifecycle
from workbench.emulator.program import deploy_program
from workbench.emulator.readback import ReadBack, leftovers, read_back
from workbench.emulator.scenarios import ORDER, load
from workbench.emulator.seed import ids_in
from workbench.emulator.stage import Check, MissingPieceError, NotApplicableError, Stage, Status, logical_name
from workbench.emulator.world import embedded_aws
from workbench.preview.settings import settings_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from infra.settings import Settings
    from workbench.emulator.api import Api


@dataclass
class Played:
    """A scenario, and what came of it."""

    name: str
    criterion: str
    checks: list[Check]
    seconds: float
    missing: str = ""
    """What the stack should have and does not; empty if nothing."""
    error: str = ""
    """Why it could not be played to its end; empty if it was."""
    not_applicable: str = ""
    """Why it says nothing about this stack; empty if it does."""

    @property
    def status(self) -> Status:
        """Passed is what demanded something and met with nothing else."""
        statuses = {check.status for check in self.checks}
        if self.error or self.missing or Status.FAILED in statuses:
            return Status.FAILED
        if self.not_applicable:
            return Status.NOT_APPLICABLE
        return Status.PASSED if Status.PASSED in statuses else Status.FAILED


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
        """Whether all of it went as it should: nothing failed, what does not apply aside."""
        return not (self.left_over or self.read_back.differences or self.count(Status.FAILED))

    def count(self, status: Status) -> int:
        """Number of scenarios with a status."""
        return sum(played.status is status for played in self.scenarios)


def rehearse(
    stack: str,
    names: Sequence[str] = ORDER,
    *,
    overrides: Mapping[str, str] | None = None,
    progress: Callable[[str], None] = lambda text: None,
) -> Rehearsal:
    """Rehearse a stack on an emulated AWS of its own.

    Raises:
        deployment.errors.InputError: The stack or its settings are wrong.
        DeployError: It cannot be deployed or destroyed.
    """
    overrides = dict(overrides or {})
    settings = settings_of(stack, overrides)
    result = Rehearsal(stack)
    timer = _Timer(result.seconds)
    # Most of what a rehearsal makes lives until its end, and looking for garbage among it took a third of the time.
    with no_garbage_collection():
        progress("starting the emulated AWS")
        timer.next("start")
        with embedded_aws(settings.region, ids_in(settings.model_dump(mode="json"))) as api:
            lifecycle = lifecycle_of(settings, api)
            before = leftovers(api)
            timer.next("deploy")
            deployer = Deployer(lifecycle)
            _count_aloud(deployer, progress)
            outcome, _ = deploy_program(deployer, stack, overrides=overrides)
            result.created = outcome.actions["create"]
            result.validated = {logical_name(urn): calls for urn, calls in sorted(outcome.validated.items())}
            timer.next("read back")
            progress("reading everything back")
            result.read_back = read_back(deployer)
            timer.next("scenarios")
            since = 0
            for name in names:
                progress(f"scenario {name}")
                stage = Stage(deployer, stack, settings, Account(deployer), overrides, since)
                result.scenarios.append(play(name, stage))
                since = stage.since
            timer.next("destroy")
            progress("destroying")
            deployer.unprotect()  # as one has to before a real `pulumi destroy`
            result.deleted = deployer.destroy().actions["delete"]
            result.left_over = sorted(leftovers(api) - before) + lifecycle.left_in_cluster()
        timer.stop()
    return result


def lifecycle_of(settings: Settings, api: Api) -> Lifecycle:
    """The provider over the emulated AWS, and over a cluster where the stack runs on one."""
    if settings.platform.cluster is None:
        return Lifecycle(api)
    from workbench.emulator.kubernetes.lifecycle import WithCluster
    from workbench.emulator.kubernetes.platform import cluster_of

    return WithCluster(api, cluster=cluster_of(settings.platform.cluster, api))


def play(name: str, stage: Stage) -> Played:
    """Play a scenario on a stack that is as it was deployed, and tidy up after it."""
    scenario = load(name)
    played = Played(name, scenario.criterion, stage.checks, 0.0)
    started = time.perf_counter()
    stage.reset()
    stage.since = len(stage.deployer.lifecycle.api.calls)
    try:
        scenario.play(stage)
    except NotApplicableError as reason:
        played.not_applicable = str(reason)
    except MissingPieceError as missing:
        played.missing = str(missing)
    except Exception as failure:
        played.error = f"{type(failure).__name__}: {failure}"
    finally:
        stage.clean_up()
    played.seconds = time.perf_counter() - started
    return played


@dataclass
class _Timer:
    """Time taken by one phase after the other."""

    seconds: dict[str, float]
    _phase: str = ""
    _since: float = 0.0

    def next(self, phase: str) -> None:
        """End the phase that runs, and begin another one."""
        self.stop()
        self._phase = phase

    def stop(self) -> None:
        """End the phase that runs."""
        now = time.perf_counter()
        if self._phase:
            self.seconds[self._phase] = now - self._since
        self._phase, self._since = "", now


def _count_aloud(deployer: Deployer, progress: Callable[[str], None]) -> None:
    done: Counter[str] = Counter()

    def show(action: str, urn: str) -> None:
        done[action] += 1
        progress(f"{action} {done[action]}: {logical_name(urn)}")

    deployer.progress = show
