import math

import numpy as np
import pytest

from workbench.simulate import kernel
from workbench.simulate.histogram import BUCKETS, EDGES_SECONDS, quantile_seconds


def counted(values):
    counts, _ = np.histogram(values, EDGES_SECONDS)
    return counts.astype(np.int64)


@pytest.mark.parametrize("quantile", [0.01, 0.5, 0.95, 0.999])
def test_quantiles_are_within_a_bucket_of_the_sample_quantile(quantile):
    values = np.random.default_rng(3).lognormal(-3, 1, 50_000)
    assert quantile_seconds(counted(values), quantile) == pytest.approx(np.quantile(values, quantile), rel=0.004)


def test_nothing_counted_is_not_a_number_rather_than_zero():
    empty = np.zeros(BUCKETS, np.int64)
    assert math.isnan(quantile_seconds(empty, 0.95))


def test_edges_grow_by_at_most_four_permille():
    ratios = EDGES_SECONDS[1:] / EDGES_SECONDS[:-1]
    assert ratios.min() > 1
    assert ratios.max() <= 1 + 1 / 256


@pytest.mark.parametrize("quantile", [0.01, 0.5, 0.95, 0.99, 1.0])
def test_the_compiled_quantile_is_the_same_as_the_one_over_the_whole_histogram(quantile):
    rng = np.random.default_rng(1)
    for size in (1, 2, 7, 1000):
        counts = np.zeros(BUCKETS, np.int64)
        np.add.at(counts, rng.integers(2000, 2600, size), 1)
        used = np.flatnonzero(counts)
        found = kernel.quantile_of(counts, int(used[0]), int(used[-1]), quantile)
        assert found == pytest.approx(quantile_seconds(counts, quantile), rel=1e-12)
    assert np.isnan(kernel.quantile_of(np.zeros(BUCKETS, np.int64), BUCKETS, -1, quantile))
