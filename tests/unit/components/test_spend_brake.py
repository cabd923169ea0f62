"""The spend brake: what may be spent by which day, and what it then does; the rehearsal plays it against AWS's API."""

from __future__ import annotations

from decimal import Decimal

import pytest

from components.operations.brake_states import allowed_spend, definition
from cost.brake import BrakeBasis

LIMIT = Decimal("5.00")


def test_what_may_be_spent_rises_to_the_limit_and_leaves_the_rest_of_the_month_at_the_minimum():
    allowed = allowed_spend(LIMIT, 50)
    assert allowed == sorted(allowed)
    assert allowed[-1] == LIMIT
    # after the first day 30 of 31 days at the minimum, which costs half of the limit a month, have to be paid for
    assert allowed[0] == Decimal("2.58")


def test_a_minimum_that_costs_all_of_the_limit_allows_its_daily_share():
    assert allowed_spend(Decimal(31), 100)[:3] == [1, 2, 3]


@pytest.fixture
def states():
    return definition(
        stack="prod",
        account_id="123456789012",
        budget_name="plant",
        allowed_usd=allowed_spend(LIMIT, 95),
        parameter="/plant/prod/brake",
        groups={"stable": ("stable-group", 4), "canary": ("canary-group", 3)},
        topic_arn="arn:topic",
    )["States"]


def test_every_group_is_held_at_its_present_minimum_and_let_grow_to_its_declared_maximum(states):
    for fleet, maximum in (("stable", 4), ("canary", 3)):
        group = f"{fleet}-group"
        held = states[f"Hold {fleet}"]["Parameters"]
        assert held == {"AutoScalingGroupName": group, "MaxSize.$": f"$.{fleet}.minimum"}
        assert states[f"Let {fleet} grow"]["Parameters"] == {"AutoScalingGroupName": group, "MaxSize": maximum}


def test_the_bound_counts_what_is_spent_unnoticed_and_never_more_than_the_worst_case():
    brake = BrakeBasis(every_hours=Decimal(6), minimum_percent=Decimal(50))
    worst, held = Decimal(73), Decimal("2.50")  # 10 cents an hour; half of the limit a month
    bound = brake.bound_usd(LIMIT, worst, held)
    # 18 hours unnoticed at 10 cents on top of the limit, give or take a day at the minimum
    assert LIMIT + Decimal("1.80") - Decimal("0.10") < bound < LIMIT + Decimal("1.80") + Decimal("0.10")
    assert brake.bound_usd(LIMIT, Decimal("4.00"), Decimal("4.00")) == 4
    assert brake.bound_usd(LIMIT, worst, worst) == worst
