from itertools import pairwise

import pytest

from workbench.simulate.scaling.hpa import (
    DEFAULT_DOWN,
    DEFAULT_UP,
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
    assert hpa.sync(299.0, 10, [(even(10, 20.0), 100.0)]) == 10
    assert hpa.sync(300.0, 10, [(even(10, 20.0), 100.0)]) == 2


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


# What the controller's own tests ask, told anew with their numbers: pkg/controller/podautoscaler of
# kubernetes/kubernetes, replica_calculator_test.go and horizontal_test.go, read 2026-11.

CALCULATOR_CASES = {
    # TestReplicaCalc...: percent of the request of each ready pod, pods without a metric and not ready, target,
    # replicas now and then
    "ScaleUp": ((30, 50, 70), 0, 0, 30, 3, 5),
    "ScaleUpUnreadyLessScale": ((50, 70), 0, 1, 30, 3, 4),
    "ScaleUpUnreadyNoScale": ((40,), 0, 2, 30, 3, 3),
    "ScaleUpIgnoresFailedPods": ((50, 70), 0, 0, 30, 2, 4),
    "ScaleDown": ((10, 30, 50, 25, 25), 0, 0, 50, 5, 3),
    "ScaleDownIncludeUnreadyPods": ((10, 30, 50), 0, 2, 50, 5, 2),
    "ScaleDownExcludeUnscheduledPods": ((10,), 0, 4, 50, 5, 1),
    "Tolerance": ((102, 102, 102), 0, 0, 100, 3, 3),
    "SuperfluousMetrics": ((400, 950, 300, 700), 0, 0, 100, 4, 24),
    "MissingMetrics": ((40, 9.5), 2, 0, 100, 4, 3),
    "MissingMetricsNoChangeEq": ((100,), 1, 0, 100, 2, 2),
    "MissingMetricsNoChangeGt": ((190,), 1, 0, 100, 2, 2),
    "MissingMetricsNoChangeLt": ((60,), 1, 0, 100, 2, 2),
    "MissingMetricsUnreadyChange": ((45,), 1, 1, 50, 3, 3),
    "MissingMetricsUnreadyScaleUp": ((200,), 1, 1, 50, 3, 4),
    "MissingMetricsUnreadyScaleDown": ((10, 10), 1, 1, 50, 4, 3),
    "DuringRollingUpdateWithMaxSurge": ((10, 10), 1, 0, 50, 2, 2),
    "ComputedToleranceAlgImplementation, over": ((50,) * 10, 0, 0, 56, 10, 9),
    "ComputedToleranceAlgImplementation, within": ((50,) * 10, 0, 0, 55, 10, 10),
}


@pytest.mark.parametrize("case", CALCULATOR_CASES)
def test_it_calculates_as_the_controllers_own_tests_ask(case):
    values, missing, unready, target, current, wanted = CALCULATOR_CASES[case]
    assert ask(PodMetrics(values, missing, unready, in_percent=True), current, target) == wanted


def test_a_part_of_a_percent_is_nothing():
    assert ask(PodMetrics((66.9,), in_percent=True), 1, 60) == 1  # 66 / 60 is within the tolerance
    assert ask(PodMetrics((67.0,), in_percent=True), 1, 60) == 2


PODS_METRIC_CASES = {
    # TestReplicaCalc...CM: thousandths of the metric of each pod, target, replicas now and then
    "ScaleUpCM": ((20000, 10000, 30000), 15000, 3, 4),
    "ScaleUpCMUnreadyHotCpuNoLessScale": ((50000, 10000, 30000), 15000, 3, 6),
    "ScaleUpCMUnreadyHotCpuScaleWouldScaleDown": ((50000, 15000, 30000), 15000, 3, 7),
    "ScaleDownCM": ((12000,) * 5, 20000, 5, 3),
    "ToleranceCM": ((20000, 21000, 21000), 20000, 3, 3),
}


@pytest.mark.parametrize("case", PODS_METRIC_CASES)
def test_it_reads_pods_metrics_as_the_controllers_own_tests_ask(case):
    values, target, current, wanted = PODS_METRIC_CASES[case]
    assert ask(PodMetrics(values), current, target) == wanted


def rules(pods=0, pods_period=0, percent=0, percent_period=0):
    """generateScalingRules of the controller's tests, less the window, which those of rates don't ask."""
    both = ((PolicyType.PODS, pods, pods_period), (PolicyType.PERCENT, percent, percent_period))
    return limits(*(ScalingLimit(*each) for each in both if each[1]))


def spread(*replicas, sign=1):
    """generateEventsUniformDistribution over 120 s: (seconds ago, replicas), each in the middle of its part."""
    part = 120 / len(replicas)
    return [(120 - part * (index + 0.5), sign * each) for index, each in enumerate(replicas)]


FREE = ScalingRules(stabilization_seconds=0, limits=(ScalingLimit(PolicyType.PERCENT, 100, 15),))
RATE_CASES = {
    # TestScalingWithRules: rules up and down (None: the defaults), events before, bounds, replicas now, asked and then
    "within range": (None, None, [], (3, 8), 5, 7, 7),
    "desired < minReplicas": (None, None, [], (2, 8), 3, 1, 2),
    "zeroed replicas within range": (None, None, [], (0, 10), 1, 0, 0),
    "maxReplicas < scaleUpLimit": (None, None, [], (1, 10), 20, 1000, 10),
    "more than the maximum": (None, None, [], (100, 150), 100, 1000, 150),
    "scaleUpLimit < maxReplicas": (rules(percent=1, percent_period=60), None, [], (1, 2000), 3, 1000, 4),
    "scaleDownLimit > minReplicas": (None, rules(20, 60), [], (3, 2000), 1000, 3, 980),
    "up, default": (None, None, [], (1, 1000), 10, 50, 20),
    "up, pods larger than percent": (rules(100, 60, 100, 60), None, [], (1, 1000), 10, 500, 110),
    "up, percent larger than pods": (rules(2, 60, 100, 60), None, [], (1, 1000), 10, 500, 20),
    "up, large pod policy": (rules(100, 60), None, [], (1, 1000), 10, 50, 50),
    "up, larger pod policy": (rules(10000, 60), None, [], (1, 1000), 10, 50, 50),
    "up, pod policy limitation": (rules(30, 60), None, [], (1, 1000), 10, 50, 40),
    "up, percent policy limitation": (rules(percent=200, percent_period=60), None, [], (1, 1000), 10, 50, 30),
    "down, 20 pods or 1 percent": (None, rules(20, 60, 1, 60), [], (1, 1000), 100, 2, 80),
    "down, 2 pods or 1 percent": (None, rules(2, 60, 1, 60), [], (1, 1000), 100, 2, 98),
    "down, minReplicas, large pod policy": (None, rules(100, 60), [], (1, 1000), 10, 0, 1),
    "down, minReplicas, large percent": (None, rules(percent=100, percent_period=60), [], (5, 1000), 10, 2, 5),
    "down, pod policy limitation": (None, rules(5, 60), [], (1, 1000), 10, 2, 5),
    "down, percent policy limitation": (None, rules(percent=50, percent_period=60), [], (1, 1000), 10, 5, 5),
    "up, maxReplicas, pods and events": (rules(300, 60), None, spread(1, 5, 9), (1, 200), 100, 500, 200),
    "up, maxReplicas, percent and events": (
        rules(percent=10000, percent_period=60),
        None,
        spread(1, 5, 9),
        (1, 200),
        100,
        500,
        200,
    ),
    "up, a lot of recent events": (rules(5, 120), None, spread(1, 5, 9), (1, 1000), 100, 500, 100),
    "up, pods and events": (rules(150, 120), None, spread(1, 5, 9), (1, 1000), 100, 500, 235),
    "up, percent and events": (
        rules(percent=200, percent_period=120),
        None,
        spread(1, 5, 9),
        (1, 1000),
        100,
        500,
        255,
    ),
    "up, percent and events both ways": (
        rules(percent=300, percent_period=300),
        None,
        spread(4) + spread(2, sign=-1),
        (1, 1000),
        6,
        24,
        16,
    ),
    "down, default and events": (None, FREE, spread(1, 5, 9, sign=-1), (1, 1000), 10, 5, 5),
    "down, minReplicas, pods and events": (None, rules(115, 120), spread(1, 5, 9, sign=-1), (1, 1000), 100, 0, 1),
    "down, minReplicas 5, pods and events": (None, rules(130, 120), spread(1, 5, 9, sign=-1), (5, 1000), 100, 0, 5),
    "down, minReplicas 5, percent and events": (
        None,
        rules(percent=100, percent_period=120),
        spread(1, 5, 9, sign=-1),
        (5, 1000),
        100,
        2,
        5,
    ),
    "down, pods and events": (None, rules(5, 120), spread(1, 5, 9, sign=-1), (1, 1000), 100, 2, 100),
    "down, percent and events": (
        None,
        rules(percent=50, percent_period=120),
        spread(2, 4, 6, sign=-1),
        (1, 1000),
        100,
        0,
        56,
    ),
    "down, percent and events both ways": (
        None,
        rules(percent=50, percent_period=180),
        spread(2) + spread(4, sign=-1),
        (1, 1000),
        10,
        1,
        6,
    ),
    "down, events preventing more": (
        None,
        rules(percent=10, percent_period=120),
        spread(10, 10, 10, sign=-1),
        (1, 1000),
        100,
        0,
        100,
    ),
    "down, events allowing more": (
        None,
        rules(percent=1000, percent_period=120),
        spread(10, 10, 10, sign=-1),
        (1, 1000),
        10,
        5,
        5,
    ),
    "up, one policy, outdated": (rules(1000, 60), None, spread(8, 12, 9, 11), (1, 1000), 100, 200, 200),
    "up, two policies": (rules(1000, 120, 100, 60), None, spread(8, 12, 9, 11), (1, 1000), 100, 200, 200),
    "up, two policies, outdated": (rules(1000, 30, 100, 60), None, spread(8, 12, 9, 11), (1, 1000), 100, 200, 200),
    "down, one policy, outdated": (None, rules(1000, 60), spread(8, 12, 9, 11, sign=-1), (1, 1000), 100, 5, 5),
    "down, two policies": (None, rules(1000, 120, 100, 60), spread(8, 12, 9, 11, sign=-1), (1, 1000), 100, 5, 5),
    "down, two, outdated": (None, rules(1000, 30, 100, 60), spread(8, 12, 9, 11, sign=-1), (1, 1000), 100, 5, 5),
    # TestCalculateScaleUpLimitWithScalingRules and TestCalculateScaleDownLimitWithBehaviors
    "the smaller of 2 pods and 50 percent, up": (
        limits(ScalingLimit(PolicyType.PODS, 2, 60), ScalingLimit(PolicyType.PERCENT, 50, 60), select=SelectPolicy.MIN),
        None,
        [],
        (1, 1000),
        1,
        1000,
        2,
    ),
    "the smaller of 2 pods and 50 percent, down": (
        None,
        limits(ScalingLimit(PolicyType.PODS, 2, 60), ScalingLimit(PolicyType.PERCENT, 50, 60), select=SelectPolicy.MIN),
        [],
        (1, 1000),
        5,
        1,
        3,
    ),
}
NOW = 1000.0


@pytest.mark.parametrize("case", RATE_CASES)
def test_it_limits_rates_as_the_controllers_own_tests_ask(case):
    up, down, events, (least, most), current, asked, wanted = RATE_CASES[case]
    hpa = HorizontalPodAutoscaler(least, most, up=up or DEFAULT_UP, down=down or DEFAULT_DOWN)
    hpa.changes.extend(sorted((NOW - ago, change) for ago, change in events))
    assert hpa.held(NOW, current, asked) == wanted


@pytest.mark.parametrize(
    ("ago", "counted"),
    [((), 0), ((61,), 0), ((58,), 7), ((61, 59), 6), ((29, 59, 61, 61), 14), ((58, 59), 13)],
)
def test_it_counts_the_events_that_the_controllers_own_tests_count(ago, counted):
    # TestStoreScaleEvents: what was added within 60 s, of events of 7 replicas (6 at 59 s ago, 8 at 29, 9 the last)
    replicas = {61: 7, 58: 7, 59: 6, 29: 8}
    hpa = HorizontalPodAutoscaler(1, 1000, up=rules(10, 60, 100, 60), down=rules(10, 60, 100, 60))
    hpa.changes.extend(sorted((NOW - each, replicas[each]) for each in ago))
    # 10 pods more than at the beginning of the period, or twice as many
    assert hpa.held(NOW, 100, 1000) == max(100 - counted + 10, 2 * (100 - counted))


WINDOW_CASES = {
    # TestNormalizeDesiredReplicasWithBehavior: windows up and down, (seconds ago, recommendation), replicas now,
    # asked and then
    "empty recommendations": (0, 0, (), 100, 5, 5),
    "simple scale down stabilization": (0, 180, ((120, 4), (60, 5)), 100, 3, 5),
    "simple scale up stabilization": (300, 0, ((120, 4), (60, 5)), 1, 7, 4),
    "no scale down stabilization": (300, 0, ((120, 1), (60, 2)), 100, 3, 3),
    "no scale up stabilization": (0, 300, ((120, 4), (60, 5)), 1, 3, 3),
    "no scale down stabilization, old": (0, 0, ((600, 10), (540, 9)), 100, 3, 3),
    "no scale up stabilization, old": (0, 0, ((600, 10), (540, 9)), 1, 100, 100),
    "scale down stabilization, some obsolete": (0, 180, ((600, 10), (540, 9), (120, 5), (60, 4)), 100, 3, 5),
    "scale up stabilization, some obsolete": (300, 0, ((6000, 10), (180, 9), (120, 5), (60, 6)), 1, 100, 5),
    "not up when the recommendation goes down": (300, 300, ((6000, 2), (180, 3)), 2, 1, 2),
    "not down when the recommendation goes up": (300, 300, ((6000, 2), (180, 1)), 2, 3, 2),
    # TestNormalizeDesiredReplicas, whose window is five minutes
    "empty log": (0, 300, (), 100, 5, 5),
    "stabilize": (0, 300, ((120, 4), (60, 5)), 100, 3, 5),
    "no stabilize": (0, 300, ((120, 1), (60, 2)), 100, 3, 3),
    "no stabilize, old": (0, 300, ((600, 10), (540, 9)), 100, 3, 3),
    "stabilize, old": (0, 300, ((600, 10), (540, 9), (120, 5), (60, 4)), 100, 3, 5),
}


@pytest.mark.parametrize("case", WINDOW_CASES)
def test_it_stabilizes_as_the_controllers_own_tests_ask(case):
    up, down, before, current, asked, wanted = WINDOW_CASES[case]
    anything = ScalingLimit(PolicyType.PODS, 10_000, 15)
    hpa = HorizontalPodAutoscaler(
        1, 1000, up=limits(anything, stabilization=up), down=limits(anything, stabilization=down)
    )
    hpa.recommended.extend((NOW - ago, replicas) for ago, replicas in before)
    assert hpa.held(NOW, current, asked) == wanted


def test_replicas_out_of_bounds_are_brought_within_them_at_once():
    # TestScaleUpRCImmediately and TestScaleDownRCImmediately, and with nothing to be read
    assert HorizontalPodAutoscaler(2, 6).sync(0.0, 1, [(even(4, 0.0), 80.0)]) == 2
    assert HorizontalPodAutoscaler(2, 5).sync(0.0, 6, [(even(3, 10.0), 50.0)]) == 5
    assert HorizontalPodAutoscaler(2, 5).sync(0.0, 6, [(PodMetrics(()), 50.0)]) == 5


def test_what_it_finds_is_its_first_recommendation():
    # recordInitialRecommendation: an idle Deployment is left as it is for the window after the controller starts.
    hpa = HorizontalPodAutoscaler(1, 100)
    assert hpa.sync(0.0, 10, [(even(10, 10.0), 100.0)]) == 10
    assert hpa.sync(285.0, 10, [(even(10, 10.0), 100.0)]) == 10
    assert hpa.sync(300.0, 10, [(even(10, 10.0), 100.0)]) == 1


def test_a_deployment_of_no_replicas_is_left_alone():
    assert HorizontalPodAutoscaler(2, 5).sync(0.0, 0, [(PodMetrics(()), 50.0)]) == 0


PLAIN_CASES = {
    # TestNormalizeDesiredReplicas and TestScaleUpOneMetric...: what a spec without any behavior comes to: (seconds ago,
    # recommendation), bounds, replicas now, asked and then
    "empty log": ((), (1, 1000), 100, 5, 5),
    "stabilize": (((120, 4), (60, 5)), (1, 1000), 100, 3, 5),
    "no stabilize": (((120, 1), (60, 2)), (1, 1000), 100, 3, 3),
    "no stabilize, old": (((600, 10), (540, 9)), (1, 1000), 100, 3, 3),
    "stabilize, old": (((600, 10), (540, 9), (120, 5), (60, 4)), (1, 1000), 100, 3, 5),
    "from one to four, not to five": ((), (1, 1000), 1, 50, 4),
    "twice as many": ((), (1, 1000), 10, 50, 20),
    "the highest of the window on the way up, too": (((15, 9),), (1, 1000), 8, 8, 9),
    "bounded": ((), (2, 5), 4, 50, 5),
    "not below the least": ((), (2, 5), 4, 0, 2),
}


@pytest.mark.parametrize("case", PLAIN_CASES)
def test_without_a_behavior_the_older_rules_hold(case):
    before, (least, most), current, asked, wanted = PLAIN_CASES[case]
    hpa = HorizontalPodAutoscaler(least, most, has_behavior=False)
    hpa.recommended.extend((NOW - ago, replicas) for ago, replicas in before)
    assert hpa.held(NOW, current, asked) == wanted


def test_looks_that_were_left_out_count_for_the_window_of_scaling_up():
    slow = ScalingRules(stabilization_seconds=60, limits=(ScalingLimit(PolicyType.PODS, 10, 15),))
    autoscaler = HorizontalPodAutoscaler(2, 10, up=slow)
    calm, busy = PodMetrics((50.0,) * 2), PodMetrics((150.0,) * 2)
    autoscaler.sync(15, 2, [(calm, 100)])
    wanted = {}
    for now in range(600, 690, 15):
        autoscaler.catch_up(now, 2)
        wanted[now] = autoscaler.sync(now, 2, [(busy, 100)])
    assert wanted == {600: 2, 615: 2, 630: 2, 645: 3, 660: 3, 675: 3}
    autoscaler.catch_up(1200, 0)
    assert autoscaler.recommended[-1][0] == 675
