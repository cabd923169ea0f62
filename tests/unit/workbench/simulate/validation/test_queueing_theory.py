"""The engine against theory, with the noise of each figure measured beside it.

A mean over n requests of a busy queue scatters much more than one over n independent values: at 95 % utilisation
10 million requests leave a standard error of 1 to 1.6 %, and the million of a run that is not whole thrice that. So a
figure has to be within 1 % of theory or, where the sample can't tell 1 %, within three of its own standard errors (from
the means of batches, far longer than the queue's memory); and the deviations of all cells together must look like
noise around zero.
"""

import math

import numpy as np
import pytest
from depth import drawn

from infra.queueing import Station, balanced_quantile
from workbench.simulate import kernel
from workbench.simulate.engine import Engine, EngineOptions
from workbench.simulate.histogram import quantile_seconds
from workbench.simulate.service import Distribution, Shape

SERVERS = (1, 2, 3, 4, 8, 16, 32)
RATIOS = (0.5, 0.7, 0.8, 0.9, 0.95)
EXPONENTIAL = Distribution()


def simulated(servers, ratio, requests, seed, distribution=EXPONENTIAL, batches=100):
    """Means over batches of one station whose service times have mean 1."""
    rng = np.random.default_rng(seed)
    options = EngineOptions(workers=servers, queue_limit=2**40, timeout_seconds=1e18)
    engine = Engine(options, slots=1, seed=seed)
    engine.set_rotation([0])
    size = requests // batches
    chunk = min(size, 20_000)
    nothing = np.zeros(chunk)
    no, nobody = nothing.astype(bool), nothing.astype(np.int64)
    now = 0.0
    waits, quantiles = [], []
    for _ in range(batches):
        before, counts = engine.tally[0].copy(), engine.histogram[0].copy()
        for _ in range(size // chunk):
            times = now + np.cumsum(rng.standard_exponential(chunk) / (servers * ratio))
            service = distribution.draw(rng, chunk)
            engine.run(float(np.nextafter(times[-1], np.inf)), kernel.Slice(times, service, nothing, no, nobody, no))
            now = float(times[-1])
        waits.append((engine.tally[0, kernel.WAIT] - before[kernel.WAIT]) / size)
        quantiles.append(quantile_seconds(engine.histogram[0] - counts, 0.95))
    assert engine.tally[0, kernel.COMPLETED] + engine.in_flight == requests
    return {
        "wait": np.array(waits),
        "p95": np.array(quantiles),
    }


def deviation(values, theory):
    """Relative deviation of the mean of batches from theory, and its standard error."""
    return values.mean() / theory - 1, values.std(ddof=1) / len(values) ** 0.5 / theory


def assert_erlang_c(servers, ratio, requests, batches=100):
    found = simulated(servers, ratio, requests, seed=1000 * servers + round(100 * ratio), batches=batches)
    theory = Station(servers, 1.0)
    rate = servers * ratio
    scores = []
    for name, expected in (
        ("wait", theory.mean_wait_seconds(rate)),
        ("p95", theory.sojourn_quantile_seconds(rate, 0.95)),
    ):
        off, error = deviation(found[name], expected)
        assert abs(off) < max(0.01, 3 * error), f"{name} is {off:+.2%} off, standard error {error:.2%}"
        scores.append(off / error)
    return scores


@pytest.mark.slow
@pytest.mark.parametrize("servers", SERVERS)
def test_ten_million_requests_agree_with_erlang_c(servers):
    # Fewer batches where fewer are drawn, and as long: a shorter one would not forget the queue that it began with.
    scores = [assert_erlang_c(servers, ratio, drawn(10_000_000), batches=drawn(100))[0] for ratio in RATIOS]
    # Independent standard normal scores: the mean of 5 has a standard deviation of 0.45.
    assert abs(np.mean(scores)) < 3 * 5**-0.5
    assert np.sum(np.square(scores)) < 20.5  # chi-square with 5 degrees of freedom, 99.9 %


@pytest.mark.parametrize(("servers", "ratio"), [(1, 0.5), (2, 0.8), (3, 0.8), (8, 0.9)])
def test_a_million_requests_agree_with_erlang_c(servers, ratio):
    assert_erlang_c(servers, ratio, 1_000_000)


@pytest.mark.parametrize(
    "distribution",
    [
        pytest.param(Distribution(Shape.DETERMINISTIC, 0.0), id="deterministic"),
        pytest.param(Distribution(Shape.GAMMA, 0.5), id="gamma, cv 0.5"),
        pytest.param(Distribution(Shape.LOGNORMAL, 1.5), id="lognormal, cv 1.5"),
    ],
)
@pytest.mark.parametrize("ratio", [0.5, 0.8])
def test_one_server_waits_as_pollaczek_and_khinchine_say(distribution, ratio):
    found = simulated(1, ratio, 4_000_000, seed=7, distribution=distribution)
    theory = Station(1, 1.0, service_cv2=distribution.cv**2).mean_wait_seconds(ratio)
    off, error = deviation(found["wait"], theory)
    assert abs(off) < max(0.01, 3 * error)
    assert error < 0.02


def test_the_p95_of_the_published_table_is_reproduced():
    # c = 3, utilisation 0.8: 5.729 exact; SimPy 5.731 and Ciw 5.742 were measured there.
    off, error = deviation(simulated(3, 0.8, 4_000_000, seed=1)["p95"], 5.729)
    assert abs(off) < 0.01
    assert error < 0.005


@pytest.mark.parametrize("text", ["deterministic", "lognormal:2", "lognormal:3", "gamma:0.5", "gamma:3"])
@pytest.mark.parametrize("servers", [1, 2, 4])
@pytest.mark.parametrize("ratio", [0.3, 0.6, 0.85])
def test_both_bounds_are_bounds_for_any_service(text, servers, ratio):
    distribution = Distribution.parse(text)
    points = tuple(distribution.points().tolist())
    bracket = balanced_quantile(1, Station(servers, 1.0), servers * ratio, 0.95, points)
    found = simulated(servers, ratio, 400_000, seed=3, distribution=distribution, batches=20)["p95"]
    error = found.std(ddof=1) / len(found) ** 0.5
    assert found.mean() - 3 * error <= bracket.pessimistic_seconds
    assert found.mean() + 3 * error >= bracket.optimistic_seconds


def exact_wait_of_deterministic_service(servers, ratio, states=400):
    """Mean wait in M/D/c in service times, after Crommelin (Tijms, "A First Course in Stochastic Models", 9.6.2).

    Who is there after one service time are those who waited before it, and those who arrived meanwhile.
    """
    load = servers * ratio
    arrivals = [math.exp(-load)]
    for count in range(1, states):
        arrivals.append(arrivals[-1] * load / count)
    move = np.zeros((states, states))
    for there in range(states):
        left = max(there - servers, 0)
        move[there, left:] = arrivals[: states - left]
        move[there, -1] += 1 - move[there].sum()
    balance = np.vstack([move.T - np.eye(states), np.ones(states)])
    chance = np.linalg.lstsq(balance, np.append(np.zeros(states), 1.0), rcond=None)[0]
    waiting = sum(max(count - servers, 0) * chance[count] for count in range(states))
    return waiting / load


def cosmetatos(servers, ratio):
    """His approximation of the same wait, as a share of M/M/c's (Cosmetatos 1975; in Tijms, section 9.6.2)."""
    return 0.5 * (1 + (1 - ratio) * (servers - 1) * ((4 + 5 * servers) ** 0.5 - 2) / (16 * ratio * servers))


@pytest.mark.parametrize(("servers", "ratio"), [(1, 0.5), (2, 0.5), (2, 0.8), (3, 0.8), (4, 0.7), (8, 0.9)])
def test_deterministic_service_waits_as_crommelin_and_cosmetatos_say(servers, ratio):
    exact = exact_wait_of_deterministic_service(servers, ratio)
    approximate = cosmetatos(servers, ratio) * Station(servers, 1.0).mean_wait_seconds(servers * ratio)
    assert approximate == pytest.approx(exact, rel=0.03)
    found = simulated(servers, ratio, 1_000_000, seed=5, distribution=Distribution(Shape.DETERMINISTIC))
    off, error = deviation(found["wait"], exact)
    assert abs(off) < max(0.01, 3.5 * error)
    assert error < 0.02
