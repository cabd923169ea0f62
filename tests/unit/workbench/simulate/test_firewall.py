import numpy as np
import pytest

from workbench.simulate.declaration import RateLimit
from workbench.simulate.firewall import FirewallConstants, RateWindow


def window(limit=100, lag=0, **options):
    rule = RateLimit(name="per-ip", limit=limit, window_seconds=60, **options)
    return RateWindow(rule, 2, FirewallConstants(lag_checks=lag))


def checks(tested, *counts):
    return [tested.check(np.array(each, np.int64)).tolist() for each in counts]


def test_a_key_over_the_limit_is_refused_and_the_other_is_not():
    assert checks(window(), [101, 5]) == [[True, False]]


def test_the_limit_itself_is_allowed():
    assert checks(window(), [100, 0]) == [[False, False]]


def test_counts_add_up_over_the_window_and_leave_it():
    tested = window()
    seen = checks(tested, [60, 0], [60, 0], [0, 0], [0, 0], [0, 0], [0, 0], [0, 0], [0, 0])
    # 60 + 60 exceed 100 from the second check on, until the first 60 is a minute old.
    assert [first for first, _ in seen] == [False, True, True, True, True, True, False, False]


def test_a_decision_reaches_the_edge_with_its_lag():
    assert [first for first, _ in checks(window(lag=2), [500, 0], [0, 0], [0, 0], [0, 0])] == [False, False, True, True]


def test_a_counting_rule_refuses_nobody():
    assert checks(window(counts_only=True), [500, 500]) == [[False, False]]


@pytest.mark.parametrize("seconds", [60, 120, 300, 600])
def test_a_steady_client_just_under_the_limit_is_never_refused(seconds):
    rule = RateLimit(name="r", limit=seconds, window_seconds=seconds)
    tested = RateWindow(rule, 1, FirewallConstants())
    assert not any(first for (first,) in checks(tested, *[[10]] * 200))
