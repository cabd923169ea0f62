"""No rule passes what it could not read: with a secret or unknown value in place of a wrong one, it says so."""

from dataclasses import replace

import pytest

from deployment.graph import ResourceGraph, leaves
from deployment.values import readable
from policies.assess import run_rule
from policies.context import Context
from policies.examples import example_graph
from policies.registry import every_rule, rule_by_id

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"

RIGHT_WHEN_SECRET = {"data-database-password-secret"}
"""Rules that ask for a secret."""


def hidden(rule):
    """(what, graph): the failing example of `rule` with each property in turn made secret, and unknown.

    Where what is wrong is that there is nothing, a value that can't be read is something, and has decided.
    """
    graph = example_graph(rule.failing)
    for resource in graph:
        if resource.type.startswith("pulumi:"):
            continue
        for key, given in resource.inputs.items():
            if set(leaves(given)) <= {"", None}:
                continue
            for value in (UNKNOWN,) if rule.id in RIGHT_WHEN_SECRET else ("[secret]", UNKNOWN):
                yield f"{resource.name}.{key} {value}", _with(graph, resource, key, value)


def _with(graph, resource, key, value):
    changed = replace(
        resource, inputs=readable({**resource.inputs, key: value}), outputs=readable({**resource.outputs, key: value})
    )
    return ResourceGraph(changed if one is resource else one for one in graph)


PRICED = rule_by_id("cost-everything-priced")
"""What makes a stack impossible to price, this rule tells for the other rules about cost."""

RULES = [rule for rule in every_rule() if not rule.judges_waivers]  # they read the waivers, not resources


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_no_rule_passes_what_it_could_not_read(rule):
    silent = []
    for what, graph in hidden(rule):
        context = Context(graph, rule.example_config)
        asked = (rule, PRICED) if rule.id.startswith("cost-") or rule.id.endswith("-within-budget") else (rule,)
        if not any(run_rule(one, context) for one in asked):
            silent.append(what)
    assert silent == []
