"""The small parts: catalogue rows, money, schedules, workflows, comparison."""

from __future__ import annotations

import datetime
import json
import re
import tomllib
from decimal import Decimal

import pytest

from cost import catalogue, estimate, registry
from cost.allowances import allowances
from cost.basis import Basis
from cost.catalogue import ROOT, Catalogue, MissingPrice, all_prices, read_kept, read_price, regions
from cost.charges import Unpriced
from cost.compare import compare
from cost.money import cents, text
from cost.schedules import runs_per_month
from cost.workflows import read_workflow
from deployment import tokens
from deployment.errors import InputError
from deployment.graph import Resource, ResourceGraph

ROW = {"price_usd": "0.1", "unit": "hour", "source": "s", "confidence": "yes"}


def test_every_row_of_the_catalogue_has_a_price_a_unit_and_a_source():
    prices = list(all_prices())
    assert len(prices) > 1000
    for price in prices:
        assert price.usd >= 0 and price.unit and price.source, price.path


def test_what_is_in_a_large_price_file_is_kept_until_the_file_changes(tmp_path, monkeypatch):
    monkeypatch.setenv("PLANT_KEPT", str(tmp_path / "kept"))
    file, row = tmp_path / "large.toml", '["{}"]\nprice_usd = "0.1"\nobserved_on = 2026-11-01\n'
    for count in (1, 200, 201):
        file.write_text("".join(row.format(number) for number in range(count)))
        found = read_kept(file)
        assert found == {str(number): {"price_usd": "0.1", "observed_on": "2026-11-01"} for number in range(count)}
        with monkeypatch.context() as patched:
            patched.setattr(catalogue, "read_toml", lambda path: {})
            assert read_kept(file) == (found if count > 1 else {})  # a small one is as quickly read


ADDRESS = re.compile(r"https?://[\w.-]+(/\S*)?")
FILE = re.compile(r"[\w.-]+/[\w.-]+ [\w.-]+(/[\w.-]+)*( \(.*\))?")
"""``owner/repository path``, and what may be said of it."""


def sources():
    """Every source of the catalogue with its date: prices, allowances, lifecycle dates and proofs of being free."""
    found = [(price.path, price.source, price.observed_on) for price in all_prices()]
    found += [(each.name, each.source, each.observed_on) for each in allowances().values()]
    lifecycle = tomllib.loads((ROOT.parent / "lifecycle.toml").read_text())
    found += [(name, row["source"], str(row["observed_on"])) for name, row in lifecycle.items()]
    free = tomllib.loads((ROOT.parent / "free.toml").read_text())["free"]
    return found + [(row["types"][0], row["source"], row["source"]) for row in free]


def is_source(part):
    """An address, a file of a repository, or a document that is named in words, and is then no path."""
    named = len(part.split()) > 1 and not re.search(r"testdata|_test|\.golden/", part)
    return bool(ADDRESS.match(part) or FILE.fullmatch(part) or named)


def test_every_source_is_an_address_or_a_document_and_has_a_date():
    unreadable = [(where, source) for where, source, _ in sources() if not all(map(is_source, source.split("; ")))]
    assert unreadable == []
    # of a source without a day the year counts, of a proof the date that it ends with
    assert [where for where, _, date in sources() if not re.search(r"20\d\d", date)] == []


def test_a_garbled_source_is_noticed():
    assert not is_source("owner/name internal/testdata/table of prices: 0.00_test/table of prices: 0.00_test.golden")


def test_rows_that_nobody_verified_are_kept_apart():
    loaded = {(price.region, price.service, price.key) for price in all_prices()}
    rows = tomllib.loads((ROOT / "unverified.toml").read_text())["unverified"]
    assert rows
    assert not loaded & {(row["region"], row["service"], row["key"]) for row in rows}


def test_every_allowance_covers_a_price_that_could_exist():
    known = {f"{price.service}/{price.key}" for price in all_prices()}
    assert set(allowances()) <= known


def test_regions_are_those_with_files():
    assert regions() == ("ap-south-1", "eu-central-1", "eu-west-1", "us-east-1", "us-east-2", "us-west-2")


def test_a_missing_key_is_an_error_and_not_the_nearest():
    with pytest.raises(MissingPrice, match="no verified price elb/alb_hours in region us-east-1"):
        Catalogue("us-east-1").price("elb", "alb_hours")


def test_prices_that_hold_everywhere_are_found_in_every_region():
    assert Catalogue("ap-south-1").price("kms", "key_month").usd == 1


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"price_usd": 0.1}, "not a string"),
        ({"price_usd": "cheap"}, "InvalidOperation"),
        ({"price_usd": "NaN"}, "not finite"),
        ({"price_usd": "-1"}, "never negative"),
        ({"confidence": "unverified"}, "confidence 'unverified'; allowed"),
        ({"source": None}, None),
        ({"tiers": [{"up_to": "5", "price_usd": "1"}]}, "only the last one has no up_to"),
        ({"tiers": [{"price_usd": "1"}, {"up_to": "5", "price_usd": "1"}]}, "only the last one has no up_to"),
    ],
    ids=str,
)
def test_a_wrong_row_names_file_and_key(change, problem):
    row = {**ROW, **change}
    if problem is None:
        del row["source"]
    with pytest.raises(InputError, match=r"prices/aws/us-east-1/elb.toml \[alb_hour\]") as caught:
        read_price("us-east-1", "elb", "alb_hour", row)
    assert (problem or "source is missing") in str(caught.value)


def test_tiers_are_billed_band_by_band():
    # Infracost's golden of data transfer in us-east-1: 10,240 GB at .09, then 40,960 at .085
    price = Catalogue("us-east-1").price("data_transfer", "internet_out_gb")
    assert price.cost(Decimal(10_240)) == Decimal("921.60")
    assert price.cost(Decimal(51_200)) == Decimal("921.60") + Decimal("3481.60")


@pytest.mark.parametrize(
    ("amounts", "shown"),
    [
        (["0.333", "0.333", "0.334"], ["0.33", "0.33", "0.34"]),
        (["0.005", "0.005"], ["0.01", "0.00"]),
        (["-0.005", "1.004"], ["0.00", "1.00"]),
        ([], []),
    ],
    ids=str,
)
def test_cents_add_up_to_the_rounded_total(amounts, shown):
    assert cents([Decimal(each) for each in amounts]) == [Decimal(each) for each in shown]


@pytest.mark.parametrize(
    ("amounts", "total", "shown"),
    [
        (["0.333", "0.333"], "0.66", ["0.33", "0.33"]),
        (["0.333", "0.334"], "0.68", ["0.34", "0.34"]),
        (["1.00", "2.00"], "2.99", ["1.00", "1.99"]),
    ],
    ids=str,
)
def test_cents_add_up_to_a_total_that_is_given(amounts, total, shown):
    assert cents([Decimal(each) for each in amounts], Decimal(total)) == [Decimal(each) for each in shown]


@pytest.mark.parametrize(
    ("amount", "shown"),
    [("5", "5.00"), ("0.0225", "0.0225"), ("1.10000000", "1.10"), ("-0.5", "-0.50"), ("1E+2", "100.00")],
)
def test_money_is_written_without_loss(amount, shown):
    assert text(Decimal(amount)) == shown


@pytest.mark.parametrize(
    ("expression", "runs"),
    [
        ("rate(1 hour)", 730),
        ("rate(5 minutes)", 8760),
        ("rate(2 days)", Decimal("15.208")),
        ("at(2026-12-01T10:00:00)", 1),
        ("cron(0 3 * * ? *)", Decimal("30.417")),
        ("cron(0/15 8-17 ? * MON-FRI *)", 40 * 5 * Decimal(730) / 24 / 7),
        ("cron(0 0 1,15 * ? *)", 2),
        ("cron(0 9 ? * 2#1 *)", 1),
        ("cron(0 9 L * ? *)", 1),
        ("cron(0 9 1 JAN-JUN ? *)", Decimal("0.5")),
    ],
)
def test_schedules_are_counted_by_the_month(expression, runs):
    assert abs(runs_per_month(expression) - runs) < Decimal("0.001")


@pytest.mark.parametrize(
    "expression", ["", "hourly", "rate(0 hours)", "cron(* *)", "cron(x * * * ? *)", "rate(1 fortnight)"]
)
def test_a_schedule_that_cannot_be_counted_is_unpriced(expression):
    with pytest.raises(Unpriced):
        runs_per_month(expression)


def test_a_schedule_that_cannot_be_counted_is_told_of_what_it_starts_alone(make, price):
    machine = make(tokens.STATE_MACHINE[0], {"definition": '{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}'})

    def starting(arn):
        rule = make(tokens.EVENT_RULE[0], {"scheduleExpression": "now and then"}, outputs={"name": "now"})
        return rule, make(tokens.EVENT_TARGET[0], {"rule": "now", "arn": arn})

    assert not price(machine, *starting("arn:aws:lambda:us-east-1:1:function:x")).unpriced
    (told,) = price(machine, *starting("statemachine-id")).unpriced
    assert (told.urn, "now and then" in told.reason) == (machine.urn, True)


POLLING = {
    "StartAt": "Move",
    "States": {
        "Move": {
            "Type": "Task",
            "Resource": "arn:aws:states:::aws-sdk:elasticloadbalancingv2:modifyRule",
            "Next": "Wait",
        },
        "Wait": {"Type": "Wait", "Seconds": 300, "Next": "Look"},
        "Look": {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:cloudwatch:describeAlarms", "Next": "Well"},
        "Well": {"Type": "Choice", "Choices": [{"Next": "Wait"}], "Default": "Done"},
        "Done": {"Type": "Succeed"},
    },
}


def test_a_workflow_tells_its_loop_and_calls():
    found = read_workflow(json.dumps(POLLING))
    assert (found.pass_states, found.is_rollout) == (3, True)
    assert found.transitions(216) == 216 * 3 + 5
    assert found.actions == {"cloudwatch:describealarms", "elasticloadbalancingv2:modifyrule"}


def test_nested_states_count():
    inner = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
    found = read_workflow(
        json.dumps(
            {"StartAt": "P", "States": {"P": {"Type": "Parallel", "Branches": [inner, inner], "Next": "M"},
                                         "M": {"Type": "Map", "ItemProcessor": inner, "End": True}}}
        )
    )  # fmt: skip
    assert found.straight == found.states == 5


def test_attempts_count_of_states_alone_and_parts_of_another_shape_do_no_harm():
    task = {"Type": "Task", "Retry": [{"MaxAttempts": 5}, {"ErrorEquals": ["States.ALL"]}], "End": True}
    inner = {"StartAt": "A", "States": {"A": task}}
    told = {"Retry": [{"MaxAttempts": 100}]}  # what a task is given says nothing of its own attempts
    states = {
        "B": {**task, "Arguments": told, "Next": "M"},
        "M": {"Type": "Map", "Iterator": inner, "Retry": "never", "Choices": {"Next": "B"}, "End": True},
    }
    for some in (states, {**states, "M": {**states["M"], "Retry": [], "Choices": []}}):
        found = read_workflow(json.dumps({"StartAt": "B", "States": some}))
        assert (found.retries, found.states, found.straight) == (2 * (5 + 3), 3, 3)


@pytest.mark.parametrize(
    "definition", ["", "[]", "{}", '{"StartAt": "A", "States": {}}', '{"StartAt":"A","States":[1]}']
)
def test_a_definition_that_is_none_gives_no_workflow(definition):
    assert read_workflow(definition) is None


def test_a_tangled_definition_is_read_in_bounded_time():
    names = [f"S{number}" for number in range(60)]
    states = {
        name: {
            "Type": "Wait" if name == "S0" else "Choice",
            "Seconds": 1,
            "Choices": [{"Next": each} for each in names],
        }
        for name in names
    }
    assert read_workflow(json.dumps({"StartAt": "S0", "States": states})).pass_states > 0


def test_a_comparison_adds_up_and_matches_resources_across_stacks(graph):
    dev, prod = estimate(graph("dev")), estimate(graph("prod"))
    found = compare(dev, prod)
    assert sum(change.delta_usd for change in found.changes) == found.delta_usd
    assert found.delta_usd == prod.expected_usd - dev.expected_usd
    assert compare(dev, dev).changes == ()


def test_a_spot_price_says_its_zones_its_age_and_up_to_which_one_the_budget_holds(graph):
    found = estimate(graph("prod"), limit_usd=Decimal("5.00"), on=datetime.date(2026, 11, 26))
    (told,) = found.spot_told
    assert "t4g.nano: $0.00162 an hour, $0.0012 to $0.0023 by zone" in told
    assert "too old to rely on" in told
    holds = Decimal(re.search(r"the budget holds up to \$(0\.\d+)", told)[1])
    hours = sum(line.quantity for line in found.charges if line.price.service == "ec2_spot")
    assert found.expected_usd + (holds - Decimal("0.00162")) * hours <= 5
    assert found.expected_usd + (holds + Decimal("0.00001") - Decimal("0.00162")) * hours > 5


def test_charges_that_come_by_a_date_are_told_six_months_ahead():
    token = "aws:eks/cluster:Cluster"
    cluster = Resource(f"urn:pulumi:t::t::{token}::c", token, "c", {"version": "1.34"})
    basis = Basis(region="us-east-1")

    def coming(*day):
        return estimate(ResourceGraph([cluster]), basis=basis, on=datetime.date(*day)).coming

    assert coming(2026, 6, 1) == ()  # 184 days ahead
    (first,) = coming(2026, 6, 2)
    assert (first.day, first.monthly_usd) == (datetime.date(2026, 12, 2), 365)
    assert coming(2026, 12, 2) == ()  # it has come
    assert estimate(ResourceGraph([cluster]), basis=basis, on=datetime.date(2026, 12, 2)).expected_usd == 438


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        pytest.param(
            {"reason": "no charge", "types": ["aws:a/b:B"]}, "a row needs reason, source and types", id="source"
        ),
        pytest.param({"source": "x", "types": ["aws:a/b:B"]}, "a row needs reason, source and types", id="reason"),
        pytest.param(
            {"reason": "no charge", "source": "x", "types": ["aws:a/b:B"] * 2}, "aws:a/b:B is listed twice", id="twice"
        ),
    ],
)
def test_a_wrong_row_of_what_is_free_names_the_file(row, problem, monkeypatch):
    monkeypatch.setattr(registry, "read_kept", lambda path: {"free": [row]})
    with pytest.raises(InputError, match=f"cost/free.toml: {problem}"):
        registry.free_types.__wrapped__()
