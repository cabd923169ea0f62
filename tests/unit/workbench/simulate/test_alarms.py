import pytest

from workbench.simulate.alarms import Alarm, AlarmRule, AlarmState, MissingData, evaluate, samples_needed

OK, ALARM, NO_DATA = AlarmState.OK, AlarmState.ALARM, AlarmState.INSUFFICIENT_DATA
RETAIN = None
POINTS = {"0": False, "X": True, "-": None}

# The two tables of the CloudWatch User Guide: datapoints -> missing, ignore, breaching, notBreaching.
THREE_OF_THREE = {
    "0-X-X": (OK, OK, OK, OK),
    "0----": (OK, OK, OK, OK),
    "-----": (NO_DATA, RETAIN, ALARM, OK),
    "0XX-X": (ALARM, ALARM, ALARM, ALARM),
    "--X--": (ALARM, RETAIN, ALARM, OK),
}
TWO_OF_THREE = {
    "0-X-X": (ALARM, ALARM, ALARM, ALARM),
    "00X0X": (ALARM, ALARM, ALARM, ALARM),
    "0-X--": (OK, OK, ALARM, OK),
    "----0": (OK, OK, ALARM, OK),
    "---X-": (ALARM, RETAIN, ALARM, OK),
}
TREATMENTS = (MissingData.MISSING, MissingData.IGNORE, MissingData.BREACHING, MissingData.NOT_BREACHING)
CASES = [
    pytest.param(needed, points, treatment, expected, id=f"{needed} of 3, {points}, {treatment}")
    for needed, table in ((3, THREE_OF_THREE), (2, TWO_OF_THREE))
    for points, row in table.items()
    for treatment, expected in zip(TREATMENTS, row, strict=True)
]


@pytest.mark.parametrize("current", AlarmState)
@pytest.mark.parametrize(("needed", "points", "treatment", "expected"), CASES)
def test_the_guides_tables(needed, points, treatment, expected, current):
    state = evaluate(
        [POINTS[point] for point in points],
        evaluation_periods=3,
        datapoints_to_alarm=needed,
        missing=treatment,
        current=current,
    )
    assert state is (current if expected is RETAIN else expected)


@pytest.mark.parametrize("points", ["----X", "---X-"])
def test_one_recent_breach_among_missing_points_is_no_alarm_yet(points):
    state = evaluate(
        [POINTS[point] for point in points],
        evaluation_periods=3,
        datapoints_to_alarm=3,
        missing=MissingData.MISSING,
        current=OK,
    )
    assert state is OK


def test_only_the_evaluation_range_counts():
    points = [True, True, True, False, False, False, False, False]
    assert evaluate(points, evaluation_periods=3, datapoints_to_alarm=1, missing=MissingData.MISSING, current=OK) is OK


@pytest.mark.parametrize(("percentile", "samples"), [(95, 200), (99, 1000), (50, 20), (5, 200)])
def test_samples_that_a_percentile_needs(percentile, samples):
    assert samples_needed(percentile) == samples


def test_a_percentile_of_few_samples_keeps_the_state_when_ignored():
    rule = AlarmRule(name="p95", threshold=0.2, percentile=95, ignore_low_samples=True)
    alarm = Alarm(rule, state=OK)
    assert not alarm.observe(5.0, samples=199)
    assert alarm.state is OK
    assert alarm.low_sample_periods == 1
    assert alarm.observe(5.0, samples=200)
    assert alarm.state is ALARM


def test_a_percentile_of_few_samples_counts_when_evaluated():
    alarm = Alarm(AlarmRule(name="p95", threshold=0.2, percentile=95), state=OK)
    assert alarm.observe(5.0, samples=3)


@pytest.mark.parametrize(
    ("comparison", "at_threshold"),
    [
        ("GreaterThanOrEqualToThreshold", ALARM),
        ("GreaterThanThreshold", OK),
        ("LessThanThreshold", OK),
        ("LessThanOrEqualToThreshold", ALARM),
    ],
)
def test_comparison_at_the_threshold(comparison, at_threshold):
    alarm = Alarm(AlarmRule(name="a", threshold=1.0, comparison=comparison))
    alarm.observe(1.0)
    assert alarm.state is at_threshold


def test_an_alarm_returns_to_ok():
    # The guide's figure: 3 of 3 above the threshold, then one below.
    alarm = Alarm(AlarmRule(name="a", threshold=3, evaluation_periods=3, datapoints_to_alarm=3))
    states = []
    for value in (2, 2, 4, 5, 6, 2, 2, 2, 4, 2):
        alarm.observe(value)
        states.append(alarm.state)
    assert states[4] is ALARM
    assert states[5:] == [OK] * 5
