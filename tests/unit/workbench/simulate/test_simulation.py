"""Whole runs on the small stack: what has to happen, and when."""

import math
from dataclasses import replace
from datetime import UTC, datetime, time

import numpy as np
import pytest

from deployment.errors import InputError
from workbench.simulate import kernel
from workbench.simulate.alarms import AlarmRule, AlarmState, MissingData
from workbench.simulate.declaration import DeclaredAlarm, Metric, RateLimit, Sessions
from workbench.simulate.instance import FleetConstants
from workbench.simulate.options import SimulationOptions
from workbench.simulate.predict import predict_declared
from workbench.simulate.reading import read
from workbench.simulate.replications import Run, replicate
from workbench.simulate.result import COLUMNS
from workbench.simulate.scaling.target_tracking import AlarmConstants
from workbench.simulate.scenario import Scenario, load_traffic, prepare
from workbench.simulate.service import Distribution, ServiceModel, Shape
from workbench.simulate.simulation import simulate

SERVICE = ServiceModel(mean_seconds=0.025)


def run(graph, *profiles, seconds=3600.0, declared=None, service=SERVICE, **options):
    declared = declared or read(graph)
    traffic = load_traffic(Scenario(profiles=profiles, duration_seconds=seconds), declared.peak_rps).traffic
    return simulate(declared, traffic, service, SimulationOptions(**options))


def column(result, name):
    return result.series[:, COLUMNS.index(name)]


def first(result, kind):
    return next(event for event in result.fleet_events if event.kind == kind)


def test_a_steady_load_needs_no_scaling_and_keeps_the_budget(small_graph):
    result = run(small_graph(), "steady:rate=20")
    assert not result.fleet_events
    assert result.attainment_ratio > 0.97
    assert result.quantile_ms(0.95) == pytest.approx(75, rel=0.05)
    assert result.windows == result.windows_within == 12


def of_type(declared, name, size=1):
    """The declaration with stable instances of the type `name`, `size` of them whatever comes."""
    stable = replace(
        declared.stable, instance_type=name, min_size=size, max_size=size, desired_capacity=size, tracking=(), steps=()
    )
    return replace(declared, fleets=(stable, declared.fleets[1]))


def test_two_workers_on_one_core_are_one_server(small_graph):
    """M/M/1 at a load of a half: workers that do nothing but compute take turns on the core."""
    busy = ServiceModel(mean_seconds=0.025, cpu_ratio=1.0)
    declared = of_type(read(small_graph()), "m7g.medium")
    assert (declared.workers, declared.stable.vcpus) == (2, 1)
    result = run(None, "steady:rate=20", declared=declared, service=busy, seconds=6 * 3600.0)
    assert result.attainment_ratio == pytest.approx(1 - math.exp(-(40 - 20) * 0.1), abs=0.005)
    assert result.quantile_ms(0.95) == pytest.approx(1000 * math.log(20) / (40 - 20), rel=0.03)
    assert np.isnan(column(result, "least_credits")).all()  # a type without credits has none to show


@pytest.mark.parametrize("rate", [30.0, 60.0, 200.0])
def test_no_instance_works_more_than_its_cores(small_graph, rate):
    busy = ServiceModel(mean_seconds=0.025, distribution=Distribution(Shape.DETERMINISTIC), cpu_ratio=1.0)
    declared = of_type(read(small_graph()), "m7g.medium", size=2)
    result = run(None, f"steady:rate={rate}", declared=declared, service=busy, max_attempts=1, queue_limit=50)
    done = result.total(kernel.COMPLETED) * 0.025
    assert done <= sum(result.instance_seconds.values()) + 1.0
    assert done >= 0.95 * min(rate * 0.025, 2.0) * 3600


def test_cores_bound_the_prediction_as_they_bound_the_run(small_graph):
    declared = replace(of_type(read(small_graph()), "m7g.medium"), peak_rps=45.0)
    assert math.isinf(predict_declared(declared, cpu_seconds=0.025).p95_ms)
    assert predict_declared(of_type(declared, "m7g.large"), cpu_seconds=0.025).p95_ms < 120
    half = replace(of_type(declared, "m7g.medium"), peak_rps=20.0)
    assert predict_declared(half, cpu_seconds=0.025).p95_ms == pytest.approx(1000 * math.log(20) / (40 - 20))  # M/M/1
    assert predict_declared(half).p95_ms == predict_declared(of_type(half, "m7g.large")).p95_ms  # a fifth is CPU time
    assert of_type(declared, "unknown").stable.vcpus is None


def cpu_steps(resource, **alarm):
    """The step policy of AWS's guide ("Step and simple scaling policies"), run by an alarm on the group's CPU."""
    return [
        resource(
            "aws:autoscaling/policy:Policy",
            "cpu-steps",
            {
                "autoscalingGroupName": "stable-group",
                "policyType": "StepScaling",
                "adjustmentType": "PercentChangeInCapacity",
                "stepAdjustments": [
                    {"metricIntervalLowerBound": "0", "metricIntervalUpperBound": "10", "scalingAdjustment": 0},
                    {"metricIntervalLowerBound": "10", "metricIntervalUpperBound": "20", "scalingAdjustment": 10},
                    {"metricIntervalLowerBound": "20", "scalingAdjustment": 30},
                ],
            },
        ),
        resource(
            "aws:cloudwatch/metricAlarm:MetricAlarm",
            "cpu-high",
            {
                "namespace": "AWS/EC2",
                "metricName": "CPUUtilization",
                "dimensions": {"AutoScalingGroupName": "stable-group"},
                "statistic": "Average",
                "period": 60,
                "evaluationPeriods": 2,
                "comparisonOperator": "GreaterThanOrEqualToThreshold",
                "threshold": 50.0,
                "alarmActions": ["arn:aws:test:us-east-1:123456789012:cpu-steps"],
                **alarm,
            },
        ),
    ]


@pytest.mark.parametrize(("percent", "size"), [(55, 10), (65, 11), (76, 13)])
def test_steps_on_the_cpu_of_a_group_are_those_of_the_guide(small_graph, stack_resource, percent, size):
    declared = read(small_graph(*cpu_steps(stack_resource), desiredCapacity=10, maxSize=20))
    (step,) = (each for each in declared.stable.steps if each.policy.name == "cpu-steps")
    assert step.alarm.metric.pool == 0
    declared = replace(declared, fleets=(replace(declared.stable, tracking=(), steps=(step,)), declared.fleets[1]))
    busy = ServiceModel(mean_seconds=0.025, cpu_ratio=1.0)
    rate = percent / 100 * 10 * 2 / 0.025
    # Two minutes that breach, and one until the metric has arrived; then new instances warm up.
    result = run(None, f"steady:rate={rate}", declared=declared, service=busy, seconds=240.0)
    assert column(result, "desired")[-1] == size


@pytest.mark.parametrize(
    "alarm",
    [
        {"dimensions": {"DBInstanceIdentifier": "other"}, "namespace": "AWS/RDS"},
        {"dimensions": {"AutoScalingGroupName": "other-group"}},
        {"statistic": "Maximum"},
    ],
    ids=["of a database", "of a group that is not here", "of the busiest instance"],
)
def test_cpu_that_is_not_the_mean_of_a_group_is_not_watched(small_graph, stack_resource, alarm):
    declared = read(small_graph(*cpu_steps(stack_resource, **alarm)))
    assert "cpu-high" in declared.unwatched
    assert any(note.startswith("cpu-steps: no alarm that the twin simulates") for note in declared.notes)


def test_a_spike_rings_the_alarm_within_two_minutes_and_scales(small_graph):
    result = run(small_graph(), "spike:factor=24,at=600,ramp=0s")
    out = first(result, "scale-out")
    assert out.at == 720.0  # the first whole minute of 72 requests/s, and one until its metrics arrive
    assert "stable-answer-spike" in out.detail
    rang = next(
        event for event in result.alarm_events if event.alarm == "stable-traffic-spike" and event.state == "ALARM"
    )
    assert rang.at == 660.0
    assert column(result, "serving")[13] == 2
    assert column(result, "p95_ms")[20] < 100


def test_without_headroom_the_p95_alarm_rings(small_graph):
    result = run(small_graph(maxSize=1), "spike:factor=25,at=600,ramp=0s")
    rang = [event for event in result.alarm_events if event.alarm == "p95-stable" and event.state is AlarmState.ALARM]
    assert rang[0].at == 900.0  # the end of the five minutes that the spike falls into
    assert result.windows_within < result.windows


def test_few_samples_are_inconclusive_and_ring_no_alarm(small_graph):
    slow = ServiceModel(mean_seconds=0.4)
    result = run(small_graph(), "steady:rate=0.5", service=slow)
    assert result.windows == 0
    assert result.windows_inconclusive == 12
    assert result.low_sample_periods["p95-stable"] == 12
    assert result.alarm_states["p95-stable"] is AlarmState.INSUFFICIENT_DATA


def test_failed_launches_ring_their_alarm(small_graph):
    options = {"fleet": FleetConstants(launch_failure_ratio=0.5)}
    result = run(small_graph(), "spike:factor=24,ramp=0s", seed=3, **options)
    assert any(event.kind == "launch-failed" for event in result.fleet_events)
    assert ("launch-failures", AlarmState.ALARM) in [(event.alarm, event.state) for event in result.alarm_events]


def test_a_flood_is_refused_after_the_detection_lag_and_the_others_are_not(small_graph):
    result = run(
        small_graph(), "steady:rate=10,clients=200", "flood:rate=60,addresses=2,at=600,hold=1200", max_attempts=1
    )
    refused = column(result, "refused")
    assert refused[:10].sum() == 0
    assert refused[15] == pytest.approx(60 * 60, rel=0.05)  # the whole flood, and nobody else
    # 2 x 30 requests/s exceed 1000 in a minute after 34 s: checked every 10 s, in force a check later.
    assert 0.05 * 3600 < refused[10] < 0.45 * 3600
    assert column(result, "requests")[15] == pytest.approx(600, rel=0.15)


def test_the_canary_gets_its_share_of_requests(small_graph):
    declared = read(small_graph())
    fleets = (declared.stable, replace(declared.fleets[1], min_size=1, desired_capacity=1))
    result = run(None, "steady:rate=20", declared=replace(declared, fleets=fleets), canary_percent=10)
    share = result.tally[1, kernel.OFFERED] / result.tally[:, kernel.OFFERED].sum()
    assert share == pytest.approx(0.1, abs=0.005)


def test_a_canary_without_instances_answers_503(small_graph):
    result = run(small_graph(), "steady:rate=20", canary_percent=10, max_attempts=1)
    assert result.tally[1, kernel.NO_TARGET] / result.arrived == pytest.approx(0.1, abs=0.005)


def test_a_scheduled_action_prepares_the_fleet(small_graph, stack_resource):
    schedule = stack_resource(
        "aws:autoscaling/schedule:Schedule",
        "morning",
        {"autoscalingGroupName": "stable-group", "recurrence": "10 9 * * *", "minSize": 3, "maxSize": 4},
    )
    start = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    result = run(small_graph(schedule), "steady:rate=5", start=start)
    assert first(result, "schedule").at == 600.0
    assert column(result, "desired")[10] == 3


def test_credits_run_out_under_load_that_the_cpu_can_t_sustain(small_graph):
    declared = read(small_graph())
    nano = replace(declared, fleets=(replace(declared.stable, instance_type="t4g.nano", max_size=1),))
    options = {"queue_limit": 2**20, "client_timeout_seconds": 1e9, "max_attempts": 1}
    nano = replace(nano, idle_timeout_seconds=1e9, fleets=(replace(nano.stable, elb_health_checks=False),))
    result = run(None, "steady:rate=30", declared=nano, fleet=FleetConstants(initial_credits=0.1), **options)
    assert column(result, "least_credits")[0] > 0
    assert column(result, "least_credits")[2] == 0
    # 0.15 vCPU are asked for and 0.1 earned: from then on the instance does two thirds of the work.
    assert column(result, "completed")[10:40].mean() == pytest.approx(20 * 60, rel=0.02)
    assert column(result, "p95_ms")[10] > 10 * column(result, "p95_ms")[0]


def test_instances_are_billed_from_launch_to_end(small_graph):
    result = run(small_graph(), "steady:rate=5")
    assert result.instance_seconds == {"stable-group": 3600.0, "canary-group": 0.0}


def test_same_seed_same_result_and_another_seed_another(small_graph):
    one, other = (run(small_graph(), "spike:factor=24", seed=4) for _ in range(2))
    assert np.array_equal(one.series, other.series, equal_nan=True)
    assert one.fleet_events == other.fleet_events
    assert not np.array_equal(one.histogram, run(small_graph(), "spike:factor=24", seed=5).histogram)


def test_memory_does_not_grow_with_the_number_of_requests(small_graph):
    import tracemalloc

    peaks = []
    for rate in (20, 200):
        declared = replace(read(small_graph()), service_seconds=0.0025)
        tracemalloc.start()
        run(None, f"steady:rate={rate}", declared=declared, service=ServiceModel(mean_seconds=0.0025))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.5


def test_a_slow_canary_rings_its_own_alarm_and_not_the_stable_one(small_graph, stack_resource):
    alarm = stack_resource(
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        "p95-canary",
        {
            "namespace": "AWS/ApplicationELB",
            "metricName": "TargetResponseTime",
            "dimensions": {"TargetGroup": "targetgroup/canary/73e2d6bc24d8a067"},
            "extendedStatistic": "p95",
            "evaluateLowSampleCountPercentiles": "ignore",
            "period": 300,
            "evaluationPeriods": 1,
            "comparisonOperator": "GreaterThanThreshold",
            "threshold": 0.2,
            "treatMissingData": "notBreaching",
        },
    )
    declared = read(small_graph(alarm))
    fleets = (declared.stable, replace(declared.fleets[1], min_size=1, desired_capacity=1))
    declared = replace(declared, fleets=fleets)
    result = run(None, "steady:rate=20", declared=declared, canary_percent=10, canary_slowdown=4.0)
    assert result.alarm_states["p95-canary"] is AlarmState.ALARM
    assert result.alarm_states["p95-stable"] is AlarmState.OK
    same = run(None, "steady:rate=20", declared=declared, canary_percent=10)
    assert same.alarm_states["p95-canary"] is AlarmState.OK


def test_fewer_datapoints_scale_sooner(small_graph):

    at = [
        first(
            run(small_graph(), "spike:factor=16,ramp=0s", alarms=AlarmConstants(high_datapoints=count)), "scale-out"
        ).at
        for count in (1, 3)
    ]
    assert at == [720.0, 840.0]


def test_what_no_client_waits_for_is_served_all_the_same_and_retries_make_it_a_storm(small_graph):
    # 90 requests/s on an instance that serves 80: the queue grows past the clients' patience, and they come thrice.
    declared = read(small_graph(maxSize=1, healthCheckType="EC2"))
    patient = run(None, "steady:rate=90", declared=declared, client_timeout_seconds=1e9, max_attempts=1)
    hasty = run(None, "steady:rate=90", declared=declared, client_timeout_seconds=2.0, max_attempts=3)
    assert hasty.total(kernel.OFFERED) > 2 * patient.total(kernel.OFFERED)
    assert hasty.total(kernel.ABANDONED) > 0
    assert hasty.total(kernel.ANSWERED) < 0.1 * patient.total(kernel.ANSWERED)


@pytest.mark.parametrize(("patience", "rings"), [(10.0, True), (0.15, False)])
def test_an_alarm_measures_no_response_that_its_client_did_not_wait_for(small_graph, patience, rings):
    # The load balancer has no target_processing_time of a request that it gave up on, however long it would have been.
    slow = DeclaredAlarm(
        rule=AlarmRule(name="slow", threshold=0.2, period_seconds=300, percentile=95.0),
        metric=Metric(names=(("m", "AWS/ApplicationELB", "TargetResponseTime", "p95"),), pool=0),
    )
    declared = replace(read(small_graph(maxSize=1, healthCheckType="EC2")), alarms=(slow,))
    found = run(None, "steady:rate=90", declared=declared, client_timeout_seconds=patience, max_attempts=1)
    assert found.quantile_ms(0.95) > 1000  # what its targets worked on
    assert (AlarmState.ALARM in {event.state for event in found.alarm_events}) == rings


def test_a_rate_rule_that_counts_all_together_refuses_them_together(small_graph):
    # 600 requests a minute of 1,000 clients: nobody is over 100 in five minutes, all together are.
    def refused(*, shared):
        rule = RateLimit(name="rate", limit=100, window_seconds=300, shared=shared)
        declared = replace(read(small_graph()), rates=(rule,))
        return run(None, "steady:rate=10", seconds=600, declared=declared, max_attempts=1).total(kernel.REFUSED)

    assert refused(shared=False) == 0
    assert refused(shared=True) > 5000


def test_an_instance_counts_from_the_first_minute_that_it_is_warm_for(small_graph):
    # The second one is asked for at 1:00, serves at 1:50 and is warm at 2:00: at 3:00 two are behind 3,000 each.
    quick, now = ServiceModel(mean_seconds=0.005), AlarmConstants(metric_delay_seconds=0.0)
    declared = read(small_graph(defaultInstanceWarmup=30))
    result = run(None, "steady:rate=100", seconds=400, declared=declared, service=quick, alarms=now)
    outs = [(event.at, event.detail) for event in result.fleet_events if event.kind == "scale-out"]
    assert outs == [(60.0, "1 to 2 by stable-answer-spike"), (180.0, "2 to 3 by stable-track")]


@pytest.mark.parametrize("warm_up", [0.0, 300.0])
def test_what_is_left_out_of_the_sums_is_decided_on_all_the_same(small_graph, stack_resource, warm_up):
    # The action fires with the minute that the warm-up ends with.
    row = {"autoscalingGroupName": "stable-group", "recurrence": "5 9 * * *", "minSize": 3, "maxSize": 4}
    declared = read(small_graph(stack_resource("aws:autoscaling/schedule:Schedule", "sized", row)))
    result = run(None, "steady:rate=1", seconds=900, declared=declared, warm_up_seconds=warm_up)
    assert (first(result, "schedule").at, first(result, "scale-out").desired) == (300.0, 3)


def test_when_every_answer_is_an_error_everything_is_lost(small_graph):
    result = run(small_graph(), "steady:rate=5", service=ServiceModel(mean_seconds=0.025, error_ratio=1.0))
    assert result.total(kernel.ANSWERED) == 0
    assert result.total(kernel.LOST) + result.pending + result.waiting_retries + result.in_flight >= result.arrived


@pytest.mark.parametrize("minutes_before", [0, 10])
def test_a_run_that_begins_within_a_session_has_the_declared_instances(small_graph, minutes_before):
    start = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
    sessions = Sessions(weekdays=frozenset({0}), start=time(9, 30 - minutes_before), hours=1.0, time_zone="UTC")
    declared = replace(read(small_graph()), sessions=sessions)
    result = run(None, "steady:rate=2", declared=declared, start=start, real_clock=True)
    assert result.max_serving == 1
    assert result.instance_seconds["stable-group"] == pytest.approx(3600 - 60 * minutes_before)


def test_between_sessions_nobody_answers_and_nothing_is_billed(small_graph):
    sessions = Sessions(weekdays=frozenset({0}), start=time(9, 30), hours=0.25, time_zone="UTC")
    declared = replace(read(small_graph()), sessions=sessions)
    start = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # a Monday
    result = run(None, "steady:rate=10", declared=declared, start=start, real_clock=True)
    serving = column(result, "serving")
    assert (serving[:29] == 0).all()
    assert (serving[29:44] == 1).all()
    assert (serving[44:] == 0).all()
    assert result.open_seconds == 900
    assert result.instance_seconds["stable-group"] == pytest.approx(900)
    assert result.arrived_parked == pytest.approx(45 * 600, rel=0.05)
    assert result.total(kernel.ANSWERED) >= 0.99 * (result.arrived - result.arrived_parked)
    assert result.total(kernel.UNREACHED) == pytest.approx(3 * result.arrived_parked, rel=0.02)
    assert result.total(kernel.UNREACHED) == column(result, "unreached").sum()
    assert result.total(kernel.OFFERED) + result.total(kernel.UNREACHED) == (
        result.arrived + result.total(kernel.RETRIED) - result.waiting_retries
    )
    without = run(None, "steady:rate=10", declared=declared, start=start)
    assert without.arrived_parked == 0


def test_a_parked_stack_has_no_firewall_that_could_refuse(small_graph):
    sessions = Sessions(weekdays=frozenset({0}), start=time(9, 30), hours=0.25, time_zone="UTC")
    rates = (RateLimit(name="per-ip", limit=10, window_seconds=60),)
    declared = replace(read(small_graph()), sessions=sessions, rates=rates)
    start = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    result = run(None, "steady:rate=10,clients=1", declared=declared, start=start, real_clock=True)
    refused = column(result, "refused")
    assert not refused[:30].any()
    assert refused[31:45].all()
    assert not refused[45:].any()


def test_a_parked_stack_has_no_alarms_that_could_ring(small_graph):
    unreachable = DeclaredAlarm(
        rule=AlarmRule(name="unreachable", threshold=0),
        metric=Metric(names=(("m", "AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count", "Sum"),)),
    )
    nobody = DeclaredAlarm(
        rule=AlarmRule(
            name="nobody",
            threshold=1,
            comparison="LessThanThreshold",
            period_seconds=120,
            missing=MissingData.BREACHING,
        ),
        metric=Metric(names=(("m", "AWS/ApplicationELB", "HealthyHostCount", "Minimum"),), pool=0),
    )
    sessions = Sessions(weekdays=frozenset({0}), start=time(9, 30), hours=0.25, time_zone="UTC")
    declared = replace(read(small_graph()), sessions=sessions, alarms=(unreachable, nobody))
    start = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    result = run(None, "steady:rate=10", declared=declared, start=start, real_clock=True)
    told = [(event.at, event.alarm, event.state) for event in result.alarm_events]
    assert told == [(32 * 60.0, "nobody", AlarmState.OK)]
    assert set(result.alarm_states.values()) == {AlarmState.INSUFFICIENT_DATA}
    always = run(None, "steady:rate=10", declared=replace(declared, sessions=None), start=start, real_clock=True)
    assert always.alarm_states["nobody"] is AlarmState.OK


def test_only_instances_that_run_at_the_start_have_the_credits_of_the_start(small_graph):
    sessions = Sessions(weekdays=frozenset({0}), start=time(9, 30), hours=0.25, time_zone="UTC")
    declared = read(small_graph())
    nano = replace(declared.stable, instance_type="t4g.nano")
    declared = replace(declared, fleets=(nano, *declared.fleets[1:]), sessions=sessions)
    rich = FleetConstants(initial_credits=100.0)
    start = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    later = run(None, "steady:rate=1", declared=declared, start=start, real_clock=True, fleet=rich)
    assert np.nanmax(column(later, "least_credits")) < 2  # a session's instances are new
    at_once = run(None, "steady:rate=1", declared=declared, fleet=rich)
    assert column(at_once, "least_credits")[0] == pytest.approx(100, abs=1)


def test_sessions_of_a_day_each_are_one_when_the_clocks_go_forward():
    sessions = Sessions(weekdays=frozenset(range(7)), start=time(9), hours=24.0, time_zone="Europe/Vilnius")
    changes = sessions.changes(datetime(2026, 3, 26, tzinfo=UTC), 5 * 86_400.0)  # a day of 23 hours among them
    assert changes == [(0.0, False), (453_600.0, True)]


def test_no_alarm_looks_at_a_minute_that_is_cut_short(small_graph):
    result = run(small_graph(), "steady:rate=200", seconds=90.0)
    assert result.alarm_events
    assert max(event.at for event in result.alarm_events) == 60.0
    assert not run(small_graph(), "steady:rate=200", seconds=30.0).alarm_events


def test_a_warm_up_is_left_out_of_the_sums_and_not_of_the_series(small_graph):
    whole, rest = (run(small_graph(), "steady:rate=10", warm_up_seconds=seconds) for seconds in (0.0, 600.0))
    assert np.array_equal(whole.series, rest.series, equal_nan=True)
    assert rest.windows == whole.windows - 2
    counted = whole.series[10:, COLUMNS.index("requests")].sum()
    assert rest.total(kernel.OFFERED) == counted < whole.total(kernel.OFFERED)


def test_runs_are_the_same_on_any_number_of_cores(small_graph, monkeypatch):
    declared = read(small_graph())
    traffic = load_traffic(Scenario(profiles=("spike:factor=24",)), declared.peak_rps).traffic
    found = []
    for cores in (1, 4):
        monkeypatch.setattr("os.cpu_count", lambda cores=cores: cores)
        found.append(replicate(Run(declared, traffic, SERVICE, SimulationOptions(seed=3)), 3))
    for one, other in zip(*found, strict=True):
        assert np.array_equal(one.series, other.series, equal_nan=True)
        assert one.fleet_events == other.fleet_events


def test_the_canary_is_held_at_the_size_that_a_rollout_gives_it(small_graph):
    graph = small_graph(minSize=2, desiredCapacity=2)
    prepared = prepare(graph, Scenario(profiles=("steady:rate=1",), options=SimulationOptions(canary_percent=10)))
    stable, canary = prepared.declared.fleets
    assert canary.min_size == canary.desired_capacity == stable.desired_capacity == 2
    found = prepared.replicate(1)[0]
    # An hour of next to no requests: target tracking would scale it in, the rollout's minimum keeps it.
    assert found.instance_seconds[canary.name] == pytest.approx(2 * found.duration_seconds)


@pytest.mark.parametrize("seconds", [240.0, 300.0])
def test_a_warm_up_that_leaves_no_whole_window_is_refused(small_graph, seconds):
    # A minute is rounded up to the p95 window of five: it used to run on beyond the end of the traffic for ever.
    scenario = Scenario(duration_seconds=seconds, options=SimulationOptions(warm_up_seconds=60.0))
    with pytest.raises(InputError, match="leave nothing"):
        prepare(small_graph(), scenario)
