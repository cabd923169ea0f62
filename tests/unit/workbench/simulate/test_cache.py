import numpy as np
import pytest

from workbench.simulate.cache import KeyPopularity, hit_ratio


def simulated_hit_ratio(rate, ttl, popularity, seconds, seed):
    """Each key on its own: requests and updates as Poisson processes, no formula."""
    rng = np.random.default_rng(seed)
    hits = total = 0
    for share in popularity.shares():
        now = valid_until = 0.0
        while True:
            now += rng.exponential(1 / (rate * share))
            if now > seconds:
                break
            total += 1
            if now <= valid_until:
                hits += 1
            else:
                updates = popularity.updates_per_hour / 3600
                until_update = rng.exponential(1 / updates) if updates else float("inf")
                valid_until = now + min(ttl, until_update)
    return hits / total


@pytest.mark.parametrize("updates", [0.0, 6.0])
def test_the_formula_agrees_with_a_simulation_of_each_key(updates):
    popularity = KeyPopularity(keys=50, exponent=0.8, updates_per_hour=updates)
    simulated = simulated_hit_ratio(2.0, 600.0, popularity, seconds=200_000, seed=5)
    assert hit_ratio(2.0, 600.0, popularity) == pytest.approx(simulated, abs=0.005)


def test_more_traffic_and_longer_life_mean_more_hits():
    popularity = KeyPopularity()
    ratios = [hit_ratio(rate, 600.0, popularity) for rate in (0.1, 1.0, 10.0, 100.0)]
    assert ratios == sorted(ratios)
    assert hit_ratio(1.0, 60.0, popularity) < hit_ratio(1.0, 600.0, popularity)


def test_updates_lower_the_ratio():
    assert hit_ratio(5.0, 600.0, KeyPopularity(updates_per_hour=60)) < hit_ratio(
        5.0, 600.0, KeyPopularity(updates_per_hour=0)
    )


@pytest.mark.parametrize(("rate", "ttl"), [(0.0, 600.0), (5.0, 0.0)])
def test_no_traffic_or_no_life_means_no_hits(rate, ttl):
    assert hit_ratio(rate, ttl, KeyPopularity()) == 0.0
