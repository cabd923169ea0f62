"""The spend brake: what may be spent by which day, and what it then does; the rehearsal plays it against AWS's API."""

from __future__ import annotations

from decimal import Decimal

import botocore.session
import pytest
from botocore.validate import ParamValidator

from components.edge import firewall_rules
from components.edge.firewall import RuleGroup
from components.operations.brake_states import allowed_spend, definition
from components.operations.rate_limits import RateLimits
from cost.brake import BrakeBasis
from deployment.asl.templates import fill

LIMIT = Decimal("5.00")


def test_what_may_be_spent_rises_to_the_limit_and_leaves_the_rest_of_the_month_at_the_minimum():
    allowed = allowed_spend(LIMIT, 50)
    assert allowed == sorted(allowed)
    assert allowed[-1] == LIMIT
    # after the first day 30 of 31 days at the minimum, which costs half of the limit a month, have to be paid for
    assert allowed[0] == Decimal("2.58")


def test_a_minimum_that_costs_all_of_the_limit_allows_its_daily_share():
    assert allowed_spend(Decimal(31), 100)[:3] == [1, 2, 3]


RULES = firewall_rules.ordered(
    firewall_rules.for_host(rule, "api.example.com")
    for rule in (
        firewall_rules.per_ip(firewall_rules.RateLimit(requests=1000, window_seconds=300, retry_after_seconds=60)),
        firewall_rules.per_user(
            firewall_rules.RateLimit(requests=20, window_seconds=300, retry_after_seconds=60), "authorization"
        ),
        firewall_rules.page_size(50),
    )
)
LIMITS = RateLimits(
    group=RuleGroup(
        arn="arn:group",
        identifier="group-id",
        name="group",
        description="rules",
        rules=RULES,
        visibility=firewall_rules.visibility("group"),
    ),
    tight_percent=20,
)


@pytest.fixture
def states():
    return definition(
        stack="prod",
        budget={"AccountId": "123456789012", "BudgetName": "plant"},
        allowed_usd=allowed_spend(LIMIT, 95),
        parameter="/plant/prod/brake",
        groups={"stable": ("stable-group", 4), "canary": ("canary-group", 3)},
        limits=LIMITS,
        topic_arn="arn:topic",
    )["States"]


def test_every_group_is_held_at_its_present_minimum_and_let_grow_to_its_declared_maximum(states):
    for fleet, maximum in (("stable", 4), ("canary", 3)):
        group = f"{fleet}-group"
        held = states[f"Hold {fleet}"]["Parameters"]
        assert held == {"AutoScalingGroupName": group, "MaxSize.$": f"$.{fleet}.minimum"}
        assert states[f"Let {fleet} grow"]["Parameters"] == {"AutoScalingGroupName": group, "MaxSize": maximum}


def limits(state):
    statements = [rule["Statement"] for rule in state["Parameters"]["Rules"]]
    return [statement["RateBasedStatement"]["Limit"] for statement in statements if "RateBasedStatement" in statement]


def test_limits_become_tight_once_the_fleets_are_held_and_people_know(states):
    assert states["Hold canary"]["Next"] == "Was it on"
    assert states["Announce brake"]["Next"] == "Tighten rate limits"
    assert states["Was it on"]["Choices"][0]["Next"] == "Tighten rate limits"  # again, should Pulumi have set them back
    # 20 % of 1,000; of 20 it would be less than AWS takes
    assert limits(states["Tighten rate limits now"]) == [200, 10]
    assert states["Tighten rate limits now"]["Next"] == "Held"


def test_they_are_set_back_before_the_brake_counts_as_off(states):
    assert states["Let canary grow"]["Next"] == "Restore rate limits"
    assert limits(states["Restore rate limits now"]) == [1000, 20]
    assert states["Restore rate limits now"]["Next"] == "Note that it is off"


def test_what_is_written_is_the_whole_group_in_the_words_of_the_api(states):
    written = states["Restore rate limits now"]["Parameters"]
    assert {rule["Name"] for rule in written["Rules"]} == {"rate-per-ip", "rate-per-user", "page-size"}
    assert written["CustomResponseBodies"]["too-many-requests"]["ContentType"] == "APPLICATION_JSON"
    model = botocore.session.get_session().get_service_model("wafv2").operation_model("UpdateRuleGroup")
    given = {key: value for key, value in written.items() if key != "LockToken.$"}
    report = ParamValidator().validate({**given, "LockToken": "0a1b2c3d"}, model.input_shape)
    assert not report.has_errors(), report.generate_report()


def test_a_stale_token_is_read_again(states):
    assert states["Tighten rate limits now"]["Catch"][0]["Next"] == "Tighten rate limits again"
    assert states["Tighten rate limits again"]["Next"] == "Tighten rate limits"


def test_a_web_acl_of_ones_own_is_left_alone():
    found = definition(
        stack="prod",
        budget={},
        allowed_usd=[],
        parameter="/brake",
        groups={"stable": ("group", 1)},
        limits=None,
        topic_arn="arn:topic",
    )["States"]
    assert (found["Announce brake"]["Next"], found["Let stable grow"]["Next"]) == ("Held", "Note that it is off")


def test_the_bound_counts_what_is_spent_unnoticed_and_never_more_than_the_worst_case():
    brake = BrakeBasis(every_hours=Decimal(6), minimum_percent=Decimal(50))
    worst, held = Decimal(73), Decimal("2.50")  # 10 cents an hour; half of the limit a month
    bound = brake.bound_usd(LIMIT, worst, held)
    # 18 hours unnoticed at 10 cents on top of the limit, give or take a day at the minimum
    assert LIMIT + Decimal("1.80") - Decimal("0.10") < bound < LIMIT + Decimal("1.80") + Decimal("0.10")
    assert brake.bound_usd(LIMIT, Decimal("4.00"), Decimal("4.00")) == 4
    assert brake.bound_usd(LIMIT, worst, worst) == worst


@pytest.mark.parametrize("amount", ["12.34", 12.34], ids=["text", "number"])
def test_the_spend_is_read_whether_it_comes_as_text_or_as_a_number(states, amount):
    answer = {"Budget": {"CalculatedSpend": {"ActualSpend": {"Amount": amount, "Unit": "USD"}}}}
    assert fill(states["Read spend"]["ResultSelector"], answer, {}) == {"usd": 12.34}
