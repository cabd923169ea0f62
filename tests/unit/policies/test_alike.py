"""Rules that judge one of many that are alike, or only resources that have something, find what judging each finds."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest

from deployment.graph import ResourceGraph, leaves
from deployment.unknown import Sentinel, watched
from policies.context import Context
from policies.examples import example_graph
from policies.registry import every_rule

NARROWED = [rule for rule in every_rule() if rule.reads or rule.only_with]


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


@pytest.mark.parametrize("rule", NARROWED, ids=lambda rule: rule.id)
def test_the_same_is_found_as_by_judging_each(rule):
    def of_each(context):
        return replace(rule, reads=(), only_with=()).problems(context)

    for example in examples_of(rule):
        resources = example_graph(example).resources
        bare = [replace(one, urn=f"{one.urn}-bare", inputs={}, outputs={}) for one in resources]
        graph = ResourceGraph([*resources, *map(again, resources), *bare])
        assert found(rule.problems, graph, rule) == found(of_each, graph, rule)


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
