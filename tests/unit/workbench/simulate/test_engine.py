"""Hand-computed traces: each case is small enough to check on paper."""

import numpy as np
import pytest

from workbench.simulate import kernel
from workbench.simulate.declaration import RateLimit
from workbench.simulate.engine import Engine, EngineOptions, RateRule
from workbench.simulate.firewall import FirewallConstants, RateWindow
from workbench.simulate.histogram import quantile_seconds


def requests(times, cpu=1.0, wait=0.0, *, fails=False, address=0, heavy=False):
    count = len(times)

    def column(value, kind):
        return np.broadcast_to(np.asarray(value, kind), count).copy()

    return kernel.Slice(
        np.array(times, float),
        column(cpu, float),
        column(wait, float),
        column(fails, bool),
        column(address, np.int64),
        column(heavy, bool),
    )


def engine(slots=1, targets=None, **options):
    made = Engine(EngineOptions(**{"workers": 1, **options}), slots=slots, seed=1)
    made.set_rotation(list(range(slots)) if targets is None else targets)
    return made


def test_one_worker_serves_first_come_first_served():
    # Arrivals at 0, 0.2, 0.4, one second each: waits 0, 0.8, 1.6; sojourns 1, 1.8, 2.6.
    station = engine()
    station.run(10, requests([0.0, 0.2, 0.4]))
    tally = station.tally[0]
    assert tally[kernel.COMPLETED] == 3
    assert tally[kernel.WAIT] == pytest.approx(2.4)
    assert tally[kernel.LATENCY] == pytest.approx(5.4)


def test_two_workers_share_one_queue():
    # The third request starts when the first worker is free at 1.0.
    station = engine(workers=2)
    station.run(10, requests([0.0, 0.2, 0.4]))
    assert station.tally[0, kernel.WAIT] == pytest.approx(0.6)


def test_round_robin_ignores_a_long_job_and_least_outstanding_does_not():
    jobs = requests([0.0, 0.1, 0.2, 1.3], cpu=[10.0, 1.0, 0.5, 1.0])
    blind, aware = engine(slots=2), engine(slots=2, least_outstanding=True)
    for station in (blind, aware):
        station.run(30, jobs)
    # Round robin puts the third behind the ten-second job: it waits 9.8 s; the fourth finds target 2 idle.
    assert blind.tally[0, kernel.WAIT] == pytest.approx(9.8)
    # Least outstanding sends one to each, the tie at 0.2 to the next in turn (target 1), the fourth to target 2.
    assert aware.tally[0, kernel.WAIT] == pytest.approx(9.8)
    assert aware.slot_requests.tolist() == [2, 2]


def test_least_outstanding_avoids_the_target_that_still_works():
    jobs = requests([0.0, 0.1, 1.5, 1.6], cpu=[10.0, 1.0, 0.05, 0.05])
    aware = engine(slots=2, least_outstanding=True)
    aware.run(30, jobs)
    assert aware.tally[0, kernel.WAIT] == 0.0
    assert aware.slot_requests.tolist() == [1, 3]


def test_without_credits_work_waits_for_them_and_other_time_does_not():
    # 0.5 vCPU-seconds a second from an empty balance: one of CPU takes two, waiting its time.
    station = engine()
    station.give_credits(0, 0.0, earned=0.5, balance=0.0, most=100.0)
    station.run(10, requests([0.0], cpu=1.0, wait=0.5))
    assert station.tally[0, kernel.LATENCY] == pytest.approx(2.5)


def test_saved_credits_carry_full_speed_until_they_are_gone():
    # Two seconds earn 1.0 at 0.5; the first second of work takes 1.0 and earns 0.5, so the next has 0.5 and earns as it
    # goes: 1.0 in 1.0 s. The third finds 0.0 and takes two seconds.
    station = engine()
    station.give_credits(0, 0.0, earned=0.5, balance=0.0, most=100.0)
    station.run(20, requests([2.0, 3.0, 4.0]))
    assert station.tally[0, kernel.LATENCY] == pytest.approx(1.0 + 1.0 + 2.0)


def test_a_balance_is_capped_and_what_is_beyond_is_lost():
    station = engine()
    station.give_credits(0, 0.0, earned=0.5, balance=0.0, most=0.25)
    station.run(200, requests([100.0]))
    assert station.tally[0, kernel.LATENCY] == pytest.approx((1.0 - 0.25) / 0.5)


def test_unlimited_mode_stays_fast_and_counts_the_surplus():
    station = engine()
    station.give_credits(0, 0.0, earned=0.5, balance=0.0, most=100.0, unlimited=True)
    station.run(10, requests([0.0], cpu=4.0))
    assert station.tally[0, kernel.LATENCY] == pytest.approx(4.0)
    assert station.surplus(0, 4.0) == pytest.approx(2.0)
    assert station.surplus(0, 6.0) == pytest.approx(1.0)  # what is earned later pays it back
    assert station.surplus(0, 8.0) == 0.0


def test_unlimited_mode_is_charged_for_what_is_beyond_a_days_earnings():
    station = engine()
    station.give_credits(0, 0.0, earned=0.5, balance=0.0, most=3.0, unlimited=True)
    station.run(10, requests([0.0], cpu=4.0))
    assert station.surplus(0, 1e6) == pytest.approx(1.0)


def test_standard_mode_is_charged_for_nothing_beyond():
    station = engine()
    station.give_credits(0, 0.0, earned=0.5, balance=0.0, most=3.0)
    station.run(10, requests([0.0], cpu=4.0))
    assert station.surplus(0, 4.0) == 0.0


def test_state_carries_over_from_slice_to_slice():
    whole, sliced = engine(), engine()
    whole.run(10, requests([0.0, 0.2, 0.9, 1.1]))
    sliced.run(1, requests([0.0, 0.2, 0.9]))
    assert sliced.tally[0, kernel.COMPLETED] == 1
    assert sliced.in_flight == 2
    sliced.run(10, requests([1.1]))
    assert sliced.tally[0].tolist() == pytest.approx(whole.tally[0].tolist())


def test_nobody_in_rotation_is_a_503():
    station = engine(targets=[])
    station.run(1, requests([0.1, 0.2]))
    assert station.tally[0, kernel.NO_TARGET] == 2
    assert station.tally[0, kernel.LOST] == 2


def test_a_full_queue_refuses():
    station = engine(queue_limit=1)
    station.run(10, requests([0.0, 0.1, 0.2, 0.3]))
    assert station.tally[0, kernel.BUSY] == 2
    assert station.tally[0, kernel.COMPLETED] == 2


def test_a_response_after_the_idle_timeout_is_a_504_and_still_costs_the_target():
    station = engine(timeout_seconds=1.5)
    station.run(10, requests([0.0, 0.2]))
    assert station.tally[0, kernel.TIMED_OUT] == 1
    assert station.tally[0, kernel.COMPLETED] == 2


def test_a_failed_request_is_retried_after_its_back_off_and_then_succeeds():
    station = engine(max_attempts=2, backoff_seconds=4.0)
    station.run(20, requests([0.0], fails=True))
    tally = station.tally[0]
    assert (tally[kernel.OFFERED], tally[kernel.FAILED], tally[kernel.RETRIED]) == (2, 1, 1)
    assert (tally[kernel.LOST], tally[kernel.ANSWERED]) == (0, 1)


def test_repeats_fail_as_often_as_first_tries():
    station = engine(max_attempts=3, retry_errors=1.0)
    station.run(60, requests([0.0, 20.0], fails=True))
    tally = station.tally[0]
    assert (tally[kernel.FAILED], tally[kernel.LOST], tally[kernel.ANSWERED]) == (6, 2, 0)


def test_a_client_that_gives_up_tries_again_while_its_first_request_is_still_served():
    # The second waits behind a job of 3 s, its client gives up after 1 s and repeats: three jobs instead of two.
    station = engine(patience_seconds=1.0, max_attempts=2, backoff_seconds=0.1)
    station.run(60, requests([0.0, 0.5], cpu=[3.0, 0.4]))
    tally = station.tally[0]
    assert tally[kernel.ABANDONED] == 4
    assert (tally[kernel.OFFERED], tally[kernel.LOST], tally[kernel.ANSWERED]) == (4, 2, 0)


def test_back_off_lies_between_half_and_all_of_the_declared_time():
    station = engine(targets=[], max_attempts=2, backoff_seconds=4.0)
    station.run(1.9, requests([0.0]))
    assert station.waiting_retries == 1  # 2 s at the earliest
    station.run(4.01, requests([]))
    assert station.waiting_retries == 0  # 4 s at the latest
    assert station.tally[0, kernel.NO_TARGET] == 2


def test_the_firewall_refuses_a_key_over_its_limit_a_look_later():
    # More than 2 in a window of 2 looks of 1 s, in force a look after: address 1 sends 4 in the first second.
    rules = (RateRule(keys=4, limit=2, ticks=2), RateRule(keys=4, limit=0, ticks=2, heavy_only=True))
    station = engine(rules=rules, tick_seconds=1.0, lag_ticks=1)
    times = [0.1, 0.2, 0.3, 0.4, 1.5, 2.5, 2.6, 3.5, 4.5, 5.5]
    station.run(100, requests(times, cpu=0.001, address=[1, 1, 1, 1, 1, 1, 2, 1, 1, 1]))
    # Refused at 2.5 (looks at seconds 0 and 1 see 5), at 3.5 (0 and 1 leave, 1 and 2 see 2: no) ...
    assert station.tally[0, kernel.REFUSED] == 2


def test_a_request_that_a_rule_blocks_is_not_counted_by_the_rules_after_it():
    # AWS WAF ends its evaluation at the first rule that blocks: the second rule sees the two that the first lets by.
    blocking, shared = RateRule(keys=2, limit=0, ticks=1), RateRule(keys=1, limit=2, ticks=9)
    for rules, refused in (((blocking, shared), 4), ((shared, blocking), 5)):
        station = engine(rules=rules, tick_seconds=1.0, lag_ticks=0)
        # Address 0 comes every second from 0 on, address 1 once, at 5.5: then both rules know what came before.
        times, addresses = [0.5, 1.5, 2.5, 3.5, 4.5, 5.5], [0, 0, 0, 0, 0, 1]
        station.run(100, requests(times, cpu=0.001, address=addresses))
        assert station.tally[0, kernel.REFUSED] == refused


def test_the_firewall_agrees_with_the_window_that_the_emulator_uses():
    """The same rule counted twice: by key when it comes, and for all keys at each look (`RateWindow`)."""
    rng = np.random.default_rng(1)
    rule = RateLimit(name="per-ip", limit=12, window_seconds=60)
    for lag in (0, 1, 3):
        window = RateWindow(rule, 5, FirewallConstants(lag_checks=lag))
        station = engine(rules=(RateRule(keys=5, limit=12, ticks=6),), lag_ticks=lag, workers=50)
        blocked, refused = np.zeros(5, bool), 0
        for look in range(200):
            count = rng.integers(0, 30 if look % 40 < 20 else 3)
            times = np.sort(rng.uniform(10 * look, 10 * look + 10, count))
            keys = rng.integers(0, 5, count)
            station.run(10 * look + 10, requests(times.tolist(), cpu=0.001, address=keys))
            refused += int(blocked[keys].sum())
            assert station.tally[0, kernel.REFUSED] == refused
            blocked = window.check(np.bincount(keys, minlength=5))
        assert refused > 0


def test_the_canary_gets_its_share():
    station = engine(slots=2, targets=[0], workers=8)
    station.set_rotation([0], [1], canary_ratio=0.1)
    station.run(200, requests(np.linspace(0, 100, 20_000).tolist(), cpu=0.001))
    # Binomial with n = 20000, p = 0.1: three standard deviations are 127.
    assert abs(station.tally[1, kernel.OFFERED] - 2000) < 127


def test_cutting_a_target_fails_what_it_had_in_flight():
    station = engine(slots=2)
    station.run(0.5, requests([0.0, 0.1, 0.2, 0.3]))
    assert station.cut_slot(0) == 2
    assert station.in_flight == 2
    station.set_rotation([1])
    station.run(10, requests([3.0]))
    assert station.tally[0, kernel.COMPLETED] == 5
    assert station.tally[0, kernel.LOST] == 2


def test_growing_keeps_what_is_in_flight():
    station = engine()
    station.run(0.5, requests([0.0, 0.1]))
    station.grow(3)
    station.open_slot(2, 0.5)
    station.set_rotation([2])
    station.run(10, requests([0.6]))
    assert station.tally[0, kernel.COMPLETED] == 3
    assert station.tally[0, kernel.WAIT] == pytest.approx(0.9)


def test_ten_thousand_requests_in_flight_fit():
    station = engine(workers=20_000)
    station.run(1, requests(np.linspace(0, 0.9, 10_000).tolist(), cpu=5.0))
    assert station.in_flight == 10_000
    station.run(10, requests([]))
    assert quantile_seconds(station.histogram[0], 0.5) == pytest.approx(5.0, rel=0.004)
