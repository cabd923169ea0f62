"""Capacity of an instance: against published and exact values, and against a simulated balance of credits."""

import math
from dataclasses import replace

import numpy as np
import pytest

from infra.capacity import InstanceCapacity, UnreachableError, vcpus_of

INSTANCE = InstanceCapacity(
    workers=2,
    service_time_ms=50,
    cpu_time_ms=5,
    p95_limit_ms=200,
    p95_window_seconds=300,
    instance_types=("m7g.medium",),
)
NANO = replace(INSTANCE, service_time_ms=25, p95_limit_ms=100, instance_types=("t4g.micro", "t4g.nano"))


@pytest.mark.parametrize(("servers", "utilisation"), [(1, 0.251), (2, 0.536), (3, 0.664), (4, 0.735), (8, 0.855)])
def test_highest_rate_is_the_utilisation_at_which_p95_reaches_four_service_times(servers, utilisation):
    rate = replace(INSTANCE, workers=servers).highest_rate()
    assert rate * 0.05 / servers == pytest.approx(utilisation, abs=0.0006)


def test_one_server_follows_the_closed_form():
    # M/M/1: the time in the system is exponential with rate mu - lambda.
    one = replace(INSTANCE, workers=1, service_time_ms=10, p95_limit_ms=100)
    assert one.highest_rate() == pytest.approx(100 - math.log(20) / 0.1, rel=1e-6)


def test_workers_that_only_compute_are_no_more_than_the_cores_of_the_weakest_type():
    one = replace(INSTANCE, service_time_ms=10, cpu_time_ms=10, p95_limit_ms=100, workers=4)
    small, large = (replace(one, instance_types=each) for each in (("m7g.large", "m7g.medium"), ("m7g.xlarge",)))
    assert small.highest_rate() == replace(one, workers=1).highest_rate()
    assert large.highest_rate() == replace(large, instance_types=()).highest_rate() > 4 * small.highest_rate()


@pytest.mark.parametrize(
    ("name", "vcpus"),
    # EC2 User Guide, "CPU options for Amazon EC2 instance types".
    [
        *(("t4g.nano", 2), ("t2.micro", 1), ("m7g.medium", 1), ("c7gn.large", 2), ("r8g.xlarge", 4)),
        *(("m7i-flex.8xlarge", 32), ("im4gn.16xlarge", 64), ("m7g.metal", None), ("hpc6a.48xlarge", None)),
        *(("c1.xlarge", None), ("unknown", None)),
    ],
)
def test_vcpus_by_size(name, vcpus):
    assert vcpus_of(name) == vcpus


def test_limit_that_an_idle_instance_breaks_is_refused():
    with pytest.raises(UnreachableError, match="allowed is up to 33"):
        replace(INSTANCE, p95_limit_ms=100).highest_rate()


def test_the_weakest_type_leaves_headroom_over_its_baseline():
    # A nano earns 0.1 vCPU: 20 requests of 5 ms a second use all of it, and then its balance never leaves zero.
    assert math.isinf(NANO.late_share(20.0))
    assert 18 < NANO.highest_rate() < 19
    assert NANO.requests_per_minute() == math.floor(NANO.highest_rate() * 60)


def test_a_shorter_window_weighs_the_start_without_credits_more():
    assert replace(NANO, p95_window_seconds=60).highest_rate() < NANO.highest_rate()


@pytest.mark.parametrize("rate", [17.0, 18.5])
def test_the_balance_is_below_zero_for_as_long_as_the_formula_says(rate):
    """Simulated without the simulator: the balance is earned time less the CPU times of Poisson arrivals."""
    rng = np.random.default_rng(1)
    starved = 0.0
    runs, horizon = 400, 400.0
    for _ in range(runs):
        gaps = rng.exponential(1 / rate, size=round(2 * rate * horizon))
        earned = np.cumsum(0.1 * gaps - rng.exponential(0.005, size=len(gaps)))
        balance = np.concatenate([[0.0], earned[:-1]])[np.cumsum(gaps) - gaps < horizon]
        starved += np.minimum(gaps[: len(balance)], np.maximum(0.0, -balance / 0.1)).sum()
    share = NANO.late_share(rate) - replace(NANO, instance_types=()).late_share(rate)
    assert starved / runs == pytest.approx(share * NANO.p95_window_seconds, rel=0.25)


def test_the_same_instance_is_worked_out_once(monkeypatch):
    """Several checks ask for each stack that is declared; it takes some milliseconds."""
    first = replace(INSTANCE, service_time_ms=21).highest_rate()
    monkeypatch.setattr(InstanceCapacity, "late_share", lambda *_: pytest.fail("worked out again"))
    assert replace(INSTANCE, service_time_ms=21).highest_rate() == first
