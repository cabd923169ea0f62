from itertools import pairwise

import pytest

from workbench.simulate.scaling.hpa import (
    HorizontalPodAutoscaler,
    PodMetrics,
    PolicyType,
    ScalingLimit,
    ScalingRules,
    SelectPolicy,
    proposal,
)


def even(count, value, **aside):
    return PodMetrics((value,) * count, **aside)


def ask(metrics, current, target=100.0):
    return proposal(metrics, current, target, up=0.1, down=0.1)


def limits(*limits, select=SelectPolicy.MAX, stabilization=0):
    return ScalingRules(stabilization_seconds=stabilization, limits=limits, select=select)


PODS_4, PERCENT_10 = ScalingLimit(PolicyType.PODS, 4, 60), ScalingLimit(PolicyType.PERCENT, 10, 60)


def test_the_pages_example_of_rate_limited_scale_down():
    # 80 replicas, target 10, at most 10 % or 4 pods a minute, whichever is more: 8 go, then 7.2 rounded up to 8.
    hpa = HorizontalPodAutoscaler(1, 100, down=limits(PODS_4, PERCENT_10))
    sizes = [80]
    for minute in range(20):
        current = sizes[-1]
        sizes.append(hpa.sync(60.0 * minute, current, [(even(current, 1000 / current), 100.0)]))
    assert sizes[:4] == [80, 72, 64, 57]
    below = [size for size in sizes if size < 40]
    assert all(before - after in (0, 4) for before, after in pairwise(below) if after > 10)
    assert sizes[-1] == 10


def test_within_one_period_nothing_more_is_removed():
    hpa = HorizontalPodAutoscaler(1, 100, down=limits(PERCENT_10))
    first = hpa.sync(0.0, 80, [(even(80, 10.0), 100.0)])
    assert first == 72
    assert hpa.sync(15.0, 72, [(even(72, 10.0), 100.0)]) == 72
    assert hpa.sync(60.0, 72, [(even(72, 10.0), 100.0)]) == 64


def test_min_selects_the_smallest_change_and_disabled_forbids_it():
    load = [(even(80, 10.0), 100.0)]
    assert (
        HorizontalPodAutoscaler(1, 100, down=limits(PODS_4, PERCENT_10, select=SelectPolicy.MIN)).sync(0, 80, load)
        == 76
    )
    assert HorizontalPodAutoscaler(1, 100, down=limits(PODS_4, select=SelectPolicy.DISABLED)).sync(0, 80, load) == 80


@pytest.mark.parametrize(
    ("value", "replicas"),
    [(200.0, 8), (50.0, 2), (109.0, 4), (111.0, 5), (91.0, 4), (89.0, 4), (74.0, 3)],
    ids=["double", "half", "inside tolerance", "just outside", "inside below", "rounds up to the same", "down"],
)
def test_replicas_are_proportional_outside_the_tolerance(value, replicas):
    assert ask(even(4, value), 4) == replicas


def test_a_metric_below_the_tolerance_edge_of_the_guide():
    assert ask(even(10, 90.0), 10) == 10
    assert ask(even(10, 110.0), 10) == 10


def test_missing_metrics_dampen_in_both_directions():
    # Down: 2 missing count as 100 % each: (3 x 50 + 2 x 100) / 5 = 70 %, so 3.5 -> 4 instead of 2.
    assert ask(even(3, 50.0, missing=2), 5) == 4
    # Up: 2 missing count as nothing: 3 x 200 / 5 = 120 %, so 6 instead of 6 pods for 3.
    assert ask(even(3, 200.0, missing=2), 5) == 6


def test_unready_pods_count_as_idle_when_scaling_up():
    # 2 pods at 150 % and 2 unready: 300 / 4 = 75 %: that reverses the direction, so nothing happens.
    assert ask(even(2, 150.0, unready=2), 4) == 4
    assert ask(even(2, 250.0, unready=2), 4) == 5


def test_no_metric_is_no_decision():
    assert ask(PodMetrics(()), 4) is None
    assert HorizontalPodAutoscaler(1, 10).sync(0.0, 4, [(PodMetrics(()), 100.0)]) == 4


def test_the_largest_of_several_metrics_wins():
    hpa = HorizontalPodAutoscaler(1, 10)
    assert hpa.sync(0.0, 2, [(even(2, 300.0), 100.0), (even(2, 150.0), 100.0)]) == 6


def test_an_unreadable_metric_forbids_scaling_down_only():
    blind = (PodMetrics(()), 100.0)
    assert HorizontalPodAutoscaler(1, 10).sync(0.0, 4, [blind, (even(4, 10.0), 100.0)]) == 4
    assert HorizontalPodAutoscaler(1, 10).sync(0.0, 4, [blind, (even(4, 200.0), 100.0)]) == 8


def test_by_default_growth_is_doubling_or_four_pods_in_fifteen_seconds():
    assert HorizontalPodAutoscaler(1, 100).sync(0.0, 2, [(even(2, 5000.0), 100.0)]) == 6
    assert HorizontalPodAutoscaler(1, 100).sync(0.0, 10, [(even(10, 5000.0), 100.0)]) == 20


def test_by_default_scale_down_waits_five_minutes_for_the_highest_recommendation():
    hpa = HorizontalPodAutoscaler(1, 100)
    assert hpa.sync(0.0, 10, [(even(10, 100.0), 100.0)]) == 10
    assert hpa.sync(150.0, 10, [(even(10, 20.0), 100.0)]) == 10
    assert hpa.sync(300.0, 10, [(even(10, 20.0), 100.0)]) == 10
    assert hpa.sync(301.0, 10, [(even(10, 20.0), 100.0)]) == 2


def test_bounds_hold():
    assert HorizontalPodAutoscaler(3, 5).sync(0.0, 4, [(even(4, 5000.0), 100.0)]) == 5


def test_rate_limits_count_what_was_added_and_what_was_removed():
    # kubernetes/kubernetes#108354: with both directions inside one period the start of the period was taken from one of
    # them only. From 10 down to 6 and up again within 60 s, growth of 2 pods a minute allows 12, not 8.
    up = ScalingRules(stabilization_seconds=0, limits=(ScalingLimit(PolicyType.PODS, 2, 60),))
    down = ScalingRules(stabilization_seconds=0, limits=(ScalingLimit(PolicyType.PERCENT, 100, 15),))
    hpa = HorizontalPodAutoscaler(1, 100, up=up, down=down)
    assert hpa.sync(0.0, 10, [(even(10, 60.0), 100.0)]) == 6
    assert hpa.sync(15.0, 6, [(even(6, 1000.0), 100.0)]) == 12
    assert hpa.sync(30.0, 12, [(even(12, 1000.0), 100.0)]) == 12
    # Without the removal, growth is held to 2 a minute.
    fresh = HorizontalPodAutoscaler(1, 100, up=up, down=down)
    assert fresh.sync(0.0, 10, [(even(10, 1000.0), 100.0)]) == 12
    assert fresh.sync(15.0, 12, [(even(12, 1000.0), 100.0)]) == 12


CONTROLLERS_OWN_CASES = {
    # what the controller's own tests ask (pkg/controller/podautoscaler/replica_calculator_test.go), told anew:
    # percent of the request of each ready pod, pods without a metric and not ready, target, replicas now and then
    "three pods at half of what they ask for grow to five": ((30, 50, 70), 0, 0, 30, 3, 5),
    "one that is not ready makes it four": ((50, 70), 0, 1, 30, 3, 4),
    "two that are not ready leave it as it is": ((40,), 0, 2, 30, 3, 3),
    "five pods at a quarter shrink to three": ((10, 30, 50, 25, 25), 0, 0, 50, 5, 3),
    "those that are not ready count for nothing when it shrinks": ((10, 30, 50), 0, 2, 50, 5, 2),
    "one percent above the target is left alone": ((101, 103, 102), 0, 0, 100, 3, 3),
    "two without a metric count for all that they ask for": ((40, 9.5), 2, 0, 100, 4, 3),
    "one without a metric, the other at the target": ((100,), 1, 0, 100, 2, 2),
    "growth that one without a metric takes back": ((190,), 1, 0, 100, 2, 2),
    "shrinking that one without a metric takes back": ((60,), 1, 0, 100, 2, 2),
    "one not ready, one without a metric, one near the target": ((45,), 1, 1, 50, 3, 3),
    "one not ready, one without a metric, one far above": ((200,), 1, 1, 50, 3, 4),
    "one not ready, one without a metric, two far below": ((10, 10), 1, 1, 50, 4, 3),
    "a part of a percent is nothing": ((66.9,), 0, 0, 60, 1, 1),
    "and a whole one more is something": ((67,), 0, 0, 60, 1, 2),
}


@pytest.mark.parametrize("case", CONTROLLERS_OWN_CASES)
def test_it_decides_as_the_controllers_own_tests_ask(case):
    values, missing, unready, target, current, wanted = CONTROLLERS_OWN_CASES[case]
    metrics = PodMetrics(values, missing, unready, in_percent=True)
    assert ask(metrics, current, target) == wanted
