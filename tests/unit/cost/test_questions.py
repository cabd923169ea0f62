"""Levers, controls, rollouts and quantiles: what a reader of an estimate asks next."""

from __future__ import annotations

import copy
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from unittest.mock import Mock

import numpy as np
import pytest

from cost import estimate, rollouts
from cost.account import settle
from cost.controls import ledger
from cost.lever_changes import LEVERS
from cost.levers import cheapest_set, savings
from cost.quantiles import quantiles, sample_months
from cost.rollout_cost import rollout_cost
from cost.rollouts import find_rollout
from cost.transfers import Transfer
from cost.uptime import ALWAYS_ON
from deployment.graph import ResourceGraph


def saving_of(graph, lever, **options):
    found = {each.levers[0].id: each for each in savings(graph, estimate(graph, **options))}
    return found[lever].saving_usd


@pytest.mark.parametrize(
    ("lever", "token", "inputs", "usd"),
    [
        ("no-public-ipv4", "aws:lb/loadBalancer:LoadBalancer", {"subnets": ["a", "b"]}, "7.30"),
        (
            "valkey",
            "aws:elasticache/replicationGroup:ReplicationGroup",
            {"engine": "redis", "nodeType": "cache.t4g.micro", "numCacheClusters": 1},
            "2.336",
        ),
        (
            "serverless-cache",
            "aws:elasticache/replicationGroup:ReplicationGroup",
            {"engine": "valkey", "nodeType": "cache.t4g.micro", "numCacheClusters": 1},
            "3.212",
        ),
        ("gp3", "aws:ebs/volume:Volume", {"size": 100, "type": "gp2"}, "2.00"),
        ("no-nat", "aws:ec2/natGateway:NatGateway", {}, "32.85"),
        ("aws-owned-keys", "aws:kms/key:Key", {}, "1.00"),
        (
            "server-name",
            "aws:cloudfront/distribution:Distribution",
            {"viewerCertificate": {"iamCertificateId": "c", "sslSupportMethod": "vip"}},
            "600.00",
        ),
    ],
)
def test_a_lever_saves_what_the_price_list_says(make, make_basis, lever, token, inputs, usd):
    graph = ResourceGraph([make(token, inputs)])
    basis = make_basis(monthly_requests=0, allowances=True)
    usage = {graph.resources[0].urn: {"monthly_data_processed_gb": Decimal(0), "data_storage_gb": Decimal(0)}}
    found = {each.levers[0].id: each for each in savings(graph, estimate(graph, basis=basis, usage=usage))}
    assert found[lever].saving_usd == Decimal(usd)


@pytest.mark.parametrize(
    ("token", "inputs", "what", "usd"),
    [
        ("aws:eks/cluster:Cluster", {"version": "1.29"}, "(set version of {name} to 1.36)", "365.00"),
        (
            "aws:rds/instance:Instance",
            {"engine": "mysql", "engineVersion": "5.7.44", "instanceClass": "db.t3.large", "allocatedStorage": 20},
            "(set engineVersion of {name} to 8.4)",
            "292.00",  # 2 vCPUs x .20 x 730
        ),
    ],
)
def test_a_version_in_standard_support_is_advised(make, make_basis, token, inputs, what, usd):
    graph = ResourceGraph([make(token, inputs)])
    current = estimate(graph, basis=make_basis(monthly_requests=0), on=date(2026, 11, 27))
    found = {each.levers[0].id: each for each in savings(graph, current)}
    assert found["supported-version"].saving_usd == Decimal(usd)
    assert found["supported-version"].what.endswith(what.format(name=graph.resources[0].name))


def test_a_smaller_maximum_of_autoscaling_is_advised(make, make_basis):
    table = make("aws:dynamodb/table:Table", {"name": "orders", "readCapacity": 5, "writeCapacity": 5})
    scaling = {"minCapacity": 5, "maxCapacity": 4000, "resourceId": "table/orders"}
    target = {**scaling, "scalableDimension": "dynamodb:table:ReadCapacityUnits"}
    graph = ResourceGraph([table, make("aws:appautoscaling/target:Target", target)])
    found = {each.levers[0].id: each for each in savings(graph, estimate(graph, basis=make_basis(monthly_requests=0)))}
    saving = found["smaller-scaling"]
    assert saving.worst_case_saving_usd == Decimal("379.1255")  # 3,995 x 730 x .00013
    assert saving.what.endswith(f"(set maxCapacity of {graph.resources[1].name} to 5)")


def test_without_nat_gateways_only_their_own_addresses_go(make, make_basis):
    nat = make("aws:ec2/natGateway:NatGateway", {"allocationId": "gateway-id"})
    addresses = [make("aws:ec2/eip:Eip", {}, name) for name in ("gateway", "other")]
    graph = ResourceGraph([nat, *addresses])
    basis = make_basis(monthly_requests=0)
    usage = {nat.urn: {"monthly_data_processed_gb": Decimal(0)}}
    found = {each.levers[0].id: each for each in savings(graph, estimate(graph, basis=basis, usage=usage))}
    assert found["no-nat"].saving_usd == Decimal("36.50")  # 32.85 + one address of 3.65
    assert found["no-nat"].what.endswith(f"(leave out {nat.name}, gateway)")


def test_a_change_names_the_resources_that_it_is_for_and_counts_the_rest(make, make_basis):
    volumes = [make("aws:ebs/volume:Volume", {"size": 100}, name) for name in ("a", "b", "c", "d", "e")]
    nodes = make("aws:elasticache/replicationGroup:ReplicationGroup", {"nodeType": "cache.m5.large"}, "nodes")
    graph = ResourceGraph([*volumes, nodes])
    found = {each.levers[0].id: each for each in savings(graph, estimate(graph, basis=make_basis(monthly_requests=0)))}
    assert found["gp3"].what.endswith("(set type of a, b, c and 2 more to gp3)")
    serverless = "aws:elasticache/serverlessCache:ServerlessCache"
    assert found["serverless-cache"].what.endswith(f"(declare nodes as {serverless})")


@pytest.mark.parametrize("module", ["lb", "alb"])
def test_a_listener_that_checks_tokens_is_known_by_either_name(make, make_basis, module):
    edge = make(f"aws:{module}/loadBalancer:LoadBalancer", {"subnets": ["a", "b"]})
    rule = make(f"aws:{module}/listenerRule:ListenerRule", {"actions": [{"type": "jwt-validation"}]})
    graph = ResourceGraph([edge, rule])
    found = savings(graph, estimate(graph, basis=make_basis(monthly_requests=0)))
    assert "no-public-ipv4" not in {each.levers[0].id for each in found}


def test_load_balancer_that_checks_tokens_is_left_its_ipv4_addresses(graph):
    # It fetches the issuer's keys over IPv4 only.
    dev = graph("dev")
    open_door = ResourceGraph([one for one in dev if "ListenerRule" not in one.type])
    offered = [{each.levers[0].id for each in savings(found, estimate(found))} for found in (dev, open_door)]
    assert ["no-public-ipv4" in ids for ids in offered] == [False, True]


def test_levers_have_ids_of_their_own():
    assert len({lever.id for lever in LEVERS}) == len(LEVERS)


def test_a_stack_within_its_budget_needs_no_lever(graph):
    assert cheapest_set(graph("dev"), estimate(graph("dev"))) is None


def test_the_smallest_set_of_levers_brings_an_always_on_stack_back(graph):
    dev = graph("dev")
    base = estimate(dev)
    always_on = estimate(dev, basis=replace(base.basis, uptime=ALWAYS_ON, reaped=None))
    assert always_on.expected_usd > always_on.budget_usd
    found = cheapest_set(dev, always_on)
    assert found is not None and found.meets_budget
    assert found.expected_usd <= always_on.budget_usd and found.worst_case_usd <= always_on.budget_usd
    assert found.saving_usd == always_on.expected_usd - found.expected_usd


def test_the_ledger_prices_a_control_by_leaving_it_out(graph):
    dev = graph("dev")
    found = {entry.control.title: entry for entry in ledger(dev, estimate(dev))}
    key = found["Encryption with a customer managed key"]
    assert key.expected_usd == Decimal("1.00")
    assert found["Web application firewall"].list_always_on_usd > Decimal("8.00")
    assert "second year" in key.control.note


def test_a_rollout_is_the_canary_and_its_transitions(graph):
    found = rollout_cost(graph("prod"), estimate(graph("prod")))
    assert found.hold_hours == 18
    assert found.rollout_usd == found.instances_usd + found.transitions_usd
    assert found.month_usd == pytest.approx(found.rollout_usd * 2)
    assert found.rollback_usd >= found.rollout_usd


def test_a_graph_without_a_rollout_has_no_rollout_cost(make, price):
    key = make("aws:kms/key:Key", {})
    assert rollout_cost(ResourceGraph([key]), price(key)) is None


def test_groups_that_many_machines_name_alike_are_looked_at_once(graph, monkeypatch):
    own = graph("prod")
    rollout = find_rollout(own)
    machines = [
        replace(
            rollout.machine,
            urn=f"{number}",
            inputs={"definition": f"{rollout.machine.get('definition')}{' ' * number}"},
        )
        for number in range(40)
    ]
    groups = [replace(rollout.stable, urn=f"group-{number}") for number in range(40)]
    sized = Mock(side_effect=rollouts._size)
    monkeypatch.setattr(rollouts, "_size", sized)
    assert find_rollout(ResourceGraph([*machines, *groups])) is None
    assert sized.call_count == len(groups)
    sharing = [*machines, *groups, rollout.canary]
    found = find_rollout(ResourceGraph(sharing))
    assert (found.canary, found.stable) == (rollout.canary, groups[0])
    assert find_rollout(ResourceGraph([*sharing, replace(rollout.canary, urn="another")])) is None


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_every_sampled_month_lies_between_floor_and_worst_case(graph, name):
    found = estimate(graph(name))
    months = sample_months(found)
    rounding = 1e-6
    assert months.min() >= float(found.floor_usd) - rounding
    assert months.max() <= float(found.worst_case_usd) + rounding


def test_the_same_seed_gives_the_same_months(graph):
    found = estimate(graph("dev"))
    assert np.array_equal(sample_months(found, samples=500), sample_months(found, samples=500))
    assert not np.array_equal(sample_months(found, samples=500), sample_months(found, samples=500, seed=1))


def test_quantiles_rise_and_say_how_often_the_budget_lasts(graph):
    found = quantiles(estimate(graph("dev")))
    levels = list(found.usd.values())
    assert levels == sorted(levels)
    assert found.samples == 10_000
    assert found.within_budget_percent == 100


FUNCTION = "aws:lambda/function:Function"


def test_a_lever_keeps_the_use_that_belongs_to_no_resource(make, make_basis):
    graph = ResourceGraph([make("aws:ebs/volume:Volume", {"size": 100, "type": "gp2"})])
    out = Transfer("out", None, {"monthly_outbound_internet_gb": Decimal(1000)})
    current = estimate(graph, basis=make_basis(monthly_requests=0), transfers=[out])
    (found,) = savings(graph, current)
    assert (found.saving_usd, found.expected_usd) == (Decimal(2), Decimal(98))  # 90 of them what is sent


def test_a_lever_shares_the_allowances_with_the_other_stacks_of_the_account(make, make_basis):
    """Each has half of the free million; what is promised is what pricing both again gives."""
    basis = make_basis(allowances=True, monthly_requests=0)
    one = ResourceGraph([make("aws:ebs/volume:Volume", {"size": 100, "type": "gp2"}), make(FUNCTION, name="one")])
    two = ResourceGraph([make(FUNCTION, name="two")])
    current = settle([estimate(one, basis=basis), estimate(two, basis=basis)])
    (found,) = savings(one, current[0])
    after = ResourceGraph([make("aws:ebs/volume:Volume", {"size": 100, "type": "gp3"}), make(FUNCTION, name="one")])
    priced = settle([estimate(after, basis=basis), estimate(two, basis=basis)])[0]
    assert found.expected_usd == priced.expected_usd
    assert found.saving_usd == Decimal(2)


def test_what_controls_cost_keeps_the_use_that_belongs_to_no_resource(make, make_basis):
    graph = ResourceGraph([make("aws:cloudwatch/dashboard:Dashboard")])
    out = Transfer("out", None, {"monthly_outbound_internet_gb": Decimal(1000)})
    (entry,) = ledger(graph, estimate(graph, basis=make_basis(monthly_requests=0), transfers=[out]))
    assert entry.expected_usd == Decimal(3)


SET = re.compile(r"(\S+) of (\S+) to ([^ )]+)")


def applied(what, graph):
    """The graph with what a lever says to set, set."""
    resources = {one.name: one for one in graph}
    for path, name, value in SET.findall(what):
        inputs = copy.deepcopy(dict(resources[name].inputs))
        *holders, last = path.replace("[", ".[").split(".")
        holder = inputs
        for step in holders:
            holder = holder[int(step[1:-1])] if step.startswith("[") else holder.setdefault(step, {})
        holder[last] = {"true": True, "false": False}.get(value, value)
        resources[name] = replace(resources[name], inputs=inputs)
    return ResourceGraph(resources.values())


OLD_TYPES = {"volumeSize": 100, "volumeType": "gp2"}


@pytest.mark.parametrize(
    ("lever", "usd", "resources"),
    [
        pytest.param(
            "gp3",
            "6.00",  # 300 GB
            [
                ("aws:ec2/instance:Instance", {"rootBlockDevice": OLD_TYPES, "ebsBlockDevices": [OLD_TYPES]}),
                ("aws:ec2/launchTemplate:LaunchTemplate", {"blockDeviceMappings": [{"ebs": OLD_TYPES}]}),
                ("aws:autoscaling/group:Group", {"minSize": 1, "maxSize": 1, "launchTemplate": {"id": "two-id"}}),
            ],
            id="volumes of instances and templates",
        ),
        pytest.param(
            "basic-monitoring",
            "2.10",
            [("aws:ec2/instance:Instance", {"monitoring": True})],
            id="monitoring of an instance",
        ),
        pytest.param(
            "supported-version",
            "93.44",  # prolonged: as much again as the node, .128 x 730
            [
                (
                    "aws:opensearch/domain:Domain",
                    {"engineVersion": "OpenSearch_1.2", "clusterConfig": {"instanceType": "m6g.large.search"}},
                )
            ],
            id="a domain in extended support",
        ),
        pytest.param(
            "supported-version",
            "93.44",
            [
                (
                    "aws:elasticsearch/domain:Domain",
                    {"elasticsearchVersion": "7.1", "clusterConfig": {"instanceType": "m6g.large.search"}},
                )
            ],
            id="a domain by its older name",
        ),
        pytest.param(
            "standard-credits", "0", [("aws:ec2/instance:Instance", {"instanceType": "t3.large"})], id="credits"
        ),
    ],
)
def test_what_a_lever_says_to_set_gives_the_figures_that_it_promises(make, make_basis, lever, usd, resources):
    common = {"instanceType": "m5.large", "ami": "al2023", "imageId": "al2023"}
    names = ("one", "two", "three")
    graph = ResourceGraph(
        make(token, {**common, **inputs}, name) for name, (token, inputs) in zip(names, resources, strict=False)
    )
    options = {"basis": make_basis(monthly_requests=0), "on": date(2026, 11, 27)}
    (found,) = (each for each in savings(graph, estimate(graph, **options)) if each.levers[0].id == lever)
    assert found.saving_usd == Decimal(usd)
    after = estimate(applied(found.what, graph), **options)
    assert (after.expected_usd, after.worst_case_usd) == (found.expected_usd, found.worst_case_usd)
