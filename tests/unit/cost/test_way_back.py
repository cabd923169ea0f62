"""What a stack over its budget is told to do: only what brings it back, with what it costs then."""

import re
from dataclasses import replace
from decimal import Decimal
from functools import cache

import pytest

from cost import estimate, estimator, way_back
from cost.basis import Basis
from cost.lever import Stack
from cost.lever_changes import LEVERS
from cost.way_back import Way, _of_two_digits, _place_of, ways_back
from deployment.graph import Resource, ResourceGraph
from deployment.reader import graph_from_json
from policies.assess import assess

LIMIT_USD = Decimal("5.00")


@pytest.fixture(scope="module")
def stack():
    from workbench.preview.synthesis import synthesize

    @cache
    def of(name, **overrides):
        config = {f"plant:{key.replace('__', '.')}": value for key, value in overrides.items()}
        return graph_from_json(synthesize(name, overrides=config), name)

    return of


def told(graph, rule="cost-expected-within-budget"):
    (message,) = [each.finding.message for each in assess(graph).violations if each.rule.id == rule]
    return message


OVER = [
    pytest.param("dev", {"uptime__schedule": "always-on"}, "expected_usd", id="always on, expected"),
    pytest.param("dev", {"uptime__schedule": "always-on"}, "bounded_usd", id="always on, worst case"),
    pytest.param("dev", {"fleet__max_size": "50"}, "bounded_usd", id="fifty instances"),
    pytest.param("dev", {"cache__node_type": "cache.t4g.medium"}, "bounded_usd", id="large cache nodes"),
    pytest.param("prod", {"fleet__max_size": "9"}, "bounded_usd", id="prod"),
]


@pytest.mark.parametrize(("name", "overrides", "figure"), OVER)
def test_ways_are_within_the_budget_or_said_not_to_be_enough(stack, name, overrides, figure):
    graph = stack(name, **overrides)
    current = estimate(graph)
    ways, enough = ways_back(graph, current, figure)
    assert ways
    assert [way.cost_usd for way in ways] == sorted(way.cost_usd for way in ways)
    assert all((way.cost_usd <= LIMIT_USD) is enough for way in ways)
    assert all(way.cost_usd < getattr(current, figure) for way in ways)


def test_what_is_told_is_what_the_stack_costs_after_doing_it(stack):
    """The largest maximum that fits is 2: with it the stack is within its budget, with 3 it is not."""
    message = told(stack("dev", fleet__max_size="50"), "cost-worst-case-within-budget")
    found = re.search(r"set plant:fleet.max_size to (\d+) instead of 50 \(then \$(\d\.\d\d)\)", message)
    fits, cost_usd = int(found[1]), Decimal(found[2])
    assert round(estimate(stack("dev", fleet__max_size=str(fits))).worst_case_usd, 2) == cost_usd
    assert estimate(stack("dev", fleet__max_size=str(fits + 1))).worst_case_usd > LIMIT_USD


SETTING = re.compile(r"(plant:[a-z_.]+) to (\[.*?\]|\S+?)(?= and | instead|\)|$)")


@pytest.mark.parametrize(
    ("name", "overrides"),
    [
        pytest.param("dev", {"uptime__schedule": "always-on"}, id="always on"),
        pytest.param("dev", {"fleet__max_size": "4"}, id="four instances"),
        pytest.param("dev", {"uptime__hours_per_session": "3:20"}, id="long sessions"),
        pytest.param("dev", {"cache__node_type": "cache.t4g.medium"}, id="large cache nodes"),
        pytest.param("dev", {"fleet__max_size": "6", "fleet__on_demand_base_capacity": "2"}, id="on demand"),
        pytest.param("prod", {"fleet__max_size": "9"}, id="prod"),
        pytest.param("prod", {"usage__rollouts_per_month": "100"}, id="rollouts"),
    ],
)
def test_advice_on_a_stack_of_ours_names_settings_that_do_what_it_says(stack, name, overrides):
    graph = stack(name, **overrides)
    current = estimate(graph)
    followed = 0
    for figure in ("expected_usd", "bounded_usd"):
        ways, _ = ways_back(graph, current, figure) if getattr(current, figure) > LIMIT_USD else ([], True)
        for way in ways:
            told = SETTING.findall(" ".join(way.what))
            assert told, way
            assert "costBasis" not in str(way), way
            after = overrides | {key.removeprefix("plant:").replace(".", "__"): value for key, value in told}
            got = getattr(estimate(stack(name, **after)), figure)
            # Only for a stack that is always on they differ: it has a brake, and its reaper comes with the sessions.
            assert way.cost_usd - Decimal("0.20") < got < way.cost_usd + Decimal("0.02"), (way, got)
            followed += 1
    assert followed


@pytest.mark.parametrize(
    ("name", "overrides"),
    [
        pytest.param("dev", {"uptime__hours_per_session": "6:00"}, id="both figures over: hours"),
        pytest.param("dev", {"uptime__schedule": "always-on"}, id="both figures over: always on"),
        pytest.param("dev", {"fleet__max_size": "4"}, id="worst case alone"),
        pytest.param("dev", {"usage__monthly_requests": "90000000"}, id="dev: requests"),
        pytest.param("prod", {"usage__monthly_requests": "3000000"}, id="prod: requests"),
        pytest.param("k8s", {"usage__monthly_requests": "9000000"}, id="k8s: requests"),
        pytest.param(
            "prod",
            {"fleet__min_size": "2", "fleet__desired_capacity": "2", "fleet__max_size": "4"},
            id="prod: a larger fleet",
        ),
        pytest.param(
            "dev", {"fleet__desired_capacity": "25", "fleet__max_size": "50"}, id="dev: a fleet that starts with many"
        ),
        pytest.param("prod", {"usage__rollouts_per_month": "100"}, id="prod: rollouts"),
    ],
)
def test_whoever_follows_any_of_the_ways_is_not_blocked_any_more(stack, name, overrides):
    graph = stack(name, **overrides)
    current = estimate(graph)
    over = [figure for figure in ("expected_usd", "bounded_usd") if getattr(current, figure) > LIMIT_USD]
    figures = over if current.basis.tenancy == "dedicated" else ["expected_usd"]
    assert figures
    for figure in figures:
        ways, enough = ways_back(graph, current, figure)
        assert ways and enough
        for way in ways:
            told = SETTING.findall(" and ".join(way.what))
            set_to = {key.removeprefix("plant:").replace(".", "__"): to for key, to in told}
            assert set_to, way
            assert not assess(stack(name, **(overrides | set_to))).blocked, way


def test_fewer_requests_are_told_only_where_nothing_else_is_enough(stack):
    graph = stack("dev", fleet__max_size="50")
    assert not any("requests a month" in str(way) for way in ways_back(graph, estimate(graph), "bounded_usd")[0])


def test_no_maximum_is_told_with_which_a_spike_adds_nobody(stack):
    """Where nothing is enough, what is told breaks no other rule: the fleet starts with one instance."""
    graph = stack("dev", budget__total_monthly_usd="10")
    ways, enough = ways_back(graph, estimate(graph), "bounded_usd")
    assert not enough
    assert not any("max_size to 1" in str(way) for way in ways)


def test_no_maximum_is_told_that_the_settings_refuse(stack):
    """20 requests a second take two of the smallest instances: one would be refused."""
    graph = stack("dev", fleet__max_size="6", usage__peak_requests_per_second="20")
    for way in ways_back(graph, estimate(graph), "bounded_usd")[0]:
        assert not re.search(r"max_size to 1\b", str(way.what))
    limit = estimate(graph, limit_usd=Decimal(1))
    assert any("plant:fleet.max_size to 2" in str(way.what) for way in ways_back(graph, limit, "bounded_usd")[0])


def test_advice_on_another_program_names_its_own_properties():
    group = Resource(
        "urn:pulumi:t::t::aws:autoscaling/group:Group::web",
        "aws:autoscaling/group:Group",
        "web",
        {"maxSize": 9, "minSize": 1, "launchTemplate": {"id": "t"}},
    )
    template = Resource(
        "urn:pulumi:t::t::aws:ec2/launchTemplate:LaunchTemplate::t",
        "aws:ec2/launchTemplate:LaunchTemplate",
        "t",
        {"instanceType": "t4g.small", "id": "t"},
        {"id": "t"},
    )
    graph = ResourceGraph([template, group])
    before = Stack(graph, Basis(region="us-east-1"))
    lever = next(each for each in LEVERS if each.id == "smaller-maximum")
    after = lever.apply(before, estimate(graph, basis=before.basis))
    assert lever.told(before, after) == f"{lever.title} (set maxSize of web to 1)"


def test_large_cache_nodes_are_told_of_the_serverless_cache_at_the_price_of_it(stack):
    message = told(stack("dev", cache__node_type="cache.t4g.medium"), "cost-worst-case-within-budget")
    told_so = "serverless Valkey cache instead of nodes (set plant:cache.node_type to null)"
    assert f"{told_so} (then ${estimate(stack('dev')).bounded_usd:.2f})" in message
    assert "plant-cache-nodes $" in message


def test_an_always_on_stack_is_told_sessions_and_no_platform_whose_dollars_nobody_knows(stack):
    message = told(stack("dev", uptime__schedule="always-on"))
    assert re.search(r"keep it up for \d+ sessions of 1.25 h a month instead of 730 h \(set .+\) \(then \$\d", message)
    assert "share the platform" not in message


def test_a_shared_stack_is_told_neither_to_share_nor_to_shorten_hours(stack):
    message = told(stack("prod", fleet__max_size="50"), "cost-shared-worst-case-within-budget")
    assert "hours" not in message
    assert "share the platform" not in message
    assert (
        "no known change is enough; what lowers it most: set plant:fleet.max_size to 2 instead of 50 (then $2"
        in message
    )


def test_drivers_leave_out_what_allowances_pay_for(graph):
    """The budget's action and the dashboard have a list price of $3 each, and the account's allowances cover them."""
    message = told(graph("prod"), "cost-shared-worst-case-within-budget")
    assert "budget-action" not in message
    assert "dashboard" not in message


def test_several_changes_are_told_together_where_none_alone_is_enough():
    """A NAT gateway is $32.85, a Redis cache $91, a Valkey cache $6 a month; a shared stack has no hours to save."""
    graph = ResourceGraph(
        Resource(f"urn:pulumi:t::t::{token}::{name}", token, name, inputs)
        for name, token, inputs in (
            ("nat", "aws:ec2/natGateway:NatGateway", {}),
            ("cache", "aws:elasticache/serverlessCache:ServerlessCache", {"engine": "redis"}),
        )
    )
    basis = Basis(region="us-east-1", tenancy="shared")
    current = estimate(graph, basis=basis, limit_usd=Decimal(20))
    (way,), enough = ways_back(graph, current, "expected_usd")
    assert enough
    assert len(way.what) == 2
    assert way.cost_usd <= 20


def test_a_way_back_counts_the_use_that_a_file_gives(make):
    """Priced without it, the change would seem to save what nobody uses less of."""
    volume = make("aws:ebs/volume:Volume", {"size": 100, "type": "gp2"}, "data")
    function = make("aws:lambda/function:Function", {}, "api")
    usage = {function.urn: {"monthly_requests": Decimal(50_000_000)}}
    graph = ResourceGraph([volume, function])
    current = estimate(graph, basis=Basis(region="us-east-1"), usage=usage, limit_usd=Decimal(1))
    (way, *_), enough = ways_back(graph, current, "expected_usd")
    assert current.expected_usd - way.cost_usd == Decimal(2) and not enough


def test_advice_never_breaks_another_rule(stack):
    graph = stack("dev", uptime__schedule="always-on")
    ways, _ = ways_back(graph, estimate(graph, limit_usd=Decimal("1.60")), "expected_usd")
    assert not any("AWS-owned" in what or "rotate" in what for way in ways for what in way.what)


def test_nothing_is_searched_while_the_stack_is_within_its_budget(graph, monkeypatch):
    monkeypatch.setattr(way_back, "ways_back", lambda *_: pytest.fail("searched"))
    assess(graph("dev"))


@pytest.mark.parametrize(
    ("name", "overrides", "most"),
    [
        pytest.param("prod", {"fleet__max_size": "50"}, 20, id="prod"),
        pytest.param("dev", {"budget__total_monthly_usd": "10"}, 10, id="dev"),
    ],
)
def test_a_search_ends_where_the_least_is_too_much(stack, monkeypatch, name, overrides, most):
    """It priced the stacks in between as well, each a second time for its brake: 44 and 18."""
    graph, priced = stack(name, **overrides), []
    current = estimate(graph)
    original = estimator._estimate
    monkeypatch.setattr(estimator, "_estimate", lambda *given: [priced.append(1), original(*given)][1])
    _, enough = ways_back(graph, current, "bounded_usd")
    assert not enough
    assert 1 < len(priced) <= most


def test_a_graph_too_large_to_price_again_and_again_gets_no_way(graph):
    one, *_ = graph("prod")
    large = ResourceGraph(replace(one, urn=f"{one.urn}{number}") for number in range(way_back.MOST_RESOURCES + 1))
    assert ways_back(large, estimate(graph("prod")), "bounded_usd") == ([], False)


@pytest.mark.parametrize(
    ("ways", "told"),
    [
        pytest.param(([Way(("do this", "that"), Decimal(4))], True), "do this and that (then $4.00)", id="enough"),
        pytest.param(
            ([Way(("do this",), Decimal(6))], False),
            "no known change is enough; what lowers it most: do this (then $6.00)",
            id="not enough",
        ),
        pytest.param(
            ([], False),
            "no known change lowers it and breaks no other rule: use less of what drives it, or keep the stack up for"
            " fewer hours",
            id="none",
        ),
    ],
)
def test_what_is_to_be_set_is_found_in_the_finding(stack, monkeypatch, ways, told):
    """A comment and a page show it by itself: the rule's own words only point at it."""
    graph = stack("dev", fleet__max_size="50")
    monkeypatch.setattr(way_back, "ways_back", lambda *_: ways)
    (finding,) = (each.finding for each in assess(graph).violations if each.rule.id.startswith("cost-worst"))
    assert finding.remedy == told
    assert finding.message.endswith(told)


@pytest.mark.parametrize("number", [1, 9, 10, 99, 100, 101, 109, 110, 999, 1_000, 1_099, 200_001, 10**12 + 1])
def test_requests_are_searched_among_the_numbers_that_two_digits_make(number):
    place = _place_of(number)
    digits = str(number)
    assert _of_two_digits(place) == int(digits[:2] + "0" * (len(digits) - 2))
    assert _of_two_digits(place + 1) > number
