"""Sessions, rounding of started hours, and what the account's allowances take off."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from cost.uptime import ALWAYS_ON, Metering, Uptime

HALF_HOURS = Uptime(Decimal(60), Decimal("0.5"))
ALB = "aws:lb/loadBalancer:LoadBalancer"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"


def test_started_hours_are_billed_a_session():
    assert HALF_HOURS.hours == 30
    assert HALF_HOURS.factor(Metering.FULL_HOURS) == 60
    assert HALF_HOURS.factor(Metering.SECONDS) == 30


def test_a_session_of_seconds_is_billed_for_a_minute():
    assert Uptime(Decimal(10), Decimal(1) / 3600).factor(Metering.SECONDS) == 10 * (Decimal(1) / 60)


def test_monthly_prices_are_shared_out_by_started_hours():
    assert Uptime(Decimal(10), Decimal("7.3")).factor(Metering.PRORATED_MONTH) == Decimal(80) / 730
    assert ALWAYS_ON.factor(Metering.PRORATED_MONTH) == 1


@pytest.mark.parametrize("metering", [Metering.STANDING, Metering.USE])
def test_what_stands_or_is_used_does_not_depend_on_hours(metering):
    assert HALF_HOURS.factor(metering) == 1


def test_sixty_half_hours_cost_68_cents_more_than_thirty_hours_of_load_balancer(make, price, make_basis):
    # facts of the ELB pricing page: 60 sessions of 30 minutes are 60 ALB-hours, +$0.675
    balancer = make(ALB, {"subnets": ["a", "b"]})

    def hours_usd(uptime):
        found = price(balancer, basis=make_basis(uptime, monthly_requests=0))
        return next(line.monthly_usd for line in found.lines if line.item == "Application load balancer")

    assert hours_usd(HALF_HOURS) - hours_usd(Uptime(Decimal(1), Decimal(30))) == Decimal("0.675")


def test_addresses_are_billed_by_the_second(make, price, make_basis):
    found = price(make(ALB, {"subnets": ["a", "b"]}), basis=make_basis(HALF_HOURS, monthly_requests=0))
    address = next(line for line in found.lines if line.item.startswith("Public IPv4"))
    assert address.monthly_usd == Decimal("0.005") * 2 * 30


def alarms(make, count):
    return [make(ALARM, {"period": 60}, f"alarm-{number}") for number in range(count)]


def test_ten_alarm_metrics_are_free_once_an_account(make, price, make_basis):
    found = price(*alarms(make, 12), basis=make_basis(allowances=True))
    (line,) = [line for line in found.lines if line.charge is None]
    assert line.monthly_usd == Decimal("-1.00")
    assert found.expected_usd == Decimal("0.20")
    assert found.list_always_on_usd == Decimal("1.20")


def test_allowances_can_be_switched_off(make, price, make_basis):
    found = price(*alarms(make, 12), basis=make_basis(allowances=False))
    assert found.expected_usd == Decimal("1.20")


def test_alarms_that_exist_in_sessions_only_stay_within_the_allowance(make, price, make_basis):
    found = price(*alarms(make, 12), basis=make_basis(Uptime(Decimal(1), Decimal(88)), allowances=True))
    assert found.expected_usd == 0


def test_an_allowance_that_prices_share_goes_to_the_cheapest_first(make, price, make_basis):
    functions = [
        make("aws:lambda/function:Function", {"memorySize": 1024, "architectures": [cpu]}, cpu)
        for cpu in ("x86_64", "arm64")
    ]
    usage = {"monthly_requests": 3_000_000, "request_duration_ms": 100}
    found = price(*functions, usage=usage, basis=make_basis(allowances=True))
    taken = {line.price.key: line.quantity for line in found.lines if line.charge is None}
    assert taken["arm64_gb_second"] == -300_000
    assert taken["x86_gb_second"] == -100_000


def test_an_allowance_never_gives_money_back(make, price, make_basis):
    found = price(*alarms(make, 1), basis=make_basis(allowances=True))
    assert found.expected_usd == found.floor_usd == found.worst_case_usd == 0


def test_an_allowance_takes_all_of_what_it_covers_whatever_its_sums_are_rounded_to(make, price, make_basis):
    # Quantities of 28 digits: added up by price they differ in the last one from those added up line by line.
    group = "aws:cloudwatch/logGroup:LogGroup"
    groups = [make(group, {"retentionInDays": 30}, f"group-{number}") for number in range(3)]
    left = [
        price(*groups, basis=make_basis(monthly_requests=requests, allowances=True)).expected_usd
        for requests in range(197_500, 197_520)
    ]
    assert left == [0] * len(left)


def test_the_budget_buys_hours_of_what_is_billed_by_the_hour(make, price, make_basis):
    # 0.0225 + 2 x 0.005 an hour: 5.00 buys 153.8 hours (facts: "ALB + 2 IPv4: 154 h")
    balancer = make(ALB, {"subnets": ["a", "b"]})
    found = price(balancer, basis=make_basis(monthly_requests=0), limit_usd=Decimal("5.00"))
    assert found.hours_bought == 153


def test_no_hours_are_left_when_what_stands_is_too_much(make, price):
    keys = [make("aws:kms/key:Key", {}, f"key-{number}") for number in range(6)]
    assert price(*keys, limit_usd=Decimal("5.00")).hours_bought == 0


def test_a_budget_that_lasts_buys_the_whole_month(make, price):
    assert price(make("aws:kms/key:Key", {}), limit_usd=Decimal("5.00")).hours_bought == 730


def test_what_an_allowance_covers_drives_no_cost(make, price, make_basis):
    action = make("aws:budgets/budgetAction:BudgetAction", {"budgetName": "b"})
    key = make("aws:kms/key:Key", {})
    found = price(action, key, basis=make_basis(monthly_requests=0, allowances=True))
    assert [line.name for line in found.top(1)] == ["key"]
    net = sum(found.net_usd(line) for line in found.charges)
    assert abs(net - found.expected_usd) < Decimal("0.0000001")


@pytest.mark.parametrize(("metrics", "usd"), [(50, "0.00"), (51, "3.00")])
def test_only_a_dashboard_of_up_to_fifty_metrics_is_free(make, price, make_basis, metrics, usd):
    rows = [["AWS/EC2", "CPUUtilization", "InstanceId", f"i-{number}"] for number in range(metrics)]
    body = json.dumps({"widgets": [{"type": "metric", "properties": {"metrics": [*rows, [{"expression": "m1"}]]}}]})
    found = price(
        make("aws:cloudwatch/dashboard:Dashboard", {"dashboardBody": body}), basis=make_basis(allowances=True)
    )
    assert found.expected_usd == Decimal(usd)
