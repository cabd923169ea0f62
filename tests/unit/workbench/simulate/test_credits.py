"""CPU credits: AWS's table, its worked example, and what a burstable instance does without them."""

import numpy as np
import pytest

from infra.burstable import burstable_type, unlimited_credits
from workbench.simulate import kernel
from workbench.simulate.engine import Engine, EngineOptions

NANO = burstable_type("t4g.nano")
NOTHING = np.empty(0)


def burstable(kind, *, saved_credits=0.0, workers=2):
    engine = Engine(EngineOptions(workers=workers, queue_limit=2**40), slots=1, seed=1)
    engine.give_credits(0, 0.0, earned=kind.baseline_vcpus, balance=60 * saved_credits, most=60 * kind.maximum)
    engine.set_rotation([0])
    return engine


def jobs(times, cpu_seconds):
    count = len(times)
    none = np.zeros(count)
    return kernel.Slice(
        np.asarray(times, float), np.full(count, float(cpu_seconds)), none, none > 0, none.astype(np.int64), none > 0
    )


def balance(engine, now):
    state = engine.state
    return min(state.most[0] + state.launch[0], state.balance[0] + state.earned[0] * (now - state.balance_at[0])) / 60


def test_the_guides_example_of_accrual():
    # A nano (2 vCPUs, 6 credits an hour) at 2 % for an hour accrues 3.6 credits.
    engine = burstable(NANO)
    engine.run(3600, jobs(np.arange(10, 3600, 10), 2 * 0.02 * 3600 / 359))
    assert balance(engine, 3600) == pytest.approx(3.6)


@pytest.mark.parametrize(("name", "ratio"), [("nano", 0.05), ("micro", 0.1), ("small", 0.2), ("xlarge", 0.4)])
def test_baseline_utilisation_of_the_credit_table(name, ratio):
    kind = burstable_type(f"t4g.{name}")
    assert kind.baseline_vcpus / kind.vcpus == pytest.approx(ratio)


@pytest.mark.parametrize(
    ("name", "ratio", "most"),
    [("nano", 0.05, 72), ("micro", 0.1, 144), ("large", 0.3, 864), ("xlarge", 0.225, 1296), ("2xlarge", 0.17, 1958.4)],
)
def test_t2_has_a_table_of_its_own_and_launch_credits(name, ratio, most):
    kind = burstable_type(f"t2.{name}")
    assert kind.baseline_vcpus / kind.vcpus == pytest.approx(ratio, rel=0.001)
    assert kind.maximum == pytest.approx(most)
    assert kind.launch_credits == 30 * kind.vcpus


def test_launch_credits_are_spent_first_and_do_not_count_towards_the_limit():
    # The guide's t2.nano: idle for a day it has 102 credits, the 30 of its launch and the 72 that it may keep.
    kind, day = burstable_type("t2.nano"), 86_400
    engine = burstable(kind, workers=1)
    launch = 60 * kind.launch_credits
    engine.give_credits(0, 0.0, earned=kind.baseline_vcpus, balance=0, most=60 * kind.maximum, launch=launch)
    assert balance(engine, day) == balance(engine, 2 * day) == pytest.approx(102)
    engine.run(2 * day + 3600, jobs([2 * day], 40 * 60))
    assert balance(engine, 2 * day) == pytest.approx(62)
    assert balance(engine, 3 * day) == pytest.approx(72)  # nothing is left of those of the launch


@pytest.mark.parametrize(
    ("instance_type", "declared", "unlimited"),
    [
        ("t2.micro", None, False),
        ("t3.micro", None, True),
        ("t4g.nano", None, True),
        ("t2.micro", "unlimited", True),
        ("t4g.nano", "standard", False),
    ],
)
def test_the_mode_is_the_declared_one_or_that_of_the_family(instance_type, declared, unlimited):
    assert unlimited_credits(instance_type, declared) is unlimited


def test_other_families_have_no_credits():
    assert burstable_type("m7g.medium") is None


def test_the_balance_is_capped_at_a_day_of_earnings():
    assert balance(burstable(NANO), 3 * 86400) == 144


@pytest.mark.parametrize("asked_vcpus", [0.15, 0.2, 1.0])
def test_an_instance_that_is_asked_for_more_does_its_baselines_work_and_no_more(asked_vcpus):
    engine = burstable(NANO, saved_credits=1.0)
    engine.run(3600, jobs(np.arange(0, 3600, 0.5), asked_vcpus * 0.5))
    assert engine.slot_cpu[0] <= 60 + NANO.baseline_vcpus * 3600
    assert engine.slot_cpu[0] == pytest.approx(60 + NANO.baseline_vcpus * 3600, rel=0.01)
