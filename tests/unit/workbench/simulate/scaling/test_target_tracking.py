import pytest

from workbench.simulate.scaling.target_tracking import (
    AlarmConstants,
    TargetTracker,
    TargetTrackingPolicy,
    combined_scale_in,
    wanted_capacity,
)


def tracker(target=100.0, constants=None, **options):
    policy = TargetTrackingPolicy(name="policy", target_value=target, **options)
    return TargetTracker(policy, constants or AlarmConstants())


def observe(tracked, *metrics):
    for metric in metrics:
        tracked.observe(metric)
    return tracked


@pytest.mark.parametrize(
    ("capacity", "metric", "expected"),
    [
        pytest.param(3, 75, 5, id="the guide: adding 1.5 becomes adding 2"),
        pytest.param(6, 37.5, 5, id="the guide: removing 1.5 becomes removing 1"),
        pytest.param(4, 50, 4, id="at the target"),
        pytest.param(3, 66.66666666666667, 4, id="no instance for a rounding error"),
        pytest.param(2, 0, 0, id="no load"),
    ],
)
def test_capacity_is_proportional_and_rounded_to_the_safe_side(capacity, metric, expected):
    assert wanted_capacity(capacity, metric, 50) == expected


def test_scale_out_waits_for_three_datapoints():
    tracked = observe(tracker(), 150, 150)
    assert tracked.scale_out_to(2) is None
    assert observe(tracked, 150).scale_out_to(2) == 3


def test_datapoints_are_a_setting():
    tracked = observe(tracker(constants=AlarmConstants(high_datapoints=1)), 150)
    assert tracked.scale_out_to(2) == 3


def test_scale_in_waits_for_fifteen_datapoints_under_ninety_percent():
    tracked = observe(tracker(), *[80] * 14)
    assert tracked.scale_in_to(4) is None
    assert observe(tracked, 80).scale_in_to(4) == 4  # 3.2 needed, rounded up
    assert observe(tracker(), *[89] * 15).scale_in_to(10) == 9
    assert observe(tracker(), *[91] * 15).scale_in_to(10) is None


def test_no_data_means_no_scaling():
    tracked = observe(tracker(), None, None, None)
    assert tracked.scale_out_to(2) is None
    assert tracked.scale_in_to(2) is None


def test_scale_in_needs_every_policy():
    idle, busy = observe(tracker(), *[10] * 15), observe(tracker(), *[95] * 15)
    assert combined_scale_in([idle], 4) == 1
    assert combined_scale_in([idle, busy], 4) is None


def test_scale_in_takes_the_largest_of_the_agreeing_policies():
    one, other = observe(tracker(), *[10] * 15), observe(tracker(), *[60] * 15)
    assert combined_scale_in([one, other], 4) == 3


def test_a_policy_without_scale_in_has_no_vote():
    idle = observe(tracker(), *[10] * 15)
    busy = observe(tracker(disable_scale_in=True), *[95] * 15)
    assert combined_scale_in([idle, busy], 4) == 1
    assert combined_scale_in([busy], 4) is None
