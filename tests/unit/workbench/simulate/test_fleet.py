"""The life of instances, on a hand-held clock."""

import math
from datetime import UTC, datetime

import numpy as np
import pytest

from workbench.simulate import kernel
from workbench.simulate.alarms import AlarmRule
from workbench.simulate.declaration import FleetDeclaration, TargetHealth, WarmPool
from workbench.simulate.engine import Engine, EngineOptions
from workbench.simulate.fleet import ALWAYS, Fleet, Wake
from workbench.simulate.instance import FleetConstants, Phase
from workbench.simulate.kernel import Slice
from workbench.simulate.scaling.schedule import Cron, ScheduledAction
from workbench.simulate.scaling.step import StepAdjustment, StepPolicy
from workbench.simulate.scaling.target_tracking import TargetTrackingPolicy

HEALTH = TargetHealth(interval_seconds=10, timeout_seconds=5, healthy_threshold=2, unhealthy_threshold=3)
TRACK = TargetTrackingPolicy(name="track", target_value=100)
ORDINARY = FleetConstants()


class Bench:
    """A fleet with its engine; `at(t)` moves the clock."""

    def __init__(self, *, seed=1, constants=ORDINARY, timeout_seconds=60, **declared):
        known = {
            "name": "fleet",
            "instance_type": "m7g.medium",
            "min_size": 1,
            "max_size": 4,
            "desired_capacity": 1,
            "warm_up_seconds": 90,
            "health_check_grace_seconds": 90,
            "health": HEALTH,
            "deregistration_seconds": 30,
            "tracking": (TRACK,),
        }
        options = EngineOptions(workers=1, queue_limit=2**40, timeout_seconds=timeout_seconds)
        self.engine = Engine(options, slots=8, seed=seed)
        self.fleet = Fleet(
            FleetDeclaration(**{**known, **declared}),
            constants,
            self.engine,
            np.random.default_rng(seed),
            list(range(8)),
        )
        self.now = self.next_check = 0.0

    def at(self, time):
        while self.now < time:
            step = min(time, self.fleet.next_change(self.now), self.now + 10)
            self.engine.set_rotation(self.fleet.rotation())
            self.engine.run(step, nothing())
            self.fleet.advance(step)
            if step >= self.next_check:
                self.fleet.check_health(step)
                self.next_check = step + HEALTH.interval_seconds
            self.now = step
        return self.fleet

    def minutes(self, *requests_per_target):
        for each in requests_per_target:
            self.at(self.now + 60)
            self.fleet.observe(each, None)
            self.fleet.decide(self.now, len(self.fleet.warmed(self.now - 60)))
        return self.fleet

    def kinds(self):
        return [event.kind for event in self.fleet.events]


def nothing():
    empty = np.empty(0)
    return Slice(empty, empty, empty, empty.astype(bool), empty.astype(np.int64), empty.astype(bool))


def work(times, seconds):
    count = len(times)
    zero = np.zeros(count)
    return Slice(
        np.array(times, float),
        np.full(count, float(seconds)),
        zero,
        zero.astype(bool),
        zero.astype(np.int64),
        zero.astype(bool),
    )


def test_three_minutes_over_the_target_scale_out_in_proportion():
    bench = Bench()
    assert bench.minutes(150, 150).desired == 1
    assert bench.minutes(150).desired == 2
    assert bench.fleet.count(Phase.STARTING) == 1


@pytest.mark.parametrize(("requests", "desired"), [(95, 3), (10, 2)])
def test_a_step_policy_scales_in_before_target_tracking_is_ready_to(requests, desired):
    # AWS: "the scale-in activity will not be blocked"; where both would, the larger capacity wins.
    bench = Bench(desired_capacity=4 if requests == 95 else 3)
    smaller = StepPolicy(name="smaller", steps=(StepAdjustment(upper_bound=0, adjustment=-1),))
    bench.minutes(*[requests] * 14)
    bench.fleet.observe(requests, None)
    bench.fleet.decide(bench.now, bench.fleet.desired, [(smaller, 1.0, 5.0)])
    assert bench.fleet.desired == desired


def test_an_instance_serves_after_its_warm_up_and_counts_after_it():
    bench = Bench()
    bench.minutes(150, 150, 150)
    assert len(bench.at(180 + 89).rotation()) == 1
    assert len(bench.at(180 + 91).rotation()) == 2
    # The warm-up begins when the instance is running, 30 s after the decision.
    assert len(bench.fleet.warmed(180 + 119)) == 1
    assert len(bench.fleet.warmed(180 + 121)) == 2


def test_instances_on_their_way_are_not_asked_for_again():
    bench = Bench()
    assert bench.minutes(150, 150, 150, 150).desired == 2


def test_max_size_bounds_and_says_so():
    bench = Bench(max_size=2)
    bench.minutes(900, 900, 900)
    assert bench.fleet.desired == 2
    assert "wanted 9, max_size 2" in bench.fleet.events[0].detail


def test_scale_in_waits_for_fifteen_minutes_and_drains():
    bench = Bench(min_size=1, desired_capacity=3)
    assert bench.minutes(*[10] * 14).desired == 3
    assert bench.minutes(10).desired == 1
    assert bench.kinds() == ["scale-in"]
    assert bench.fleet.count(Phase.DRAINING) == 2
    bench.at(bench.now + 10)
    assert bench.fleet.running == 1  # they were idle


def test_scale_in_is_blocked_while_an_instance_warms_up():
    bench = Bench(desired_capacity=2)
    bench.minutes(*[10] * 14)
    bench.fleet._set_desired(bench.now, 3, "a person")
    assert bench.minutes(10).desired == 3
    assert bench.minutes(10).desired == 1


def test_a_smaller_group_gives_up_what_is_closest_to_its_next_hour_and_what_starts_ends_at_once():
    bench = Bench(min_size=0, max_size=4)
    bench.at(3000)
    bench.fleet._set_desired(3000, 2, "a person")
    bench.at(3700)  # the first is 100 s into its second hour, the second 700 s into its first
    bench.fleet._set_desired(3700, 1, "a person")
    assert [each.number for each in bench.at(3710).instances] == [1]
    bench.fleet._set_desired(3710, 4, "a person")
    bench.fleet._set_desired(3720, 2, "a person")
    assert [each.number for each in bench.at(3730).instances] == [4, 5]  # 10 s old, and the first 120 s
    assert bench.fleet.count(Phase.STARTING) == bench.fleet.running == 2
    bench.fleet._set_desired(3730, 0, "a schedule")
    assert bench.fleet.running == 0


def test_what_starts_in_the_slot_of_another_owes_nothing_of_its_credits():
    bench = Bench(instance_type="t4g.nano", credits_unlimited=True, elb_health_checks=False)
    bench.engine.set_rotation(bench.fleet.rotation())
    bench.engine.run(1.0, work([0.0] * 20, 60.0))
    assert bench.fleet.surplus(1500.0) > 0
    bench.at(1500)
    first = bench.fleet.instances[0]
    first.taken_at, first.announced = 1500.0, True
    bench.fleet.advance(1500.0)
    charged = bench.fleet.surplus(1500.0)
    assert [(each.number, each.phase, each.slot) for each in bench.fleet.instances] == [(2, Phase.STARTING, first.slot)]
    assert charged == bench.fleet.surplus(1510.0)


def test_a_draining_target_finishes_its_requests_and_gets_no_new_ones():
    bench = Bench(desired_capacity=2)
    bench.engine.set_rotation(bench.fleet.rotation())
    bench.engine.run(1, work([0.1, 0.2], 20))
    bench.now = 1.0
    bench.fleet._set_desired(1.0, 1, "a person")
    assert len(bench.fleet.rotation()) == 1
    assert bench.at(19).count(Phase.DRAINING) == 1
    assert bench.at(31).count(Phase.DRAINING) == 0
    assert bench.engine.tally[0].sum() > 0
    assert bench.engine.in_flight == 0


def test_draining_ends_after_the_deregistration_delay():
    bench = Bench(desired_capacity=2, elb_health_checks=False)
    bench.engine.set_rotation(bench.fleet.rotation())
    bench.engine.run(1, work([0.1, 0.2], 500))
    bench.now = 1.0
    bench.fleet._set_desired(1.0, 1, "a person")
    assert bench.at(30).running == 2
    assert bench.at(32).running == 1
    assert bench.engine.in_flight == 1  # the other's request was cut


def test_a_failed_launch_is_retried_and_counted():
    bench = Bench(constants=FleetConstants(launch_failure_ratio=1.0, launch_retry_seconds=60))
    bench.minutes(150, 150, 150)
    bench.at(180 + 150)
    assert bench.fleet.attempts == bench.fleet.failures == 3
    assert bench.kinds() == ["scale-out", "launch-failed", "launch-failed", "launch-failed"]


def test_a_target_that_does_not_answer_in_time_is_replaced_after_the_grace_period():
    bench = Bench()
    bench.engine.set_rotation(bench.fleet.rotation())
    bench.engine.run(1, work([0.1], 1000))
    bench.now = 1.0
    bench.at(60)
    assert "unhealthy" in bench.kinds()
    assert bench.fleet.count(Phase.DRAINING) == 0  # still in its grace period
    bench.at(101)
    assert bench.fleet.count(Phase.DRAINING) == 1
    assert bench.fleet.count(Phase.STARTING) == 1


@pytest.mark.parametrize(("seconds", "cut"), [(120, 0), (1000, 1)])
def test_a_target_that_is_replaced_answers_what_it_has_within_the_deregistration_delay(seconds, cut):
    bench = Bench(timeout_seconds=2000)
    bench.engine.set_rotation(bench.fleet.rotation())
    bench.engine.run(1, work([0.1], seconds))
    bench.now = 1.0
    bench.at(101)
    assert bench.fleet.count(Phase.DRAINING) == 1
    bench.at(140)
    assert bench.fleet.count(Phase.DRAINING) == 0
    assert bench.engine.tally[:, [kernel.COMPLETED, kernel.CUT, kernel.FAILED]].sum(axis=0).tolist() == [1, cut, cut]


def test_when_all_targets_are_unhealthy_the_load_balancer_uses_all_of_them():
    bench = Bench()
    bench.engine.set_rotation(bench.fleet.rotation())
    bench.engine.run(1, work([0.1], 1000))
    bench.now = 1.0
    assert bench.at(60).unhealthy == 1
    assert len(bench.fleet.rotation()) == 1


def test_spot_interruption_with_rebalancing_replaces_the_instance_in_time():
    constants = FleetConstants(spot_interruptions_per_hour=60)
    bench = Bench(constants=constants, on_demand_base=0, on_demand_percent=0, capacity_rebalance=True, seed=3)
    taken_at = bench.fleet.instances[0].taken_at
    bench.at(taken_at - 119)
    assert bench.kinds() == ["spot-notice"]
    assert bench.fleet.count(Phase.STARTING) == 1
    serving = {bench.at(taken_at + second).count(Phase.SERVING) for second in range(-118, 3)}
    assert "spot-taken" in bench.kinds() or bench.fleet.instances[0].number > 1
    assert 1 in serving


def test_spot_interruption_without_rebalancing_leaves_a_gap():
    constants = FleetConstants(spot_interruptions_per_hour=60)
    bench = Bench(constants=constants, on_demand_base=0, on_demand_percent=0, seed=3)
    bench.at(bench.fleet.instances[0].taken_at + 1)
    assert "spot-taken" in bench.kinds()
    assert bench.fleet.count(Phase.SERVING) == 0
    assert bench.fleet.count(Phase.STARTING) == 1


def test_the_base_on_demand_is_made_up_for_and_is_the_last_to_leave():
    bench = Bench(on_demand_base=1, on_demand_percent=0, desired_capacity=3)
    fleet = bench.at(50 * 60)  # all are alike, so that the oldest would leave first
    assert [each.spot for each in fleet.instances] == [False, True, True]
    fleet._set_desired(bench.now, 2, "a test")
    fleet = bench.at(bench.now + 60)
    assert sorted(each.spot for each in fleet.instances) == [False, True]
    (regular,) = (each for each in fleet.instances if not each.spot)
    fleet._drain(regular, bench.now, 0.0)
    fleet = bench.at(bench.now + 200)
    assert regular not in fleet.instances
    assert sorted(each.spot for each in fleet.instances) == [False, True]


def test_on_demand_base_is_never_interrupted():
    constants = FleetConstants(spot_interruptions_per_hour=60)
    bench = Bench(constants=constants, on_demand_base=1, on_demand_percent=0)
    assert math.isinf(bench.fleet.instances[0].taken_at)


def test_the_warm_pool_starts_faster_and_refills():
    # Of one: the second launch finds none until the next one is made ready, 90 s after the first took it.
    for wait, quick in ((10, False), (100, True)):
        bench = Bench(warm_pool=WarmPool(min_size=1, prepared=1))
        bench.minutes(150, 150, 150)
        assert len(bench.at(180 + 51).rotation()) == 2  # 30 s launch and two health checks instead of 90 s
        bench.at(180 + wait)
        bench.fleet._set_desired(bench.now, 3, "a person")
        assert (len(bench.at(bench.now + 51).rotation()) == 3) == quick


def test_a_warm_pool_holds_what_the_group_lacks_of_its_prepared_capacity():
    # AWS: "the difference between the group's maximum capacity and its desired capacity", where nothing else is said.
    for pool, quick in ((WarmPool(), 4), (WarmPool(prepared=2), 2), (WarmPool(2, 2), 3), (None, 1)):
        bench = Bench(warm_pool=pool)
        bench.fleet._set_desired(bench.now, 4, "a person")
        assert len(bench.at(51).rotation()) == quick


def test_the_share_on_demand_is_kept_and_not_drawn():
    # A base of one, half of the others, rounded up: 1, 2, 2, 3 of 1 to 4.
    for seed in range(5):
        bench = Bench(seed=seed, max_size=9, on_demand_base=1, on_demand_percent=50)
        found = []
        for size in (2, 3, 4, 3, 2, 1):
            bench.fleet._set_desired(bench.now, size, "a person")
            bench.at(bench.now + 200)
            found.append(sum(not each.spot for each in bench.fleet.instances))
        assert found == [2, 2, 3, 2, 2, 1]


def test_scheduled_actions_move_the_bounds():
    action = ScheduledAction(
        name="morning", cron=Cron.parse("0 9 * * *"), time_zone="Europe/Vilnius", min_size=2, max_size=3
    )
    bench = Bench(schedule=(action,))
    bench.fleet.follow_schedule(60, datetime(2026, 11, 23, 6, 59, tzinfo=UTC))
    assert bench.fleet.desired == 1
    bench.fleet.follow_schedule(120, datetime(2026, 11, 23, 7, 0, tzinfo=UTC))  # 09:00 in Vilnius
    assert (bench.fleet.desired, bench.fleet.max_size) == (2, 3)


def test_step_policy_answers_at_once_and_the_larger_of_two_wishes_wins():
    policy = StepPolicy(name="spike", steps=(StepAdjustment(lower_bound=0, adjustment=2),))
    bench = Bench()
    bench.at(60)
    bench.fleet.observe(150, None)
    bench.fleet.decide(60, 1, [(policy, 150.0, 120.0)])
    assert bench.fleet.desired == 3


def test_a_new_burstable_instance_starts_without_credits_and_one_that_runs_has_the_assumed_ones():
    bench = Bench(instance_type="t4g.nano", constants=FleetConstants(initial_credits=1.0))
    state = bench.engine.state
    first = bench.fleet.instances[0].slot
    assert (state.earned[first], state.balance[first]) == (pytest.approx(0.1), 60.0)
    bench.fleet._set_desired(bench.now, 2, "a person")
    bench.at(120)
    second = bench.fleet.instances[-1].slot
    assert (state.earned[second], state.balance[second], state.balance_at[second]) == (pytest.approx(0.1), 0.0, 90.0)


@pytest.mark.parametrize(("unlimited", "seconds"), [(False, 1800.0), (True, 0.0)])
def test_each_new_t2_in_standard_mode_starts_with_its_launch_credits(unlimited, seconds):
    bench = Bench(instance_type="t2.micro", credits_unlimited=unlimited)
    state = bench.engine.state
    assert state.balance[bench.fleet.instances[0].slot] == seconds
    bench.fleet._set_desired(bench.now, 2, "a person")
    bench.at(120)
    assert state.balance[bench.fleet.instances[-1].slot] == seconds


def test_what_would_decide_is_outside_the_range_that_the_fleet_may_be_left_alone_in():
    policy = StepPolicy(name="spike", steps=(StepAdjustment(lower_bound=0, adjustment=2),))
    bench = Bench(desired_capacity=2)
    bench.at(200)
    calm = bench.fleet.wake(bench.now, [(policy, AlarmRule(name="spike", threshold=120.0), True)])
    assert calm.requests == (90.0, 100.0)  # the low threshold and the target
    assert calm.offered == (-math.inf, pytest.approx(120.0))
    assert bench.fleet.wake(bench.now, [(policy, AlarmRule(name="spike", threshold=120.0), False)]).requests == ALWAYS
    bench.minutes(150)
    assert bench.fleet.wake(bench.now).requests == ALWAYS  # a datapoint over the target: the next ones count


def test_nothing_can_change_a_fleet_of_one_size():
    bench = Bench(min_size=1, max_size=1)
    bench.at(200)
    assert bench.fleet.wake(bench.now) == Wake()


def test_more_instances_than_slots_make_room():
    bench = Bench(max_size=20, desired_capacity=12)
    assert bench.engine.slots >= 12
    assert len(set(bench.fleet.rotation())) == 12
