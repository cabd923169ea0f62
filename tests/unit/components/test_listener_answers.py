"""What a shared stack's listener answers by itself."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.edge.listener_answers import (
    MOST_RULES,
    VALUES_PER_CONDITION,
    WILDCARDS_PER_RULE,
    packed,
    page_body,
    patterns_over,
)

RULE = "aws:lb/listenerRule:ListenerRule"


def refused(text: str, limit: int) -> bool:
    return any(
        re.fullmatch(pattern.replace("?", ".").replace("*", ".*"), text) is not None for pattern in patterns_over(limit)
    )


@given(st.integers(1, 999), st.integers(1, 10**6))
def test_numbers_over_the_limit_are_refused_and_no_other(limit, number):
    assert refused(str(number), limit) == (number > limit)


@pytest.mark.parametrize("written", ["051", "+51", " 51", "%2051", "%35%31", "5%31"])
def test_a_number_is_refused_however_it_is_written(written):
    assert refused(written, 50)


@pytest.mark.parametrize("limit", [1, 9, 50, 99, 100, 555, 999])
def test_rules_stay_within_what_one_may_ask(limit):
    rules = packed(patterns_over(limit))
    assert [pattern for rule in rules for pattern in rule] == patterns_over(limit)
    for rule in rules:
        assert len(rule) <= VALUES_PER_CONDITION
        assert sum(pattern.count("?") + pattern.count("*") for pattern in rule) <= WILDCARDS_PER_RULE


def test_priorities_are_the_thirty_that_the_setting_names():
    assert max(1 + len(packed(patterns_over(limit))) for limit in range(1, 1000)) == 12 <= MOST_RULES
    assert MOST_RULES + len(("read", "write", "browser")) <= 30


def test_answers_come_before_routes(prod):
    rules = {found.name: int(found.get("priority")) for found in prod.of_type(RULE)}
    answers = [priority for name, priority in rules.items() if name.startswith("plant-answers")]
    routes = [priority for name, priority in rules.items() if name.startswith("plant-split")]
    assert min(answers) == rules["plant-answers-maintenance"] == 100
    assert max(answers) < min(routes)
    assert len(set(rules.values())) == len(rules)


def test_rules_leave_other_hosts_alone(prod):
    for found in prod.of_type(RULE):
        assert found.get("conditions")[0] == {"hostHeader": {"values": ["api.plant.example.com"]}}, found.name


def test_page_is_for_nobody_until_a_window_opens(prod, one):
    rule = one(prod, RULE, "plant-answers-maintenance")
    assert rule.get("conditions")[1] == {"sourceIp": {"values": ["192.0.2.0/24"]}}
    assert rule.options["ignoreChanges"] == ["actions", "conditions"]


def test_dedicated_stack_has_a_firewall_for_it(dev):
    assert not [found.name for found in dev.of_type(RULE) if "answers" in found.name]


def test_page_says_when_to_come_back():
    assert json.loads(page_body("06:00", "Europe/Vilnius")) == {
        "error": "maintenance",
        "until": "06:00",
        "time_zone": "Europe/Vilnius",
    }
