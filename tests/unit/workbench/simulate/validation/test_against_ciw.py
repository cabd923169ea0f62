"""G/G/c against an independent simulator: means of replications within each other's confidence interval."""

import statistics

import numpy as np
import pytest

from workbench.simulate import kernel
from workbench.simulate.engine import Engine, EngineOptions
from workbench.simulate.replications import interval

ciw = pytest.importorskip("ciw")

SERVERS, RATE, CUSTOMERS, WARM_UP = 3, 2.4, 8_000, 1_000


def ciw_waits(arrivals, services):
    network = ciw.create_network(
        arrival_distributions=[arrivals], service_distributions=[services], number_of_servers=[SERVERS]
    )
    for seed in range(8):
        ciw.seed(seed)
        simulation = ciw.Simulation(network)
        simulation.simulate_until_max_customers(CUSTOMERS, method="Finish")
        records = sorted(simulation.get_all_records(), key=lambda record: record.arrival_date)
        yield statistics.fmean(record.waiting_time for record in records[WARM_UP:])


def our_waits(draw_gaps, draw_services, replications=40):
    for seed in range(replications):
        rng = np.random.default_rng(seed)
        engine = Engine(EngineOptions(workers=SERVERS, queue_limit=2**40, timeout_seconds=1e18), slots=1, seed=seed)
        engine.set_rotation([0])
        times = np.cumsum(draw_gaps(rng, CUSTOMERS))
        services = draw_services(rng, CUSTOMERS)
        for start, end in ((0, WARM_UP), (WARM_UP, CUSTOMERS)):
            before = engine.tally[0, kernel.WAIT]
            nothing = np.zeros(end - start)
            slice_ = kernel.Slice(
                times[start:end],
                services[start:end],
                nothing,
                nothing.astype(bool),
                nothing.astype(np.int64),
                nothing.astype(bool),
            )
            engine.run(float(np.nextafter(times[end - 1], np.inf)), slice_)
        yield (engine.tally[0, kernel.WAIT] - before) / (CUSTOMERS - WARM_UP)


CASES = {
    "gamma arrivals, lognormal service": (
        lambda: ciw.dists.Gamma(0.5, 1 / (0.5 * RATE)),
        lambda: ciw.dists.Lognormal(-0.25, 0.5**0.5),
        lambda rng, count: rng.gamma(0.5, 1 / (0.5 * RATE), count),
        lambda rng, count: rng.lognormal(-0.25, 0.5**0.5, count),
    ),
    "uniform arrivals, deterministic service": (
        lambda: ciw.dists.Uniform(0.0, 2 / RATE),
        lambda: ciw.dists.Deterministic(1.0),
        lambda rng, count: rng.uniform(0.0, 2 / RATE, count),
        lambda rng, count: np.ones(count),
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_mean_wait_agrees_with_ciw(case):
    ciw_arrivals, ciw_services, gaps, services = case
    theirs = interval(list(ciw_waits(ciw_arrivals(), ciw_services())))
    ours = interval(list(our_waits(gaps, services)))
    assert ours.low < theirs.high
    assert theirs.low < ours.high
    # The intervals are narrow enough to mean something.
    assert theirs.half_width < 0.2 * theirs.mean
    assert ours.half_width < 0.1 * ours.mean
