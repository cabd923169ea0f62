import cProfile
import math
import pstats
import subprocess
import sys
from dataclasses import replace

import pytest

from infra.queueing import Station
from workbench.simulate.predict import predict


def test_p95_at_the_peak_is_that_of_the_queue(small_graph):
    found = predict(small_graph(peak="60"))
    assert found.instances_at_peak == 2
    assert found.p95_ms == pytest.approx(Station(2, 0.025).sojourn_quantile_seconds(30, 0.95) * 1000)
    assert found.p95_optimistic_ms < found.p95_ms
    assert found.budget_ms == 100


def test_a_peak_beyond_max_size_has_no_p95(small_graph):
    found = predict(small_graph(peak="400"))
    assert found.instances_at_peak == 4
    assert math.isinf(found.p95_ms)
    assert "unbounded" in found.line()


@pytest.mark.parametrize(
    ("peak", "seconds"),
    [
        pytest.param("3", None, id="30 requests/s fit into one instance"),
        pytest.param(
            "5", 30 + 180 + 60 + 90, id="50: target tracking's three minutes, and a minute for metrics to arrive"
        ),
        pytest.param("12", 30 + 60 + 60 + 90, id="120: the spike alarm's one minute, and one to arrive"),
        pytest.param("30", math.inf, id="300: more than four instances carry"),
    ],
)
def test_time_to_scale_for_a_spike(small_graph, peak, seconds):
    assert predict(small_graph(peak=peak)).scale_seconds == seconds


def test_a_rollout_step_with_under_200_samples_is_inconclusive(small_graph):
    steps = predict(small_graph(peak="3")).steps
    assert [(step.percent, step.samples, step.conclusive) for step in steps] == [
        (10, 90, False),
        (50, 450, True),
        (100, 900, True),
    ]
    line = predict(small_graph(peak="3")).line()
    assert "the canary gets 90 requests at 10 % in the 5 minutes of its p95 alarm, too few for a p95 (200)" in line
    assert "50 %" not in line


def test_at_seven_requests_a_second_ten_percent_are_enough(small_graph):
    # 10/(1 - 0.95) = 200 samples in 5 minutes at 10 % take 6.7 requests a second.
    assert predict(small_graph(peak="6.7")).steps[0].conclusive
    assert not predict(small_graph(peak="6.6")).steps[0].conclusive


def test_burstable_instances_have_a_sustained_rate_and_others_not(graph, small_graph):
    assert predict(small_graph()).sustained_rps is None
    assert predict(graph("dev")).sustained_rps == pytest.approx(20.0)


def test_the_declared_stack_is_predicted_within_its_budget(graph):
    found = predict(graph("dev"))
    assert found.p95_ms < found.budget_ms
    assert found.scale_seconds is None or not math.isinf(found.scale_seconds)
    assert found.notes == ()


def test_a_parked_stack_has_no_prediction(graph):
    assert predict(graph("parked")) is None


def test_it_takes_as_many_steps_whatever_the_traffic_and_no_numpy(small_graph):
    def calls(peak):
        profile = cProfile.Profile()
        profile.runcall(predict, small_graph(peak=peak))
        return pstats.Stats(profile).total_calls

    calls("1")  # reads what it rests on, once
    few, many = calls("0.1"), calls("60000")
    assert many <= 1.5 * few  # requests that are drawn, as a simulation does, would be 600,000 times as many
    code = "import sys, workbench.simulate.predict; print(sorted({'numpy', 'numba', 'pulumi'} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_a_probe_is_priced_where_a_p95_alarm_has_too_few_requests(graph):
    prod = predict(graph("prod"), region="us-east-1")
    seconds = sum(expected for *_, expected in prod.pace)
    # $0.0012 a run, one a minute; $0.50 a check and $1.00 each for HTTPS and the fast interval.
    assert f"${0.0012 * round(seconds / 60):.2f} for a rollout's steps, $52.56 for a whole month" in prod.line()
    assert "Route 53 health check over HTTPS each 10 s, without one ($2.50 a month)" in prod.line()
    elsewhere = predict(graph("prod"), region="sa-east-1").line()
    assert "Synthetics" not in elsewhere, "no price of it is known there"
    assert "Route 53 health check" in elsewhere
    assert "probe" not in predict(graph("prod")).line()


def test_no_probe_is_priced_where_the_alarm_is_awake(small_graph):
    found = replace(predict(small_graph(peak="60")), steps=(), mean_rps=50.0, probe="a probe $1.00")
    assert "probe" not in found.line()
    assert "a probe $1.00" in replace(found, mean_rps=0.1).line()
    assert "a probe $1.00" not in "".join(replace(found, mean_rps=0.1).in_short)
