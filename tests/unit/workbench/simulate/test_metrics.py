import numpy as np
import pytest

from workbench.simulate import kernel
from workbench.simulate.declaration import Metric
from workbench.simulate.known_metrics import NAMES, expression_names
from workbench.simulate.metrics import METRICS, Period, UnsupportedExpressionError, evaluate, value_of


def period(**values):
    made = Period(minutes=1)
    for name, value in values.items():
        setattr(made, name, np.array(value, float))
    return made


def metric(name, statistic="Sum", pool=None):
    return Metric(names=(("m", "AWS/ApplicationELB", name, statistic),), pool=pool)


def test_reading_and_evaluating_know_the_same_metrics():
    assert METRICS.keys() == NAMES


def test_requests_per_target_divides_by_healthy_targets():
    minute = period(target_minutes=[2, 0])
    minute.tally[0, kernel.OFFERED] = 300
    assert value_of(metric("RequestCountPerTarget"), minute)[0] == 150


def test_requests_per_target_divides_by_registered_ones_when_none_is_healthy():
    minute = period(target_minutes=[0, 0], registered=[3, 0])
    minute.tally[0, kernel.OFFERED] = 300
    assert value_of(metric("RequestCountPerTarget"), minute)[0] == 100


def test_periods_add_up():
    five = Period()
    for _ in range(5):
        minute = period(target_minutes=[2, 0])
        minute.tally[0, kernel.OFFERED] = 100
        five.add(minute)
    assert value_of(metric("RequestCountPerTarget"), five)[0] == 250
    assert value_of(metric("RequestCount"), five) == (500, 500)


def test_a_pool_sees_its_own_requests_only():
    minute = period()
    minute.tally[:, kernel.OFFERED] = (90, 10)
    assert value_of(metric("RequestCount", pool=1), minute)[0] == 10


def test_a_count_of_nothing_is_no_datapoint():
    assert value_of(metric("HTTPCode_Target_5XX_Count"), period())[0] is None


def test_p95_comes_with_its_samples():
    minute = period()
    minute.histogram[0, 2500] = 150
    value, samples = value_of(metric("TargetResponseTime", "p95"), minute)
    assert samples == 150
    assert value > 0


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
    assert evaluate(expression, values) == expected


@pytest.mark.parametrize("expression", ["__import__('os')", "SEARCH('x')", "a.b", "a +", "RATE(a)"])
def test_metric_math_that_is_not_known_is_refused_and_never_run(expression):
    with pytest.raises(UnsupportedExpressionError):
        evaluate(expression, {"a": 1.0})


def test_names_of_an_expression_leave_out_functions():
    assert expression_names(LAUNCHES) == {"attempts", "failures"}
    assert expression_names("RATE(a)") == {"RATE", "a"}
