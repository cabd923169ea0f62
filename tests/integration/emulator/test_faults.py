"""Every call of dev's life fails once, in each way: after as many runs as it takes everything is as declared."""

from __future__ import annotations

import functools
from typing import Any

import pytest
from faults.kinds import LOSSES, REFUSALS, Fault, PatientDeployer, Stutter, until_it_works
from faults.trial import Clean, Phase, Trial, demand_converged

from workbench.emulator.lifecycle import Lifecycle
from workbench.emulator.readback import inventory
from workbench.emulator.seed import references
from workbench.emulator.world import embedded_aws

pytestmark = pytest.mark.slow

PHASES = ("deploy", "changed", "park", "unpark", "destroy")
LOST = LOSSES[0]


def stutter_through(trial: Trial, *faults: Fault) -> dict[str, dict[str, int]]:
    """Let every distinct call of each phase fail once in each way; gives how many did, by phase and fault."""
    failed = {}
    with embedded_aws(platform=trial.platform) as api:
        before = inventory(api)
        deployer = PatientDeployer(Lifecycle(api))
        deployer.kinds = len(faults)
        for phase in trial.phases:
            stutter = Stutter(faults)
            stutter.attach(api)
            until_it_works(functools.partial(phase.run, deployer), len(faults) * 200)
            stutter.detach(api)
            failed[phase.name] = stutter.times()
            demand_converged(deployer, phase, before, trial.expected[phase.name])
    print(f"{failed}, failed attempts: {deployer.attempts}")
    return failed


def test_every_call_of_dev_is_refused_once_in_each_way(life: Any) -> None:
    failed = stutter_through(life(*PHASES), *REFUSALS)
    for fault in REFUSALS:
        times = {phase: count[fault.name] for phase, count in failed.items()}
        assert times["deploy"] > 300
        assert times["changed"] > 150
        assert min(times["park"], times["unpark"], times["destroy"]) > 50


def test_the_answer_to_every_call_of_dev_is_lost_once(life: Any) -> None:
    failed = stutter_through(life("deploy", "changed", "replaced", "park", "unpark", "destroy"), LOST)
    assert failed["deploy"][LOST.name] > 300
    assert failed["replaced"][LOST.name] > 200


def test_the_answer_to_every_call_of_prod_is_lost_once(deployment: Any, deployable: Any) -> None:
    prod = deployable(deployment("prod"))
    trial = Trial([Phase("deploy", prod), Phase("destroy", None)], references(prod))
    trial.expected = {name: phase.holds for name, phase in trial.clean().items()}
    assert stutter_through(trial, LOST)["deploy"][LOST.name] > 150


def test_an_update_changes_most_types_and_a_replacement_many(clean: dict[str, Clean]) -> None:
    changed, replaced = clean["changed"].outcome, clean["replaced"].outcome
    types = {urn.split("::")[2].rsplit("$", 1)[-1] for urn in changed.changed}
    assert len(types) >= 45
    assert changed.actions["update"] > 80
    assert replaced.actions["replace"] >= 35
