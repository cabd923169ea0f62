import math

import numpy as np
import pytest

from workbench.simulate.histogram import BUCKETS, EDGES_SECONDS, quantile_seconds, share_within


def counted(values):
    counts, _ = np.histogram(values, EDGES_SECONDS)
    return counts.astype(np.int64)


@pytest.mark.parametrize("quantile", [0.01, 0.5, 0.95, 0.999])
def test_quantiles_are_within_a_bucket_of_the_sample_quantile(quantile):
    values = np.random.default_rng(3).lognormal(-3, 1, 50_000)
    assert quantile_seconds(counted(values), quantile) == pytest.approx(np.quantile(values, quantile), rel=0.004)


def test_share_within_counts_the_requests_up_to_a_limit():
    values = np.random.default_rng(4).exponential(0.05, 50_000)
    assert share_within(counted(values), 0.1) == pytest.approx((values <= 0.1).mean(), abs=0.001)


def test_nothing_counted_is_not_a_number_rather_than_zero():
    empty = np.zeros(BUCKETS, np.int64)
    assert math.isnan(quantile_seconds(empty, 0.95))
    assert math.isnan(share_within(empty, 0.1))


def test_limits_outside_the_range_are_all_or_nothing():
    counts = counted([0.01, 0.02])
    assert share_within(counts, 1e-9) == 0.0
    assert share_within(counts, 1e9) == 1.0


def test_edges_grow_by_at_most_four_permille():
    ratios = EDGES_SECONDS[1:] / EDGES_SECONDS[:-1]
    assert ratios.min() > 1
    assert ratios.max() <= 1 + 1 / 256
