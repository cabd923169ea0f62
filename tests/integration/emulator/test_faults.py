"""Every call of dev's life fails once, in each way: after as many runs as it takes everything is as declared."""

from __future__ import annotations

import functools
from typing import Any

import pytest
from faults.kinds import LOSSES, REFUSALS, Fault, PatientDeployer, Stutter, until_it_works
from faults.trial import Phase, Trial, demand_converged

from workbench.emulator.deploy import Deployer
from workbench.emulator.lifecycle import Lifecycle
from workbench.emulator.readback import inventory
from workbench.emulator.seed import references
from workbench.emulator.world import embedded_aws

pytestmark = pytest.mark.slow

PHASES = ("deploy", "changed", "park", "unpark", "destroy")
LOST = LOSSES[0]


@pytest.fixture(scope="module")
def expected(life: Any) -> dict[str, dict[str, int]]:
    """What the account holds after each phase when nothing goes wrong."""
    return life(*PHASES[:2], "replaced", *PHASES[2:]).clean()


def stutter_through(trial: Trial, fault: Fault, expected: dict[str, dict[str, int]]) -> dict[str, int]:
    """Let every distinct call of each phase fail once; gives how many did."""
    failed = {}
    with embedded_aws(platform=trial.platform) as api:
        before = inventory(api)
        deployer = PatientDeployer(Lifecycle(api))
        for phase in trial.phases:
            stutter = Stutter(fault)
            stutter.attach(api)
            until_it_works(functools.partial(phase.run, deployer))
            stutter.detach(api)
            failed[phase.name] = len(stutter.failed)
            demand_converged(deployer, phase, before, expected[phase.name])
    print(f"{fault.name}: {failed}, failed attempts: {deployer.attempts}")
    return failed


@pytest.mark.parametrize("fault", REFUSALS, ids=lambda fault: fault.name)
def test_every_call_of_dev_is_refused_once(life: Any, expected: Any, fault: Fault) -> None:
    failed = stutter_through(life(*PHASES), fault, expected)
    assert failed["deploy"] > 300
    assert failed["changed"] > 150
    assert min(failed["park"], failed["unpark"], failed["destroy"]) > 50


def test_the_answer_to_every_call_of_dev_is_lost_once(life: Any, expected: Any) -> None:
    failed = stutter_through(life("deploy", "changed", "replaced", "park", "unpark", "destroy"), LOST, expected)
    assert failed["deploy"] > 300
    assert failed["replaced"] > 200


def test_the_answer_to_every_call_of_prod_is_lost_once(deployment: Any) -> None:
    prod = deployment("prod")
    trial = Trial([Phase("deploy", prod), Phase("destroy", None)], references(prod))
    assert stutter_through(trial, LOST, trial.clean())["deploy"] > 150


def test_an_update_changes_most_types_and_a_replacement_many(life: Any) -> None:
    trial = life("deploy", "changed", "replaced")
    with embedded_aws(platform=trial.platform) as api:
        deployer = Deployer(Lifecycle(api))
        _, changed, replaced = [phase.run(deployer) for phase in trial.phases]
    types = {urn.split("::")[2].rsplit("$", 1)[-1] for urn in changed.changed}
    assert len(types) >= 45
    assert changed.actions["update"] > 80
    assert replaced.actions["replace"] >= 35
