"""Worst cases of other people's programs: no sampled month, and no state that an autoscaler may reach, exceeds them."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from foreign.declared import NAMES, declared
from hypothesis import given, settings
from hypothesis import strategies as st

from cost import estimate
from cost.quantiles import sample_months
from cost.registry import pricer_of
from deployment import tokens
from deployment.decimals import number
from deployment.graph import ResourceGraph
from deployment.reader import graph_from_json

PROGRAMS = sorted((Path(__file__).parents[1] / "fixtures" / "programs").glob("*.json"))
EVERY = (*NAMES, *(path.stem for path in PROGRAMS))


@cache
def graph_of(name):
    if name in NAMES:
        return graph_from_json(declared(name), name)
    return graph_from_json(json.loads(next(path for path in PROGRAMS if path.stem == name).read_text()), name)


@cache
def priced(name):
    return estimate(graph_of(name), region="us-east-1")


@pytest.mark.parametrize("name", EVERY)
def test_the_worst_case_bounds_every_sampled_month(name):
    found = priced(name)
    months = sample_months(found, samples=300, seed=7)
    slack = 1e-9 * float(found.worst_case_usd) + 1e-6
    assert float(found.floor_usd) - slack <= months.min()
    assert months.max() <= float(found.worst_case_usd) + slack


@pytest.mark.parametrize("name", EVERY)
def test_no_use_that_a_file_states_leaves_the_bounds(name):
    """Whatever a usage file says, hours that no month has included."""
    drawn = random.Random(name)  # noqa: S311 - draws of a test, not secrets
    graph = graph_of(name)
    for _ in range(3):
        usage = {}
        for one in graph:
            keys = pricer.usage if (pricer := pricer_of(one.type)) is not None else ()
            stated = [key.name for key in keys if not key.choices and drawn.random() < 0.5]
            usage[one.urn] = {key: Decimal(drawn.choice((0, 1, 7, 1000, 10**6, 3 * 10**9))) for key in stated}
        found = estimate(graph, region="us-east-1", usage=usage)
        assert found.floor_usd <= found.expected_usd <= found.worst_case_usd
        slack = 1e-9 * float(found.worst_case_usd) + 1e-6
        assert sample_months(found, samples=100, seed=7).max() <= float(found.worst_case_usd) + slack


def sized(resource):
    """Least and most of what an autoscaler sets by itself, and what its resource declares at a given size; None of a
    resource that nothing scales."""
    whole = {key: number(resource.get(key)) for key in ("minSize", "maxSize", "desiredCapacity")}
    if resource.type in tokens.SCALING_GROUP and whole["maxSize"] is not None:
        least, most = whole["minSize"] or 0, max(whole["maxSize"], whole["desiredCapacity"] or 0)
        return least, most, lambda size: dict.fromkeys(whole, size)
    if resource.type in tokens.NODE_GROUP and isinstance(resource.get("scalingConfig"), dict):
        low, high = (number(resource.get(f"scalingConfig.{key}")) for key in ("minSize", "maxSize"))
        return low, high, lambda size: {"scalingConfig": dict.fromkeys(("minSize", "desiredSize", "maxSize"), size)}
    if resource.type in tokens.SCALABLE_TARGET:
        low, high = (number(resource.get(key)) for key in ("minCapacity", "maxCapacity"))
        return low, high, lambda size: {"minCapacity": size, "maxCapacity": size}
    if resource.type in tokens.DB_CLUSTER and isinstance(resource.get("serverlessv2ScalingConfiguration"), dict):
        low, high = (
            number(resource.get(f"serverlessv2ScalingConfiguration.{key}")) for key in ("minCapacity", "maxCapacity")
        )
        held = lambda size: {"serverlessv2ScalingConfiguration": {"minCapacity": size, "maxCapacity": size}}  # noqa: E731
        return low, high, held
    if resource.type in tokens.DB_INSTANCE and (high := number(resource.get("maxAllocatedStorage"))):
        return number(resource.get("allocatedStorage")), high, lambda size: {"allocatedStorage": size}
    return None


SCALED = (
    "aurora",
    "dynamodb_app",
    "ecs_on_ec2",
    "eks",
    "eks_platform",
    "functions_inside",
    "game_servers",
    "public_web",
    "eks_cluster",
    "three_tier_web_app",
)
"""Programs of which an autoscaler sets something by itself; named, so that looking for tests declares none."""


def test_all_programs_that_an_autoscaler_changes_are_named():
    changed = [
        name
        for name in EVERY
        if any((found := sized(one)) is not None and found[1] > found[0] for one in graph_of(name))
    ]
    assert changed == list(SCALED)


def test_programs_of_every_kind_of_autoscaler_are_among_them():
    kinds = {one.type for name in SCALED for one in graph_of(name) if sized(one) is not None}
    assert {*tokens.SCALING_GROUP, *tokens.SCALABLE_TARGET, *tokens.NODE_GROUP} <= kinds


@pytest.mark.parametrize("name", SCALED)
@settings(max_examples=12)
@given(data=st.data())
def test_no_state_that_an_autoscaler_may_reach_exceeds_the_worst_case(name, data):
    found = priced(name)
    resources = []
    for one in graph_of(name):
        if (limits := sized(one)) is not None:
            low, high, at = limits
            size = data.draw(st.integers(int(low), int(high)), label=one.name)
            one = replace(one, inputs={**one.inputs, **at(Decimal(size))})
        resources.append(one)
    state = estimate(ResourceGraph(resources), region="us-east-1")
    assert {each.urn for each in state.unpriced} == {each.urn for each in found.unpriced}
    assert found.floor_usd <= state.expected_usd <= found.worst_case_usd
