import pytest

from workbench.simulate.scaling.step import (
    AdjustmentType,
    StepAdjustment,
    StepPolicy,
    find_step,
    rounded,
    wanted_capacity,
)

# The worked example of the EC2 Auto Scaling guide: threshold 50 %, percent of group.
OUT = StepPolicy(
    name="out",
    adjustment_type=AdjustmentType.PERCENT,
    steps=(
        StepAdjustment(lower_bound=0, upper_bound=10, adjustment=0),
        StepAdjustment(lower_bound=10, upper_bound=20, adjustment=10),
        StepAdjustment(lower_bound=20, adjustment=30),
    ),
)
IN = StepPolicy(
    name="in",
    adjustment_type=AdjustmentType.PERCENT,
    steps=(
        StepAdjustment(lower_bound=-10, upper_bound=0, adjustment=0),
        StepAdjustment(lower_bound=-20, upper_bound=-10, adjustment=-10),
        StepAdjustment(upper_bound=-20, adjustment=-30),
    ),
)


def test_the_guides_example_goes_10_11_14_13_10():
    sizes = [10]
    for policy, metric in ((OUT, 60), (OUT, 70), (IN, 40), (IN, 30)):
        size = sizes[-1]
        sizes.append(wanted_capacity(policy, metric=metric, threshold=50, capacity=size, desired=size))
    assert sizes == [10, 11, 14, 13, 10]


def test_the_guides_example_of_breaches_while_an_instance_warms_up():
    # 60: 10 -> 11. 62 while it warms up: nothing more. 70 while it warms up: 13, 2 more instead of 3.
    assert wanted_capacity(OUT, metric=60, threshold=50, capacity=10, desired=10) == 11
    assert wanted_capacity(OUT, metric=62, threshold=50, capacity=10, desired=11) == 11
    assert wanted_capacity(OUT, metric=70, threshold=50, capacity=10, desired=11) == 13


@pytest.mark.parametrize("metric", [40.1, 45, 50, 55, 59.9])
def test_in_the_middle_nothing_changes(metric):
    for policy in (OUT, IN):
        step = find_step(policy.steps, metric, 50)
        assert step is None or step.adjustment == 0


@pytest.mark.parametrize(
    ("metric", "adjustment"), [(60, 10), (69.9, 10), (70, 30), (40, -10), (30.1, -10), (30, -30), (-5, -30)]
)
def test_bounds_are_inclusive_on_the_side_of_the_breach(metric, adjustment):
    step = find_step((OUT if metric > 50 else IN).steps, metric, 50)
    assert step is not None
    assert step.adjustment == adjustment


@pytest.mark.parametrize(
    ("change", "whole"), [(12.7, 12), (0.67, 1), (-0.58, -1), (-6.67, -6), (3.3, 3), (0, 0), (3.0, 3)]
)
def test_rounding_as_documented(change, whole):
    assert rounded(change) == whole


def test_minimum_adjustment_magnitude():
    # The guide: 25 % of 4 is 1, the minimum of 2 makes it 2.
    policy = StepPolicy(
        name="p",
        adjustment_type=AdjustmentType.PERCENT,
        min_adjustment_magnitude=2,
        steps=(StepAdjustment(lower_bound=0, adjustment=25),),
    )
    assert wanted_capacity(policy, metric=60, threshold=50, capacity=4, desired=4) == 6


@pytest.mark.parametrize(
    ("kind", "adjustment", "expected"), [(AdjustmentType.CHANGE, 5, 8), (AdjustmentType.EXACT, 5, 5)]
)
def test_other_adjustment_types(kind, adjustment, expected):
    policy = StepPolicy(name="p", adjustment_type=kind, steps=(StepAdjustment(lower_bound=0, adjustment=adjustment),))
    assert wanted_capacity(policy, metric=60, threshold=50, capacity=3, desired=3) == expected
