import numpy as np
import pytest

from deployment.errors import InputError
from workbench.simulate.traffic.arrivals import ArrivalOptions, ArrivalSource, Burstiness
from workbench.simulate.traffic.duration import parse_duration
from workbench.simulate.traffic.profiles import PROFILES, Context, parse
from workbench.simulate.traffic.stream import Stream, Traffic, from_counts, from_points

HOUR = Context(peak_rps=10.0, duration_seconds=3600.0)


def drawn(stream, seconds=3600.0, seed=1, **options):
    traffic = Traffic((stream,) if isinstance(stream, Stream) else tuple(stream), seconds)
    source = ArrivalSource(traffic, ArrivalOptions(**options), np.random.SeedSequence(seed))
    now, parts = 0.0, []
    while now < seconds:
        end = source.block_end(now, seconds)
        parts.append(source.draw(now, end))
        assert all((part.time >= now).all() and (part.time < end).all() for part in parts[-1:])
        now = end
    return np.concatenate([part.time for part in parts]), np.concatenate([part.address for part in parts])


def test_spike_ramps_up_holds_and_comes_back():
    stream = parse("spike:factor=5,at=10m,ramp=60s,hold=20m", HOUR)
    assert [stream.rate(t) for t in (0, 599, 630, 660, 1800, 1859, 1920, 3599)] == pytest.approx(
        [10, 10, 30, 50, 50, 50, 10, 10], abs=0.1
    )


def test_daily_has_its_trough_at_the_start_and_its_peak_after_twelve_hours():
    stream = parse("daily:peak=100,trough=0.2", Context(1.0, 86400.0))
    assert stream.rate(0) == pytest.approx(20)
    assert stream.rate(43200) == pytest.approx(100)
    assert stream.requests == pytest.approx(60 * 86400, rel=1e-3)


def test_flash_crowd_halves_every_half_life():
    stream = parse("flash-crowd:factor=21,at=60s,rise=10s,half_life=100s", HOUR)
    assert stream.rate(70) == pytest.approx(210)
    assert stream.rate(170) == pytest.approx(110, rel=0.01)


def test_flood_comes_from_few_addresses_of_its_own():
    times, addresses = drawn(
        (parse("steady:clients=100", HOUR), parse("flood:rate=50,addresses=3,at=60,hold=600", HOUR))
    )
    assert set(addresses[addresses >= 100].tolist()) == {100, 101, 102}
    assert (np.diff(times) >= 0).all()
    assert times[addresses >= 100].min() >= 60


def test_maintenance_drains_and_comes_back_in_a_surge():
    stream = parse("maintenance:at=600,ramp=300,hold=1200,surge=2", HOUR)
    assert [stream.rate(t) for t in (0, 1000, 2000, 2101)] == pytest.approx([10, 0, 0, 20], abs=0.1)


@pytest.mark.parametrize("name", PROFILES)
def test_every_profile_works_without_settings_and_has_a_description(name):
    stream = parse(name, HOUR)
    assert stream.requests > 0
    assert PROFILES[name].__doc__


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("tsunami", "allowed: steady, daily"),
        ("spike:factr=5", "'factr=5' is not understood"),
        ("spike:factor=ten", "a number from 0"),
        ("spike:factor=-3", "a number from 0"),
        ("spike:factor=nan", "a number from 0"),
        ("flood:addresses=0", "a whole number from 1"),
        ("flood:addresses=2.5", "a whole number from 1"),
        ("flood:heavy=2", "to 1"),
        ("spike:hold=999d", "a number from 0 to 31,622,400; it may end in ms, s, m, h, d"),
        # Is it 300 a second, or 5 a minute?
        ("steady:rate=5m", "a number from 0 to 1,000,000$"),
        ("maintenance:surge=2m", "a number from 0 to 100,000$"),
        ("steady:rate=inf", "a number from 0"),
        ("steady:rate=3,rate=4", "rate is there twice"),
    ],
)
def test_a_wrong_profile_says_what_is_allowed(text, told):
    with pytest.raises(InputError, match=told):
        parse(text, HOUR)


def test_a_rate_may_be_written_as_numbers_are():
    assert parse("steady:rate=1.5e2", HOUR).rate(0) == 150


def test_all_problems_of_a_profile_are_told_at_once():
    with pytest.raises(InputError) as error:
        parse("spike:factr=5,hold=x,ramp=60", HOUR)
    assert len(error.value.problems) == 2


@pytest.mark.parametrize(("text", "seconds"), [("90", 90), ("90s", 90), ("15m", 900), ("24h", 86400), ("7d", 604800)])
def test_durations(text, seconds):
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "0", "-5m", "1w", "400d", "1e3"])
def test_wrong_durations(text):
    with pytest.raises(InputError, match="write a time"):
        parse_duration(text)


def test_poisson_counts_have_the_mean_and_the_variance_of_poisson():
    times, _ = drawn(parse("steady:rate=20", HOUR))
    counts = np.histogram(times, np.arange(0, 3601, 10))[0]
    assert counts.mean() == pytest.approx(200, abs=3 * (200 / 360) ** 0.5)
    assert 0.8 < counts.var() / counts.mean() < 1.25


@pytest.mark.parametrize("kind", [Burstiness.BATCHED, Burstiness.MODULATED])
def test_burstier_arrivals_keep_the_mean_and_scatter_more(kind):
    times, _ = drawn(parse("steady:rate=20", HOUR), burstiness=kind)
    counts = np.histogram(times, np.arange(0, 3601, 10))[0]
    assert counts.mean() == pytest.approx(200, rel=0.1)
    assert counts.var() / counts.mean() > 3


def test_arrivals_follow_a_linear_rate():
    times, _ = drawn(Stream("ramp", from_points([(0, 100), (1000, 300)])), seconds=1000.0)
    assert (np.diff(times) >= 0).all()
    # Half of the mass of 1 + 2 t lies below t = (sqrt(5) - 1) / 2: there t + t^2 is half of its end.
    assert np.median(times) / 1000 == pytest.approx((5**0.5 - 1) / 2, abs=0.005)


def test_times_and_expected_requests_are_each_others_inverse():
    stream = Stream("steps", from_points([(10, 0), (20, 4), (20, 1), (50, 1), (60, 0)]))
    counts = np.array([0.5, 19.9, 20.0, 30.0, 50.0, 54.9])
    assert stream.expected(stream.times_of(counts)) == pytest.approx(counts)
    assert stream.expected(np.array([0.0, 10.0, 20.0, 50.0, 60.0, 99.0])).tolist() == [0, 0, 20, 50, 55, 55]


def test_same_seed_same_arrivals_and_another_seed_others():
    one, other, third = (drawn(parse("spike", HOUR), seed=seed)[0] for seed in (1, 1, 2))
    assert np.array_equal(one, other)
    assert not np.array_equal(one, third)


def test_counts_become_constant_rates_and_equal_neighbours_merge():
    segments = from_counts(0.0, 60.0, [60, 60, 120])
    assert [(each.start, each.end, each.start_rps) for each in segments] == [(0, 120, 1), (120, 180, 2)]


def test_two_points_of_one_time_make_a_jump():
    stream = Stream("jump", from_points([(0, 1), (10, 1), (10, 5), (20, 5)]))
    assert stream.rate(9.999) == 1
    assert stream.rate(10) == 5
    assert stream.rate(20) == 0
