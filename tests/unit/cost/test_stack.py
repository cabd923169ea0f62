"""The Plant API's own stacks: what the estimator says of them, and that their claims hold."""

from __future__ import annotations

import copy
from decimal import Decimal

import pytest

from cost import estimate
from cost.account import settle
from cost.registry import MODULE_FILES, free_reason, pricer_of
from deployment.errors import InputError
from deployment.reader import graph_from_json

STACKS = ("dev", "prod", "parked")


def where_to_price(token):
    """What to write for a type that has no price."""
    cloud, _, rest = token.partition(":")
    module = rest.partition("/")[0].lower()
    file = f"cost/pricers/{cloud}/{MODULE_FILES.get(module, module)}.py"
    return f"write a function and a row of PRICERS in {file}, or a row with its reason in cost/free.toml"


@pytest.mark.parametrize("name", STACKS)
def test_every_resource_has_a_price_or_a_reason_to_be_free(graph, name):
    lacking = {f"{one.type}: {one.reason}; {where_to_price(one.type)}" for one in estimate(graph(name)).unpriced}
    assert not lacking, "\n".join(sorted(lacking))


@pytest.mark.parametrize("name", STACKS)
def test_every_type_is_priced_or_free_and_never_both(graph, name):
    for token in {one.type for one in graph(name) if one.custom and not one.type.startswith("pulumi:")}:
        priced, free = pricer_of(token) is not None, free_reason(token) is not None
        assert priced or free, f"{token} has neither a price nor a reason to be free; {where_to_price(token)}"
        assert not (priced and free), f"{token} has a pricer; take its row out of cost/free.toml"


@pytest.mark.parametrize("name", STACKS)
def test_the_expected_month_is_within_five_dollars(graph, name):
    assert estimate(graph(name)).expected_usd <= Decimal("5.00")


def test_the_worst_month_of_dev_is_within_five_dollars(graph):
    assert estimate(graph("dev")).worst_case_usd <= Decimal("5.00")


def test_a_month_at_the_minimum_costs_no_more_than_the_brake_takes_it_for(graph):
    found = estimate(graph("prod"), limit_usd=Decimal("5.00"))
    assert found.floor_usd <= found.budget_usd * found.basis.brake.minimum_percent / 100


@pytest.mark.parametrize("name", STACKS)
def test_the_four_figures_rise(graph, name):
    found = estimate(graph(name))
    assert found.floor_usd <= found.expected_usd <= found.worst_case_usd


@pytest.mark.parametrize("name", STACKS)
@pytest.mark.parametrize("figure", ["floor", "expected", "worst_case", "list_always_on"])
def test_lines_add_up_to_the_last_digit(graph, name, figure):
    found = estimate(graph(name))
    of_line = {"expected": "monthly_usd"}.get(figure, f"{figure}_usd")
    assert sum(getattr(line, of_line) for line in found.lines) == getattr(found, f"{figure}_usd")


def test_a_dedicated_stack_costs_its_list_price_when_it_is_always_on(graph):
    # facts, section 5: ALB 16.425, Valkey serverless floor 6.132; always on, the stack is 8 to 11 times the budget
    found = estimate(graph("dev"))
    lines = {(line.type.rpartition(":")[2], line.item.partition(",")[0]): line for line in found.charges}
    assert lines["LoadBalancer", "Application load balancer"].list_always_on_usd == Decimal("16.425")
    assert lines["ServerlessCache", "Stored data"].list_always_on_usd == Decimal("6.132")
    assert found.list_always_on_usd > 8 * found.budget_usd


@pytest.fixture
def changed_dev(deployment):
    """`changed_dev(change)`: dev's graph after `change(costBasis, resources)`."""

    def changed(change):
        document = deployment("dev")
        resources = document["deployment"]["resources"]
        root = next(entry for entry in resources if "costBasis" in entry.get("outputs", {}))
        change(root["outputs"]["costBasis"], resources)
        return graph_from_json(document, "changed")

    return changed


def test_without_its_reaper_the_stack_is_priced_for_the_whole_month(changed_dev):
    def drop_schedule(basis, resources):
        resources[:] = [entry for entry in resources if not entry["urn"].endswith(f"::{basis['uptime']['reaper']}")]

    found = estimate(changed_dev(drop_schedule))
    assert found.uptime_hours == 730
    assert "don't count" in found.basis.notes[0]
    assert found.expected_usd > Decimal("30")


def test_a_disabled_reaper_enforces_nothing(changed_dev):
    def disable(basis, resources):
        for entry in resources:
            if entry["urn"].endswith(f"::{basis['uptime']['reaper']}"):
                entry["inputs"]["state"] = "DISABLED"

    assert estimate(changed_dev(disable)).uptime_hours == 730


def test_what_the_reaper_does_not_remove_is_priced_for_the_whole_month(changed_dev):
    def spare_the_balancer(basis, resources):
        for entry in resources:
            definition = entry.get("inputs", {}).get("definition")
            if isinstance(definition, str):
                entry["inputs"]["definition"] = definition.replace("deleteLoadBalancer", "describeLoadBalancers")

    found = estimate(changed_dev(spare_the_balancer))
    balancer = next(line for line in found.lines if line.item == "Application load balancer")
    assert balancer.monthly_usd == Decimal("16.425")


def test_a_stack_may_ask_for_less_than_the_pack_allows_but_never_for_more(changed_dev):
    def limit(usd):
        return changed_dev(lambda basis, _: basis["budget"].update(monthlyLimitUsd=usd))

    assert estimate(limit("3.00"), limit_usd=Decimal("5.00")).budget_usd == Decimal("3.00")
    assert estimate(limit("50.00"), limit_usd=Decimal("5.00")).budget_usd == Decimal("5.00")


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        pytest.param("usage", "monthlyRequests", "many", id="no number"),
        pytest.param("usage", "monthlyRequests", -1, id="negative"),
        pytest.param("usage", "peakRequestsPerSecond", "NaN", id="not finite"),
        pytest.param("usage", "requestsPerMonth", 1, id="unknown key"),
        pytest.param("tenancy", "kind", "rented", id="unknown tenancy"),
        pytest.param("budget", "monthlyLimitUsd", True, id="a switch for a number"),
        pytest.param("rollout", "steps", 3, id="no list"),
        pytest.param("rollout", "pollSeconds", 0, id="no time between two looks"),
        pytest.param("settings", "sessions", 3, id="no plans"),
    ],
)
def test_a_wrong_basis_names_the_key_and_the_value(changed_dev, section, key, value):
    with pytest.raises(InputError, match=f"costBasis.{section}.{key} is {value!r}; allowed"):
        estimate(changed_dev(lambda basis, _: basis[section].update({key: value})))


def test_every_fault_of_a_basis_is_told_at_once(changed_dev):
    def break_it(basis, _):
        basis["version"] = 9
        basis["usage"]["responseKb"] = "big"

    with pytest.raises(InputError) as caught:
        estimate(changed_dev(break_it))
    assert len(caught.value.problems) == 2


def test_an_unknown_region_lists_those_there_are(graph):
    with pytest.raises(InputError, match="ap-south-1, eu-central-1, eu-west-1, us-east-1, us-east-2, us-west-2"):
        estimate(graph("dev"), region="mars-north-1")


def test_another_region_never_borrows_prices(changed_dev):
    def move(basis, resources):
        for entry in resources:
            if entry["type"] == "pulumi:providers:aws":
                entry["inputs"]["region"] = "ap-south-1"

    found = estimate(changed_dev(move))
    assert any("elb/alb_lcu_hour in region ap-south-1" in entry.reason for entry in found.unpriced)


def test_json_has_the_shape_of_the_preview(graph):
    document = estimate(graph("dev")).to_json()
    assert list(document) == [
        "currency", "budget", "floor", "expected", "worstCase", "worstCaseWithBrake", "listAlwaysOn",
        "withoutAllowances", "hoursBought", "hoursBoundBy", "uptimeHours", "lines", "unpriced", "coming", "notes",
    ]  # fmt: skip
    assert {"urn", "type", "component", "unit", "quantity", "unitPrice", "monthly"} <= document["lines"][0].keys()
    total = sum(Decimal(line["monthly"]) for line in document["lines"])
    assert total == Decimal(document["expected"])


def test_the_canary_is_priced_for_the_hours_that_its_rollouts_hold(graph):
    found = estimate(graph("prod"))
    (line,) = [line for line in found.lines if "in rollouts" in line.item and line.price.unit == "spot-instance-hour"]
    assert line.quantity == 2 * 18  # two rollouts, holds of 6 and 12 hours


def test_a_shared_stack_pays_for_its_increment_on_the_platform(graph):
    found = estimate(graph("prod"))
    root = found.basis.root
    items = {line.item for line in found.lines if line.urn == root.urn}
    assert any(item.startswith("Data in the platform's cache") for item in items)
    assert any(item.startswith("Load balancer capacity units") for item in items)
    assert not any(line.item == "Application load balancer" for line in found.lines)


def test_pricing_leaves_the_graph_as_it_was(deployment):
    document = deployment("dev")
    before = copy.deepcopy(document)
    estimate(graph_from_json(document, "dev"))
    assert document == before


def test_what_the_budget_buys_beside_other_stacks_agrees_with_the_verdict(graph):
    """Allowances that others share are missing at every number of hours."""
    limit = Decimal(5)
    alone = [estimate(graph(name), limit_usd=limit) for name in ("dev", "prod")]
    for found in settle(alone):
        over = any(found.total_usd(gate) > limit for gate in found.gates)
        assert over
        assert found.hours_bought < found.basis.uptime.sessions * found.basis.uptime.hours_per_session
