import math

import numpy as np
import pytest

from workbench.simulate import kernel
from workbench.simulate.declaration import Metric
from workbench.simulate.known_metrics import NAMES, expression_names
from workbench.simulate.metrics import COLUMNS, GAUGES, METRICS, Minutes, UnsupportedExpressionError, evaluate, value_of


def minutes(count=1, **values):
    """Minutes alike: tallies by their kernel name and gauges, each for (stable, canary)."""
    rows = np.zeros((count, COLUMNS))
    rows[:, kernel.CREDITS] = np.nan
    for name, pair in values.items():
        if name in GAUGES:
            place = kernel.GAUGES + 2 * GAUGES.index(name)
            rows[:, place : place + 2] = pair
        else:
            rows[:, [getattr(kernel, name), kernel.TALLIES + getattr(kernel, name)]] = pair
    return Minutes(rows, np.full((count, 1), 0.07), [(count, 0, 0.95, True)])


def metric(name, statistic="Sum", pool=None):
    return Metric(names=(("m", "AWS/ApplicationELB", name, statistic),), pool=pool)


def value(metric, minutes, length=1):
    values, samples = value_of(metric, minutes.periods(length))
    return values.tolist()[-1], samples.tolist()[-1]


def test_reading_and_evaluating_know_the_same_metrics():
    assert METRICS.keys() == NAMES


def test_requests_per_target_divides_by_healthy_targets():
    minute = minutes(healthy=[2, 0], OFFERED=[300, 0])
    assert value(metric("RequestCountPerTarget"), minute)[0] == 150


def test_requests_per_target_divides_by_registered_ones_when_none_is_healthy():
    minute = minutes(registered=[3, 0], OFFERED=[300, 0])
    assert value(metric("RequestCountPerTarget"), minute)[0] == 100


def test_without_any_target_there_is_no_datapoint():
    assert math.isnan(value(metric("RequestCountPerTarget"), minutes(OFFERED=[300, 0]))[0])


def test_the_cpu_of_a_group_is_the_mean_of_the_minutes_that_have_one():
    three = minutes(3)
    three.rows[:, [kernel.CPU, kernel.CPU + 1]] = [[40, np.nan], [np.nan, np.nan], [60, np.nan]]
    assert value(metric("CPUUtilization", "Average", pool=0), three, 3)[0] == 50
    assert math.isnan(value(metric("CPUUtilization", "Average", pool=1), three, 3)[0])


def test_periods_add_up():
    five = minutes(5, healthy=[2, 0], registered=[2, 0], OFFERED=[100, 0])
    assert value(metric("RequestCountPerTarget"), five, 5)[0] == 250
    assert value(metric("RequestCount"), five, 5) == (500, 500)


def test_only_whole_periods_count():
    assert minutes(7).periods(5).count == 1
    assert minutes(11).periods(5, first=1).count == 1


def test_a_counter_grew_by_what_its_periods_added_wherever_one_begins_to_look():
    seven = minutes(7, attempts=[[1, 0], [1, 0], [4, 1], [4, 1], [9, 3], [9, 3], [20, 3]])
    assert seven.periods(2).gained("attempts", 0).tolist() == [1, 3, 5]
    assert seven.periods(2, first=1).gained("attempts", None).tolist() == [4, 7]
    assert seven.periods(2, first=3).gained("attempts", None).tolist() == []


def test_a_pool_sees_its_own_requests_only():
    assert value(metric("RequestCount", pool=1), minutes(registered=[1, 1], OFFERED=[90, 10]))[0] == 10


def test_requests_without_a_target_are_not_counted_and_no_requests_are_a_count():
    none = minutes(registered=[1, 0], healthy=[1, 0], OFFERED=[90, 0], NO_TARGET=[30, 0])
    assert value(metric("RequestCount"), none)[0] == 60
    assert value(metric("RequestCountPerTarget"), none)[0] == 60
    assert value(metric("HTTPCode_ELB_5XX_Count"), none)[0] == 30
    assert value(metric("RequestCount"), minutes(registered=[1, 0]))[0] == 0
    assert math.isnan(value(metric("RequestCount"), minutes())[0])


def test_what_a_target_left_behind_is_an_error_of_the_load_balancer():
    cut = minutes(FAILED=[10, 0], CUT=[4, 0])
    assert value(metric("HTTPCode_Target_5XX_Count"), cut)[0] == 6
    assert value(metric("HTTPCode_ELB_5XX_Count"), cut)[0] == 4


def test_a_count_of_nothing_is_no_datapoint():
    assert math.isnan(value(metric("HTTPCode_Target_5XX_Count"), minutes())[0])


@pytest.mark.parametrize("name", ["HealthyHostCount", "UnHealthyHostCount"])
def test_a_fleet_without_targets_reports_no_hosts(name):
    assert math.isnan(value(metric(name, "Maximum", pool=1), minutes(registered=[2, 0], healthy=[2, 0]))[0])


@pytest.mark.parametrize(("statistic", "expected"), [("Maximum", 2), ("Minimum", 0), ("Average", 1)])
def test_hosts_are_counted_by_the_statistic_that_is_asked_for(statistic, expected):
    found = minutes(2, registered=[2, 0])
    place = kernel.GAUGES + 2 * GAUGES.index("healthy")
    found.rows[:, place] = (0, 2)
    assert value(metric("HealthyHostCount", statistic, pool=0), found, 2)[0] == expected


def test_launches_are_counted_by_difference():
    running = minutes(2)
    place = kernel.GAUGES + 2 * GAUGES.index("attempts")
    running.rows[:, place] = (3, 5)
    assert value_of(metric("launch_attempts"), running.periods(1))[0].tolist() == [3, 2]


def test_p95_comes_with_its_samples():
    minute = minutes(COMPLETED=[150, 0])
    assert value(metric("TargetResponseTime", "p95", pool=0), minute) == (0.07, 150)


def test_nobody_measures_the_response_that_nobody_waited_for():
    minute = minutes(COMPLETED=[150, 0], UNHEARD=[50, 0], LATENCY=[510, 0], UNHEARD_SECONDS=[500, 0])
    assert value(metric("TargetResponseTime", "SampleCount", pool=0), minute)[0] == 100
    assert value(metric("TargetResponseTime", "Average", pool=0), minute) == (0.1, 100)


LAUNCHES = "IF(attempts > 0, 100 * FILL(failures, 0) / attempts, 0)"


@pytest.mark.parametrize(
    ("expression", "values", "expected"),
    [
        (LAUNCHES, {"attempts": 20.0, "failures": 2.0}, 10.0),
        (LAUNCHES, {"attempts": 20.0, "failures": None}, 0.0),
        (LAUNCHES, {"attempts": None, "failures": None}, None),
        ("MAX([a, b])", {"a": 1.0, "b": 3.0}, 3.0),
        ("SUM([a, b])", {"a": 1.0, "b": None}, 1.0),
        ("a / b", {"a": 1.0, "b": 0.0}, None),
        ("-a + 2", {"a": 1.0}, 1.0),
    ],
)
def test_metric_math(expression, values, expected):
    arrays = {name: np.array([math.nan if value is None else value]) for name, value in values.items()}
    (found,) = np.atleast_1d(evaluate(expression, arrays)).tolist()
    assert found == expected or (expected is None and math.isnan(found))


@pytest.mark.parametrize("expression", ["__import__('os')", "SEARCH('x')", "a.b", "a +", "RATE(a)"])
def test_metric_math_that_is_not_known_is_refused_and_never_run(expression):
    with pytest.raises(UnsupportedExpressionError):
        evaluate(expression, {"a": np.ones(1)})


def test_names_of_an_expression_leave_out_functions():
    assert expression_names(LAUNCHES) == {"attempts", "failures"}
    assert expression_names("RATE(a)") == {"RATE", "a"}
