"""Capacity formulas against published and exact values."""

import math

import pytest

from infra import capacity


@pytest.mark.parametrize(
    ("servers", "utilisation", "p95"),
    [(1, 0.5, 5.99), (2, 0.5, 3.82), (2, 0.8, 7.91), (3, 0.8, 5.73), (4, 0.9, 8.17), (8, 0.95, 8.34)],
)
def test_p95_matches_the_published_table(servers, utilisation, p95):
    assert capacity.sojourn_tail(servers, servers * utilisation, p95) == pytest.approx(0.05, abs=0.0005)


@pytest.mark.parametrize(("servers", "utilisation"), [(1, 0.251), (2, 0.536), (3, 0.664), (4, 0.735), (8, 0.855)])
def test_highest_rate_is_the_utilisation_at_which_p95_reaches_four_service_times(servers, utilisation):
    rate = capacity.highest_rate_per_instance(workers=servers, service_time_ms=50, p95_limit_ms=200)
    assert rate * 0.05 / servers == pytest.approx(utilisation, abs=0.0006)


def test_one_server_follows_the_closed_form():
    # M/M/1: the time in the system is exponential with rate mu - lambda.
    rate = capacity.highest_rate_per_instance(workers=1, service_time_ms=10, p95_limit_ms=100)
    assert rate == pytest.approx(100 - math.log(20) / 0.1, rel=1e-6)


def test_erlang_c_of_the_textbook_example():
    # Bronson: 3 servers, 300 arrivals and 182.5 services a year; waiting time 0.4288 days.
    arrivals, services = 300 / 365, 182.5 / 365
    waits = capacity.erlang_c(3, arrivals / services)
    assert waits / (3 * services - arrivals) == pytest.approx(0.4288, abs=0.0005)


def test_limit_that_an_idle_instance_breaks_is_refused():
    with pytest.raises(capacity.UnreachableError, match="allowed is up to 33"):
        capacity.highest_rate_per_instance(workers=2, service_time_ms=50, p95_limit_ms=100)
