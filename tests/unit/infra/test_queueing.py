import math

import pytest

from infra.queueing import (
    Station,
    balanced_quantile,
    erlang_b,
    erlang_c,
    quantile_with_service,
    single_server_quantile,
)

# p95 sojourn in mean service times; solved from the exact tail, checked there with SimPy and Ciw (2026-11).
P95_TABLE = {
    1: {0.5: 5.99, 0.7: 9.99, 0.8: 14.98, 0.9: 29.96, 0.95: 59.91},
    2: {0.5: 3.82, 0.7: 5.55, 0.8: 7.91, 0.9: 15.30, 0.95: 30.24},
    3: {0.5: 3.32, 0.7: 4.29, 0.8: 5.73, 0.9: 10.50, 0.95: 20.40},
    4: {0.5: 3.15, 0.7: 3.75, 0.8: 4.74, 0.9: 8.17, 0.95: 15.52},
    8: {0.5: 3.02, 0.7: 3.17, 0.8: 3.51, 0.9: 4.93, 0.95: 8.34},
}
HIGHEST_RATIO_FOR_FOUR_SERVICE_TIMES = {1: 0.251, 2: 0.536, 3: 0.664, 4: 0.735, 8: 0.855}
CELLS = [
    pytest.param(servers, ratio, expected, id=f"{servers} servers at {ratio}")
    for servers, row in P95_TABLE.items()
    for ratio, expected in row.items()
]


@pytest.mark.parametrize(("servers", "ratio", "expected"), CELLS)
def test_p95_sojourn_matches_the_published_table(servers, ratio, expected):
    assert Station(servers, 1.0).sojourn_quantile_seconds(ratio * servers, 0.95) == pytest.approx(expected, abs=0.006)


@pytest.mark.parametrize(("servers", "ratio"), HIGHEST_RATIO_FOR_FOUR_SERVICE_TIMES.items())
def test_highest_load_that_keeps_p95_within_four_service_times(servers, ratio):
    station = Station(servers, 1.0)
    loads = (servers * (ratio - 0.0006), servers * (ratio + 0.0006))
    below, above = (station.sojourn_quantile_seconds(load, 0.95) for load in loads)
    assert below < 4.0 < above


def test_bronsons_worked_example():
    # Bronson, "Schaum's Outline of Operations Research": s = 3, 300 arrivals a year, 182.5 services a year.
    wait_years = Station(3, 1 / 182.5).mean_wait_seconds(300.0)
    assert wait_years * 365 == pytest.approx(0.4288, abs=5e-5)
    assert wait_years * 300 == pytest.approx(0.3524, abs=5e-5)


def test_erlang_b_of_a_textbook_case():
    # Two lines, one Erlang: (1/2) / (1 + 1 + 1/2).
    assert erlang_b(2, 1.0) == pytest.approx(0.2)
    # Westbay Engineers, manual of their calculator (erlang.com): 15 lines that block one call in 100 are offered 8.108.
    assert erlang_b(15, 8.108) == pytest.approx(0.01, abs=1e-5)


def test_erlang_c_of_one_server_is_its_utilisation():
    assert erlang_c(1, 0.37) == pytest.approx(0.37)


def test_a_saturated_station_waits_forever():
    station = Station(2, 1.0)
    assert erlang_c(2, 2.0) == 1.0
    assert station.mean_wait_seconds(2.0) == math.inf
    assert station.sojourn_quantile_seconds(2.5, 0.95) == math.inf
    assert station.sojourn_tail(3.0, 100.0) == 1.0


def test_negative_load_is_refused():
    with pytest.raises(ValueError, match="must not be negative"):
        erlang_b(2, -1.0)


def test_deterministic_service_halves_the_wait():
    exponential, deterministic = Station(1, 1.0), Station(1, 1.0, service_cv2=0.0)
    assert deterministic.mean_wait_seconds(0.8) == pytest.approx(exponential.mean_wait_seconds(0.8) / 2)


def test_tail_is_continuous_where_the_two_rates_meet():
    # theta = mu happens at rate = (c - 1) mu; the formula has a removable singularity there.
    station = Station(3, 1.0)
    assert station.sojourn_tail(2.0, 1.5) == pytest.approx(station.sojourn_tail(2.0 + 1e-6, 1.5), rel=1e-5)


def test_quantile_with_exponential_points_agrees_with_the_exact_one():
    points = tuple(-math.log(1 - (index + 0.5) / 4000) for index in range(4000))
    exact = Station(3, 1.0).sojourn_quantile_seconds(2.4, 0.95)
    assert quantile_with_service(3, 2.4, points, 0.95) == pytest.approx(exact, rel=0.01)


def test_quantile_without_load_is_that_of_the_service_time():
    points = tuple(float(index) for index in range(1, 101))
    assert quantile_with_service(4, 1e-9, points, 0.95) == pytest.approx(95.0, abs=1.0)


@pytest.mark.parametrize("load", [0.1, 0.5, 0.9])
def test_one_server_with_exponential_points_agrees_with_the_exact_one(load):
    points = tuple(-math.log(1 - (index + 0.5) / 4000) for index in range(4000))
    exact = -math.log(0.05) / (1 - load)
    assert 0.995 * exact <= single_server_quantile(load, points, 0.95) <= 1.04 * exact


def test_one_server_without_load_takes_the_service_time_and_saturated_for_ever():
    assert single_server_quantile(1e-9, (1.0,), 0.95) == pytest.approx(1.0, rel=0.01)
    assert single_server_quantile(1.0, (1.0,), 0.95) == math.inf
    # M/D/1 at a load of one half: P(W <= t) = (1 - load) e^(load t) up to one service time, less its second term then.
    wait = single_server_quantile(0.5, (1.0,), 0.75) - 1
    assert 0.5 * math.exp(0.5 * wait) == pytest.approx(0.75, abs=0.005)


def test_balancing_bracket_is_ordered_and_closes_with_one_target():
    bracket = balanced_quantile(4, Station(1, 0.05), 40.0, 0.95)
    assert bracket.optimistic_seconds < bracket.pessimistic_seconds
    single = balanced_quantile(1, Station(2, 0.05), 20.0, 0.95)
    assert single.optimistic_seconds == pytest.approx(single.pessimistic_seconds)
