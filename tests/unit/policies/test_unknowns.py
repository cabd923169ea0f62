"""No rule trips on a value that is not known yet, and the budget decides all the same."""

import copy

import depth
import pytest
from rejudged import Readers

from deployment.errors import InputError
from deployment.reader import graph_from_json
from deployment.values import UNKNOWN_VALUES
from policies.assess import assess, run_rule
from policies.context import Context
from policies.registry import every_rule

STACKS = ("dev", "prod")
COMPARED = 40
"""Of so many documents one is judged by every rule, also those that read nothing of what is unknown in it."""
SENTINELS = sorted(UNKNOWN_VALUES)


def with_unknowns(recorded):
    """(what, deployment) with each property of each resource in turn replaced by each engine sentinel.

    All resources of one type are changed together, one property at a time. The sentinels take turns: the reader
    makes one and the same UNKNOWN of each (the next test has all of them), and so no rule can tell them apart.
    """
    properties = {
        (state["type"], key)
        for state in recorded["deployment"]["resources"]
        for key in state.get("inputs", {})
        if state.get("custom")
    }
    for number, (token, key) in enumerate(sorted(properties)):
        changed = copy.copy(recorded)
        sentinel = SENTINELS[number % len(SENTINELS)]
        states = [
            _replaced(state, key, sentinel) if state["type"] == token and key in state.get("inputs", {}) else state
            for state in recorded["deployment"]["resources"]
        ]
        changed["deployment"] = {**recorded["deployment"], "resources": states}
        yield f"{token} {key}", changed


def _replaced(state, key, sentinel):
    return {
        **state,
        "inputs": {**state["inputs"], key: sentinel},
        "outputs": {**state.get("outputs", {}), key: sentinel},
    }


@pytest.mark.slow
@pytest.mark.parametrize("stack", STACKS)
def test_no_rule_raises_on_an_unknown_and_the_budget_still_decides(deployment, stack):
    def problems(rule):
        return lambda context: list(rule.problems(context))  # raises where it trips: `assess` makes a finding of that

    def decides(context):
        assert context.estimate.worst_case_usd >= context.estimate.floor_usd >= 0

    recorded = deployment(stack)
    asked = {rule.id: problems(rule) for rule in every_rule()} | {"the budget": decides}
    readers = Readers(recorded, Context, asked)
    documents = list(with_unknowns(recorded))
    assert len(documents) > 200
    for number, (_, document) in enumerate(depth.tried(documents)):
        graph, names = readers.changed(document)
        if number % COMPARED == 0:
            graph, names = graph_from_json(document, "a copy"), asked
        context = Context(graph)
        for name in names:
            asked[name](context)


@pytest.mark.parametrize("sentinel", SENTINELS)
def test_no_rule_raises_when_everything_is_unknown(deployment, sentinel):
    recorded = deployment("dev")
    for state in recorded["deployment"]["resources"]:
        if state.get("custom"):
            for section in ("inputs", "outputs"):
                state[section] = dict.fromkeys(state.get(section, {}), sentinel)
    context = Context(graph_from_json(recorded, "unknown"))
    undecided = 0
    for rule in every_rule():
        try:
            list(rule.problems(context))
            undecided += sum(finding.unknown for finding in run_rule(rule, context))
        except InputError:  # the Region is not known either; the rules of the group cost say so
            assert rule.topic == "cost"
    assert undecided > 50


def test_a_fleet_of_unknown_size_does_not_pass_the_budget(deployment):
    recorded = deployment("dev")
    for state in recorded["deployment"]["resources"]:
        if state["type"] == "aws:autoscaling/group:Group":
            for section in ("inputs", "outputs"):
                state[section]["maxSize"] = "3eeb2bf0-c639-47a8-9e75-3b44932eb421"
    assessment = assess(graph_from_json(recorded, "unknown"))
    assert "cost-everything-priced" in {entry.rule.id for entry in assessment.violations}
    assert assessment.blocked
