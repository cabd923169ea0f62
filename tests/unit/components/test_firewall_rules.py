"""WAF rules as values."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.edge import firewall_rules as rules

LIMIT = rules.RateLimit(requests=600, window_seconds=300, retry_after_seconds=60)


@given(st.integers(min_value=0, max_value=2_000), st.integers(min_value=0, max_value=30_000))
def test_integers_over_matches_exactly_the_greater_numbers(limit, number):
    assert bool(re.search(rules.integers_over(limit), str(number))) == (number > limit)


@pytest.mark.parametrize("text", ["051", "+51", " 51", "51 ", "0000099", "100000"])
def test_other_spellings_of_a_greater_number_match_too(text):
    assert re.search(rules.integers_over(50), text)


@pytest.mark.parametrize("text", ["50", "050", "", "abc", "-51", "5"])
def test_what_is_no_greater_number_does_not_match(text):
    assert not re.search(rules.integers_over(50), text)


@given(st.integers(min_value=0, max_value=1_000))
def test_expression_fits_into_wafs_512_characters(limit):
    assert len(rules.integers_over(limit)) <= 512


@pytest.mark.parametrize(
    ("rule", "status"),
    [
        pytest.param(rules.per_ip(LIMIT), 429, id="ip"),
        pytest.param(rules.per_user(LIMIT, "authorization"), 429, id="user"),
        pytest.param(rules.per_heavy_path(LIMIT, "/v1/reports"), 429, id="heavy path"),
        pytest.param(rules.maintenance(["a", "b"], 60), 503, id="maintenance"),
    ],
)
def test_refusal_says_when_to_come_back(rule, status):
    response = rule["action"]["block"]["custom_response"]
    assert response["response_code"] == status
    assert response["response_headers"] == [{"name": "Retry-After", "value": "60"}]
    assert response["custom_response_body_key"] in rules.BODIES


def test_users_are_told_apart_by_their_token():
    statement = rules.per_user(LIMIT, "authorization")["statement"]["rate_based_statement"]
    assert statement["aggregate_key_type"] == "CUSTOM_KEYS"
    assert statement["custom_keys"][0]["header"]["name"] == "authorization"


def test_priorities_rise_in_the_given_order():
    ordered = rules.ordered([rules.per_ip(LIMIT), rules.page_size(50)])
    assert [(rule["name"], rule["priority"]) for rule in ordered] == [("rate-per-ip", 0), ("page-size", 10)]


@pytest.mark.parametrize(
    "rule",
    [
        pytest.param(rules.page_size(50), id="page size"),
        pytest.param(rules.maintenance(["a", "b"], 60), id="maintenance"),
        pytest.param(rules.per_heavy_path(LIMIT, "/v1/reports"), id="heavy path"),
    ],
)
def test_rule_for_a_host_still_asks_what_it_asked(rule):
    def asked(statement):
        return statement.get("rate_based_statement", {}).get("scope_down_statement", statement)

    both = asked(rules.for_host(rule, "API.example.com")["statement"])["and_statement"]["statements"]
    assert both[0]["byte_match_statement"]["search_string"] == "api.example.com"
    assert both[1] == asked(rule["statement"])
    assert rules.for_host(rule, "API.example.com")["action"] == rule["action"]
