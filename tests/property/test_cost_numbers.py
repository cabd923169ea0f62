"""How a number is written doesn't change what it costs: an engine sends 2 as 2.0, and people write "2"."""

from __future__ import annotations

from dataclasses import replace

import depth
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cost import estimate
from cost.rollouts import find_rollout
from deployment.graph import ResourceGraph

STACKS = ("dev", "prod", "parked")
SPELLINGS = (float, str, lambda number: str(float(number)))


def respelled(value, spell):
    """`value` with every number in it as `spell` makes it; truth values are none."""
    if isinstance(value, bool):
        return value
    if isinstance(value, (int, float)):
        return spell(value)
    if isinstance(value, dict):
        return {key: respelled(item, spell) for key, item in value.items()}
    return [respelled(item, spell) for item in value] if isinstance(value, list) else value


def with_numbers(graph, spell):
    return ResourceGraph(
        replace(one, inputs=respelled(one.inputs, spell), outputs=respelled(one.outputs, spell)) for one in graph
    )


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("spell", SPELLINGS, ids=["float", "text", "text of a float"])
def test_a_stack_costs_the_same_however_all_its_numbers_are_written(graph, stack, spell):
    before, after = estimate(graph(stack)), estimate(with_numbers(graph(stack), spell))
    assert after.to_json() == before.to_json()
    assert (after.worst_case_usd, after.hours_bought) == (before.worst_case_usd, before.hours_bought)


@given(stack=st.sampled_from(STACKS), data=st.data())
@settings(max_examples=depth.drawn(15))
def test_a_stack_costs_the_same_however_each_number_is_written(graph, stack, data):
    spellings = st.sampled_from((int, *SPELLINGS))

    def spell(number):
        return data.draw(spellings)(number) if number == int(number) else number

    few = set(data.draw(st.lists(st.sampled_from([one.urn for one in graph(stack)]), min_size=1, max_size=8)))
    mixed = ResourceGraph(
        replace(one, inputs=respelled(one.inputs, spell), outputs=respelled(one.outputs, spell))
        if one.urn in few
        else one
        for one in graph(stack)
    )
    assert estimate(mixed).to_json() == estimate(graph(stack)).to_json()


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_the_rollout_is_found_when_sizes_are_floats(graph, stack):
    found = find_rollout(with_numbers(graph(stack), float))
    assert found is not None
    assert found.canary.name == "plant-canary-group"
