"""Laws of whole runs, over random stacks and traffic."""

import math
from dataclasses import replace
from unittest.mock import patch

import depth
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.simulate import kernel
from workbench.simulate.alarms import AlarmRule
from workbench.simulate.declaration import (
    AlarmedStep,
    Declaration,
    DeclaredAlarm,
    FleetDeclaration,
    Metric,
    PodAutoscaling,
    PodMetricTarget,
    RateLimit,
    TargetHealth,
)
from workbench.simulate.fleet import ALWAYS, Fleet, Wake
from workbench.simulate.instance import FleetConstants
from workbench.simulate.options import SimulationOptions
from workbench.simulate.pods import PodFleet
from workbench.simulate.scaling.hpa import PolicyType, ScalingLimit, ScalingRules, SelectPolicy
from workbench.simulate.scaling.step import StepAdjustment, StepPolicy
from workbench.simulate.scaling.target_tracking import AlarmConstants, TargetTrackingPolicy
from workbench.simulate.service import ServiceModel
from workbench.simulate.simulation import simulate
from workbench.simulate.traffic.arrivals import ArrivalOptions, Burstiness
from workbench.simulate.traffic.stream import Stream, Traffic, from_points

pytestmark = pytest.mark.usefixtures("same_examples")
EXAMPLES = settings(max_examples=depth.drawn(25), derandomize=True)


@st.composite
def stacks(draw):
    low = draw(st.integers(1, 2))
    target = draw(st.sampled_from([200, 600, 1100]))
    spike = DeclaredAlarm(
        rule=AlarmRule(name="spike", threshold=1.5 * target),
        metric=Metric(names=(("m", "AWS/ApplicationELB", "RequestCountPerTarget", "Sum"),), pool=0),
    )
    policy = StepPolicy(name="answer", steps=(StepAdjustment(lower_bound=0, adjustment=1),))
    stable = FleetDeclaration(
        name="stable",
        instance_type=draw(st.sampled_from(["t4g.nano", "t4g.small", "m7g.medium"])),
        min_size=low,
        max_size=low + draw(st.integers(0, 3)),
        desired_capacity=low,
        warm_up_seconds=draw(st.sampled_from([30.0, 90.0])),
        health=TargetHealth(interval_seconds=draw(st.sampled_from([10.0, 30.0])), healthy_threshold=2),
        deregistration_seconds=30.0,
        least_outstanding=draw(st.booleans()),
        on_demand_percent=0,
        capacity_rebalance=draw(st.booleans()),
        tracking=(TargetTrackingPolicy(name="track", target_value=target),),
        steps=(AlarmedStep(policy=policy, alarm=spike),) if draw(st.booleans()) else (),
    )
    canary = replace(stable, name="canary", min_size=0, desired_capacity=draw(st.integers(0, 1)), steps=())
    rates = (RateLimit(name="per-ip", limit=draw(st.integers(10, 400)), window_seconds=60),)
    declared = Declaration(
        stack="random",
        fleets=(stable, canary),
        service_seconds=0.025,
        cpu_seconds=0.005,
        workers=2,
        peak_rps=5.0,
        rates=rates if draw(st.booleans()) else (),
        alarms=(spike,),
    )
    points = [(0.0, draw(st.floats(0, 40)))]
    for _ in range(draw(st.integers(1, 3))):
        points.append((points[-1][0] + draw(st.floats(60, 900)), draw(st.floats(0, 60))))
    traffic = Traffic((Stream("random", from_points(points), draw(st.integers(1, 50))),), points[-1][0])
    options = SimulationOptions(
        seed=draw(st.integers(0, 1000)),
        arrivals=ArrivalOptions(burstiness=draw(st.sampled_from(Burstiness))),
        fleet=FleetConstants(
            launch_failure_ratio=draw(st.sampled_from([0.0, 0.3])),
            spot_interruptions_per_hour=draw(st.sampled_from([0.0, 6.0])),
        ),
        alarms=AlarmConstants(metric_delay_seconds=draw(st.sampled_from([0.0, 60.0, 90.0]))),
        canary_percent=draw(st.sampled_from([0.0, 10.0])),
        warm_up_seconds=draw(st.sampled_from([0.0, 60.0])) if points[-1][0] > 300 else 0.0,  # a whole window
    )
    return declared, traffic, ServiceModel(mean_seconds=0.025, error_ratio=draw(st.sampled_from([0.0, 0.05]))), options


@EXAMPLES
@given(stacks())
def test_what_arrived_is_answered_lost_in_flight_or_waits_to_try_again(stack):
    run = simulate(*stack)
    carried = run.carried
    assert run.arrived + carried.pending + carried.waiting_retries == (
        run.total(kernel.ANSWERED) + run.total(kernel.LOST) + run.pending + run.waiting_retries
    )
    assert run.total(kernel.OFFERED) + run.total(kernel.REFUSED) == (
        run.arrived + carried.waiting_retries + run.total(kernel.RETRIED) - run.waiting_retries
    )


@EXAMPLES
@given(stacks())
def test_each_instance_is_billed_from_its_start_to_its_end(stack):
    lives = {}
    remove, start = Fleet._remove, Fleet._start

    def started(self, now, **how):
        start(self, now, **how)
        lives[id(self.instances[-1])] = [self.instances[-1], self.declared.name, None]

    def removed(self, each):
        lives[id(each)][2] = min(each.gone_at, each.taken_at)
        remove(self, each)

    with patch.object(Fleet, "_remove", removed), patch.object(Fleet, "_start", started):
        run = simulate(*stack)
    for name, seconds in run.instance_seconds.items():
        mine = [(each, end) for each, owner, end in lives.values() if owner == name]
        served = sum((run.duration_seconds if end is None else end) - each.started_at for each, end in mine)
        assert abs(seconds - served) < 1e-6 * max(1.0, seconds)


@EXAMPLES
@given(stacks())
def test_what_the_compiled_loop_skips_would_have_changed_nothing(stack):
    """The same run with a decision after every minute, and with a health check looked at every time."""
    skipped = simulate(*stack)
    with (
        patch.object(Fleet, "wake", lambda *_: Wake(requests=ALWAYS)),
        patch.object(Fleet, "ailing", property(lambda _: True)),
    ):
        every = simulate(*stack)
    assert skipped.fleet_events == every.fleet_events
    assert skipped.alarm_events == every.alarm_events
    assert np.array_equal(skipped.series, every.series, equal_nan=True)
    assert np.array_equal(skipped.histogram, every.histogram)


@st.composite
def rules(draw):
    limit = st.builds(
        ScalingLimit, st.sampled_from(PolicyType), st.sampled_from([1, 4, 50, 100]), st.sampled_from([15, 60, 120])
    )
    return ScalingRules(
        stabilization_seconds=draw(st.sampled_from([0, 60, 300])),
        limits=tuple(draw(st.lists(limit, min_size=1, max_size=2))),
        select=draw(st.sampled_from(SelectPolicy)),
        tolerance_ratio=draw(st.sampled_from([0.0, 0.1, 0.3])),
    )


@EXAMPLES
@given(stacks(), st.data())
def test_what_the_autoscaler_of_pods_does_not_look_at_would_have_changed_nothing(stack, data):
    """The same run with a look of its own every 15 seconds."""
    declared, *rest = stack
    targets = {"cpu": [20.0, 60.0], "vcpus": [0.01, 0.05], "requests": [2.0, 8.0]}
    kinds = data.draw(st.lists(st.sampled_from(sorted(targets)), min_size=1, max_size=2, unique=True))
    pods = PodAutoscaling(
        metrics=tuple(PodMetricTarget(kind, data.draw(st.sampled_from(targets[kind]))) for kind in kinds),
        up=data.draw(rules()),
        down=data.draw(rules()),
        has_behavior=data.draw(st.booleans()),
        cpu_request_vcpus=0.1,
    )
    declared = replace(
        declared, fleets=tuple(replace(each, tracking=(), steps=(), pods=pods) for each in declared.fleets)
    )
    skipped = simulate(declared, *rest)
    with patch.object(PodFleet, "calm", lambda _: (-math.inf, -math.inf)):
        every = simulate(declared, *rest)
    assert skipped.fleet_events == every.fleet_events
    assert skipped.alarm_events == every.alarm_events
    assert skipped.instance_seconds == every.instance_seconds
    assert np.array_equal(skipped.series, every.series, equal_nan=True)
    assert np.array_equal(skipped.histogram, every.histogram)
