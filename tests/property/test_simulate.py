"""Laws that hold for every traffic, fleet and seed: nothing is lost, nothing is invented, order is kept."""

import math
from itertools import pairwise

import depth
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.queueing import Station, balanced_quantile, erlang_b, erlang_c
from workbench.simulate import kernel
from workbench.simulate.alarms import AlarmState, MissingData, evaluate
from workbench.simulate.cache import KeyPopularity, hit_ratio
from workbench.simulate.engine import Engine, EngineOptions, RateRule
from workbench.simulate.scaling import step
from workbench.simulate.scaling.hpa import HorizontalPodAutoscaler, PodMetrics
from workbench.simulate.scaling.target_tracking import wanted_capacity
from workbench.simulate.traffic.stream import Stream, from_counts

pytestmark = pytest.mark.usefixtures("same_examples")
EXAMPLES = settings(max_examples=depth.drawn(60), derandomize=True)


@st.composite
def busy_engines(draw):
    """An engine after a random load in random slices, with cuts and changes of rotation on the way."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    slots = draw(st.integers(1, 4))
    options = EngineOptions(
        workers=draw(st.integers(1, 3)),
        queue_limit=draw(st.integers(0, 20)),
        timeout_seconds=draw(st.sampled_from([0.5, 5.0, 1e9])),
        least_outstanding=draw(st.booleans()),
        max_attempts=draw(st.integers(1, 4)),
        backoff_seconds=0.2,
        patience_seconds=draw(st.sampled_from([0.3, 2.0, math.inf])),
        retry_errors=0.1,
        rules=(RateRule(keys=3, limit=draw(st.integers(0, 20)), ticks=2),) if draw(st.booleans()) else (),
        tick_seconds=0.5,
    )
    engine = Engine(options, slots=slots, seed=draw(st.integers(0, 1000)))
    if draw(st.booleans()):
        engine.give_credits(0, 0.0, earned=0.1, balance=draw(st.floats(0.0, 2.0)), most=10.0)
    arrived = 0
    for index in range(draw(st.integers(1, 6))):
        engine.set_rotation(list(range(draw(st.integers(0, slots)))), [0], draw(st.sampled_from([0.0, 0.3])))
        count = int(rng.integers(0, 80))
        arrived += count
        start = float(index)
        times = np.sort(rng.uniform(start, start + 1, count))
        slice_ = kernel.Slice(
            times,
            rng.exponential(0.1, count),
            rng.exponential(0.05, count),
            rng.random(count) < 0.1,
            rng.integers(0, 9, count),
            np.zeros(count, bool),
        )
        engine.run(start + 1, slice_)
        if draw(st.booleans()):
            engine.cut_slot(int(rng.integers(0, slots)))
    return engine, arrived


@EXAMPLES
@given(busy_engines())
def test_every_request_is_somewhere(made):
    engine, arrived = made
    total = engine.tally.sum(axis=0)
    # Attempts: the first ones and the repeats that are due already.
    assert total[kernel.OFFERED] + total[kernel.REFUSED] == arrived + total[kernel.RETRIED] - engine.waiting_retries
    # What reached the load balancer was answered, turned away, or is still there.
    assert total[kernel.OFFERED] == (
        total[kernel.COMPLETED] + total[kernel.NO_TARGET] + total[kernel.BUSY] + engine.in_flight
    )
    # Each attempt has one end: what a client gave up on is no answer, however it would have been.
    given_up = total[kernel.TIMED_OUT] + total[kernel.ABANDONED]
    ended = total[kernel.ANSWERED] + total[kernel.FAILED] + given_up + total[kernel.NO_TARGET] + total[kernel.BUSY]
    assert total[kernel.OFFERED] - engine.in_flight <= ended <= total[kernel.OFFERED] - engine.pending
    assert (
        total[kernel.COMPLETED] - total[kernel.UNHEARD]
        == total[kernel.ANSWERED] + total[kernel.FAILED] - (total[kernel.CUT])
    )
    assert (total >= 0).all()


@EXAMPLES
@given(busy_engines())
def test_when_the_doors_close_everything_ends(made):
    engine, _ = made
    engine.set_rotation(list(range(engine.slots)))
    engine.run(10_000.0, jobs(np.empty(0), np.empty(0)))
    assert engine.in_flight == engine.waiting_retries == 0


@EXAMPLES
@given(busy_engines())
def test_every_client_has_a_good_answer_has_given_up_or_still_waits(made):
    engine, arrived = made
    total = engine.tally.sum(axis=0)
    assert arrived == total[kernel.ANSWERED] + total[kernel.LOST] + engine.pending + engine.waiting_retries
    assert total[kernel.WITHIN] <= total[kernel.ANSWERED] <= total[kernel.COMPLETED] - total[kernel.FAILED]


@EXAMPLES
@given(busy_engines())
def test_what_is_in_flight_is_within_the_budget_if_its_answer_will_be(made):
    engine, _ = made
    before, afoot = engine.tally[:, kernel.WITHIN].sum(), engine.afoot
    engine.set_rotation([])  # so that repeats find nobody
    engine.run(10_000.0, jobs(np.empty(0), np.empty(0)))
    assert engine.tally[:, kernel.WITHIN].sum() - before == afoot.within <= afoot.pending <= afoot.in_flight


def jobs(times, cpu, wait=None):
    zero = np.zeros(len(times))
    return kernel.Slice(
        times, cpu, zero if wait is None else wait, zero.astype(bool), zero.astype(np.int64), zero.astype(bool)
    )


def run_alone(times, cpu, until, **options):
    """Engine of one target that served these requests."""
    engine = Engine(EngineOptions(**{"queue_limit": 2**40, "timeout_seconds": 2.0**60} | options), slots=1, seed=1)
    engine.set_rotation([0])
    engine.run(until, jobs(times, cpu))
    return engine


@EXAMPLES
@given(st.integers(1, 4), st.integers(0, 2**32 - 1), st.floats(0.3, 3.0), st.integers(-6, 6))
def test_requests_that_come_and_are_served_twice_as_fast_take_half_as_long(workers, seed, load, power):
    # By a power of two, which no rounding disturbs: the engine has no length of its own.
    rng = np.random.default_rng(seed)
    times, service = np.cumsum(rng.exponential(1 / load, 100)), rng.exponential(1.0, 100)
    one = run_alone(times, service, 1e4, workers=workers)
    other = run_alone(times * 2.0**power, service * 2.0**power, 1e4 * 2.0**power, workers=workers)
    assert other.tally[0, kernel.WAIT] == one.tally[0, kernel.WAIT] * 2.0**power
    assert other.tally[0, kernel.LATENCY] == one.tally[0, kernel.LATENCY] * 2.0**power


@EXAMPLES
@given(st.integers(1, 4), st.integers(0, 2**32 - 1), st.floats(0.3, 3.0), st.integers(1, 10**6))
def test_the_hour_that_requests_come_in_changes_nothing(workers, seed, load, hours):
    # Times are whole multiples of a 1,024th of a second, which a sum of days leaves exact.
    rng = np.random.default_rng(seed)
    times = np.sort(rng.integers(0, round(100 / load * 1024), 100)) / 1024
    service = rng.integers(1, 4096, 100) / 1024
    shift = 3600.0 * hours
    one = run_alone(times, service, 1e4, workers=workers)
    other = run_alone(times + shift, service, 1e4 + shift, workers=workers)
    assert (other.histogram == one.histogram).all()
    assert other.tally[0].tolist() == one.tally[0].tolist()


@EXAMPLES
@given(st.integers(1, 4), st.integers(0, 2**32 - 1), st.floats(0.3, 3.0))
def test_twice_the_workers_never_answer_later(workers, seed, load):
    # Kiefer and Wolfowitz, 1955: on the same arrivals and service times each request waits no longer.
    rng = np.random.default_rng(seed)
    times, service = np.cumsum(rng.exponential(1 / load, 200)), rng.exponential(1.0, 200)
    few, many = (run_alone(times, service, 1e4, workers=count) for count in (workers, 2 * workers))
    assert (np.cumsum(many.histogram[0]) >= np.cumsum(few.histogram[0])).all()


@EXAMPLES
@given(st.integers(1, 4), st.integers(0, 2**32 - 1), st.floats(0.1, 3.0))
def test_littles_law_holds_on_every_path(workers, seed, load):
    # The integral over time of the number in the system, counted on a grid of its own, against the sum of the sojourns.
    rng = np.random.default_rng(seed)
    engine = Engine(EngineOptions(workers=workers, queue_limit=2**40, timeout_seconds=1e18), slots=1, seed=1)
    engine.set_rotation([0])
    times, service = np.cumsum(rng.exponential(1 / load, 200)), rng.exponential(1.0, 200)
    step, now, integral = 0.25, float(rng.uniform(0, 0.25)), 0.0
    while now < times[-1] or engine.in_flight:
        chosen = (times >= now - step) & (times < now)
        engine.run(now, jobs(times[chosen], service[chosen]))
        integral += engine.in_flight * step
        now += step
    # Each sojourn is counted to within a step, with an error that is uniform: five standard deviations of their sum.
    assert integral == pytest.approx(engine.tally[0, kernel.LATENCY], abs=5 * step * (200 / 6) ** 0.5)


@EXAMPLES
@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 4),
    st.floats(0.05, 1.6),
    st.floats(0.0, 20.0),
    st.floats(0.2, 3.0),
)
def test_no_more_work_is_done_than_credits_were_earned_and_saved(seed, workers, earned, saved, asked):
    rng = np.random.default_rng(seed)
    engine = Engine(EngineOptions(workers=workers, queue_limit=2**40, timeout_seconds=1e18), slots=1, seed=1)
    engine.give_credits(0, 0.0, earned=earned, balance=saved, most=30.0)
    engine.set_rotation([0])
    count = 300
    times = np.sort(rng.uniform(0, 200, count))
    cpu = rng.exponential(asked * earned * 200 / count, count)
    wait = rng.exponential(0.1, count)
    for end in np.linspace(5, 200, 40):
        chosen = (times >= end - 5) & (times < end)
        engine.run(end, jobs(times[chosen], cpu[chosen], wait[chosen]))
        assert engine.slot_cpu[0] <= min(saved, 30.0) + earned * end + 1e-6
    engine.run(1e7, jobs(times[:0], cpu[:0]))
    assert engine.slot_cpu[0] == pytest.approx(cpu.sum())  # and all of it is done in the end


@EXAMPLES
@given(st.integers(0, 2**32 - 1), st.integers(1, 4), st.floats(0.05, 1.6), st.floats(0.0, 20.0), st.floats(0.5, 40.0))
def test_in_unlimited_mode_all_work_is_earned_saved_or_charged(seed, workers, earned, saved, most):
    rng = np.random.default_rng(seed)
    engine = Engine(EngineOptions(workers=workers, queue_limit=2**40, timeout_seconds=1e18), slots=1, seed=1)
    engine.give_credits(0, 0.0, earned=earned, balance=saved, most=most, unlimited=True)
    engine.set_rotation([0])
    # A burst, then quiet: by hand the balance falls by each work at its begin, is paid back, and charged beyond `most`.
    times = np.sort(rng.uniform(0, 100, 100))
    cpu = rng.exponential(0.5, 100)
    engine.run(200.0, jobs(times, cpu))
    assert engine.slot_cpu[0] == pytest.approx(cpu.sum())
    for end in (200.0, 300.0, 1e7):
        assert engine.surplus(0, end) >= max(0.0, cpu.sum() - min(saved, most) - earned * end) - 1e-9
    assert engine.surplus(0, 1e7) == pytest.approx(max(0.0, engine.state.surplus[0]))
    if cpu.sum() <= min(saved, most) + most:
        assert engine.surplus(0, 1e7) == 0.0


@EXAMPLES
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.02, 0.1, 0.5, 0.9]))
def test_the_canary_gets_what_its_weight_allows(seed, ratio):
    engine = Engine(EngineOptions(workers=64, queue_limit=2**40), slots=2, seed=seed)
    engine.set_rotation([0], [1], ratio)
    times = np.linspace(0, 100, 4000)
    engine.run(200.0, jobs(times, np.full(4000, 0.001)))
    share = engine.tally[1, kernel.OFFERED] / 4000
    assert abs(share - ratio) < 5 * (ratio * (1 - ratio) / 4000) ** 0.5
    assert engine.slot_requests.tolist() == engine.tally[:, kernel.OFFERED].tolist()


@EXAMPLES
@given(st.integers(0, 2**32 - 1), st.integers(1, 9))
def test_how_time_is_sliced_changes_nothing(seed, slices):
    rng = np.random.default_rng(seed)
    times, service = np.sort(rng.uniform(0, 90, 300)), rng.exponential(0.5, 300)

    def run(cuts):
        engine = Engine(EngineOptions(workers=2), slots=2, seed=1)
        engine.set_rotation([0, 1])
        for start, end in pairwise(cuts):
            chosen = (times >= start) & (times < end)
            engine.run(end, jobs(times[chosen], service[chosen]))
        return engine.tally.copy(), engine.histogram.copy()

    whole, sliced = run([0.0, 100.0]), run(np.linspace(0, 100, slices + 1).tolist())
    assert np.allclose(whole[0], sliced[0])
    assert np.array_equal(whole[1], sliced[1])


@EXAMPLES
@given(st.integers(1, 40), st.floats(0.01, 0.98))
def test_queueing_formulas_are_probabilities_and_monotonic(servers, ratio):
    load = servers * ratio
    blocking, waiting = erlang_b(servers, load), erlang_c(servers, load)
    assert 0 <= blocking <= waiting <= 1
    assert erlang_c(servers + 1, load) <= waiting
    station = Station(servers, 1.0)
    p50, p95 = (station.sojourn_quantile_seconds(load, quantile) for quantile in (0.5, 0.95))
    assert 0 < p50 < p95
    assert station.sojourn_tail(load, p95) == pytest.approx(0.05, abs=1e-6)


@EXAMPLES
@given(st.integers(1, 8), st.integers(1, 4), st.floats(0.05, 0.95))
def test_one_queue_for_all_is_never_worse_than_one_for_each(targets, workers, ratio):
    bracket = balanced_quantile(targets, Station(workers, 0.05), ratio * targets * workers / 0.05, 0.95)
    assert bracket.optimistic_seconds <= bracket.pessimistic_seconds * (1 + 1e-9)


@EXAMPLES
@given(st.integers(1, 100), st.floats(0, 1e4), st.floats(1, 1e4))
def test_target_tracking_brings_the_metric_to_the_target_or_below(capacity, metric, target):
    wanted = wanted_capacity(capacity, metric, target)
    assert wanted * target >= capacity * metric * (1 - 1e-6) - target * 1e-6
    assert (wanted - 1) * target < capacity * metric or wanted == 0


@EXAMPLES
@given(st.floats(-1000, 1000))
def test_step_rounding_is_towards_zero_and_never_to_zero(change):
    whole = step.rounded(change)
    assert abs(whole) <= max(abs(change) + 1e-6, 1)
    assert (whole > 0) == (change > 0)
    assert (whole < 0) == (change < 0)


@EXAMPLES
@given(
    st.integers(1, 20),
    st.lists(st.floats(0.0, 500.0), min_size=1, max_size=30),
    st.integers(1, 5),
    st.integers(5, 40),
)
def test_the_pod_autoscaler_stays_within_its_bounds(start, loads, low, high):
    hpa = HorizontalPodAutoscaler(low, high)
    current = start
    for tick, load in enumerate(loads):
        before, current = current, hpa.sync(15.0 * tick, current, [(PodMetrics((load,) * current), 100.0)])
        assert low <= current <= high or current == before
        assert current <= max(2 * before, before + 4, low)


@EXAMPLES
@given(
    st.lists(st.sampled_from([True, False, None]), min_size=1, max_size=12),
    st.integers(1, 5),
    st.data(),
)
def test_without_a_breach_there_is_no_alarm(points, periods, data):
    needed = data.draw(st.integers(1, periods))
    treatment = data.draw(st.sampled_from([MissingData.MISSING, MissingData.NOT_BREACHING]))
    calm = [None if point is None else False for point in points]
    state = evaluate(
        calm, evaluation_periods=periods, datapoints_to_alarm=needed, missing=treatment, current=AlarmState.OK
    )
    assert state is not AlarmState.ALARM


@EXAMPLES
@given(st.floats(0, 1000), st.floats(1, 1e5), st.integers(1, 200), st.floats(0, 2), st.floats(0, 100))
def test_a_hit_ratio_is_a_ratio(rate, ttl, keys, exponent, updates):
    popularity = KeyPopularity(keys=keys, exponent=exponent, updates_per_hour=updates)
    assert 0 <= hit_ratio(rate, ttl, popularity) < 1


@EXAMPLES
@given(st.lists(st.integers(0, 1000), min_size=1, max_size=50), st.floats(1, 3600))
def test_counts_become_a_stream_with_as_many_requests(counts, interval):
    assert Stream("counts", from_counts(0.0, interval, counts)).requests == pytest.approx(sum(counts))
