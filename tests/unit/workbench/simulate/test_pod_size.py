"""Pods on nodes that have nothing left: worked by hand, and against the formulas that they come from."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from cost import estimate
from workbench.simulate.pod_size import notes, on_full_nodes, smallest
from workbench.simulate.reading import read


@pytest.fixture(scope="module")
def declared(graph):
    return read(graph("k8s"))


def test_the_k8s_stack_has_two_pods_of_25m_and_a_resting_canary(declared):
    stable, canary = declared.fleets
    assert (stable.desired_capacity, stable.pods.cpu_request_vcpus) == (2, 0.025)
    assert (canary.min_size, canary.desired_capacity) == (2, 0)  # the least of its autoscaler, which leaves 0 alone


def test_without_any_other_wait_it_is_processor_sharing_alone(declared):
    only_cpu = replace(declared, service_seconds=0.005, cpu_seconds=0.005, peak_rps=2.0)
    # One pod of 100m: 50 ms of CPU, a tenth busy; the p95 of an exponential is ln 20 of its mean.
    assert on_full_nodes(only_cpu, 1, 100).p95_ms == pytest.approx(50 / 0.9 * math.log(20), rel=0.01)


def test_a_pod_that_is_asked_for_more_than_it_has_never_answers(declared):
    assert math.isinf(on_full_nodes(replace(declared, peak_rps=10.0), 1, 25).p95_ms)


def test_the_smallest_that_holds_the_budget_does_and_the_next_smaller_does_not(declared):
    found = smallest(declared, 2)
    assert found.p95_ms <= 100 < on_full_nodes(declared, 2, found.millicores - 5).p95_ms


def test_it_is_said_with_its_cost(declared, graph):
    told = " ".join(notes(declared, estimate(graph("k8s"))))
    assert "on full ones a pod has its 25m only" in told and "a month and not $" in told


def test_instances_have_no_such_notes(graph):
    assert notes(read(graph("prod")), None) == ()
