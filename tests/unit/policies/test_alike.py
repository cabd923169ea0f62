"""Rules that judge one of many that are alike, or only resources that have something, find what judging each finds."""

from __future__ import annotations

import copy
import re
from dataclasses import replace

import pytest

from deployment.graph import Resource, ResourceGraph, leaves
from deployment.unknown import Sentinel, watched
from policies.context import Context
from policies.examples import example_graph
from policies.registry import every_rule

NARROWED = [rule for rule in every_rule() if rule.reads or rule.only_with or rule.kind]
BY_KIND = [rule for rule in every_rule() if rule.kind]


def examples_of(rule):
    return (rule.passing, rule.failing, *rule.also_passing, *rule.also_failing, *rule.undecided)


def again(resource):
    """A copy that holds the same objects, but for those in which something can't be read: the reader shares none."""

    def held(properties):
        return {
            key: copy.deepcopy(value) if Sentinel in map(type, leaves(value)) else value
            for key, value in properties.items()
        }

    urn = f"{resource.urn}-again"
    return replace(resource, urn=urn, inputs=held(resource.inputs), outputs=held(resource.outputs))


def found(problems, graph, rule):
    """What is found, and what was met that can't be read."""
    with watched() as watch:
        told = [(one.urn, problem) for one, problem in problems(Context(graph, rule.example_config))]
    return told, watch.met


def of_each(rule):
    return replace(rule, reads=(), only_with=(), kind=None).problems


@pytest.mark.parametrize("rule", NARROWED, ids=lambda rule: rule.id)
def test_the_same_is_found_as_by_judging_each(rule):
    for example in examples_of(rule):
        resources = example_graph(example).resources
        bare = [replace(one, urn=f"{one.urn}-bare", inputs={}, outputs={}) for one in resources]
        graph = ResourceGraph([*resources, *map(again, resources), *bare])
        assert found(rule.problems, graph, rule) == found(of_each(rule), graph, rule)


CHANGES = {
    "somebody's": lambda text: text.replace("${aws:username}", "somebody"),
    "named": lambda text: re.sub(r"arn:[^\"*?$]*", r"\g<0>x", text),
    "called": lambda text: text.replace("api", "app"),
    "denied": lambda text: text.replace('"Allow"', '"Deny"'),
    "turned": lambda text: text.replace('"Principal"', '"NotPrincipal"'),
    "labelled": lambda text: text.replace('{"Effect"', '{"Sid": "it", "Effect"'),
}


def changed(value, change):
    """`value` with `change` made of each text."""
    if isinstance(value, dict):
        return {key: changed(held, change) for key, held in value.items()}
    if isinstance(value, list):
        return [changed(item, change) for item in value]
    return change(value) if isinstance(value, str) else value


def _numbered(resource, number):
    """`resource` as it is called in the stack of all, and its provider."""
    provider, _, own = resource.options.get("provider", "").rpartition("::")
    options = {**resource.options, "provider": f"{provider}-{number}::{own}"} if provider else resource.options
    return replace(resource, urn=f"{resource.urn}-{number}", options=options)


@pytest.fixture(scope="module", params=["changed last", "changed first"])
def everything(request):
    """The examples of all rules that judge by kinds, in one stack, and each again with each of the changes."""
    graphs = [example_graph(example) for rule in BY_KIND for example in examples_of(rule)]
    each = [_numbered(one, number) for number, graph in enumerate(graphs) for one in graph]
    others = [
        replace(one, urn=f"{one.urn}-{name}", inputs=changed(one.inputs, change))
        for one in each
        for name, change in CHANGES.items()
    ]
    return ResourceGraph([*each, *others] if request.param == "changed last" else [*others, *each])


@pytest.mark.parametrize("rule", BY_KIND, ids=lambda rule: rule.id)
def test_resources_of_one_kind_are_judged_alike(rule, everything):
    assert found(rule.problems, everything, rule) == found(of_each(rule), everything, rule)
    firsts, kinds = Context(everything).alike(rule.kind, rule.resources(everything))
    assert len(firsts) < len(kinds)


@pytest.mark.parametrize("rule", [rule for rule in NARROWED if rule.reads], ids=lambda rule: rule.id)
def test_nothing_else_is_read(rule):
    """Of a resource that has nothing but what the rule says that it reads, the same is found in the same stack."""

    def only_read(properties):
        return {key: value for key, value in properties.items() if key in rule.reads}

    for example in examples_of(rule):
        context = Context(example_graph(example), rule.example_config)
        for one in rule.resources(context.graph):
            bare = replace(
                one,
                urn="urn:else",
                name="else",
                inputs=only_read(one.inputs),
                outputs=only_read(one.outputs),
                options={},
            )
            others = [bare if other is one else other for other in context.graph]
            elsewhere = Context(ResourceGraph(others), rule.example_config)
            assert list(rule.check(bare, elsewhere)) == list(rule.check(one, context))


def test_a_prefix_list_that_is_declared_alone_is_looked_at():
    """As of two rules with the same properties one may come from a list that is not known yet."""
    rule = next(rule for rule in every_rule() if rule.id == "network-no-admin-ports-open")
    world = resource("list", "aws:ec2/managedPrefixList:ManagedPrefixList", {"entries": [{"cidr": "0.0.0.0/0"}]})
    ssh = {"ipProtocol": "tcp", "fromPort": 22, "toPort": 22}
    own, listed = (resource(name, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", ssh) for name in "ab")
    listed = replace(listed, property_dependencies={"prefixListId": (world.urn,)})
    told, _ = found(rule.problems, ResourceGraph([own, listed, world]), rule)
    assert [urn for urn, _ in told] == [listed.urn]


def resource(name, token, inputs):
    return Resource(f"urn:pulumi:example::example::{token}::{name}", token, name, inputs)
