"""The pack before anything exists: in the engine's first preview, whatever comes from another resource is unknown."""

import json
from decimal import Decimal

import pytest

from deployment.reader import graph_from_json
from policies.assess import assess
from policies.finding import Enforcement

UNKNOWN_STRING = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
STATE_MACHINE = "aws:sfn/stateMachine:StateMachine"
SHORTEST = 6
"""Output values below this length ("443") would match by chance."""


def first_preview(deployment):
    """`deployment` as the engine sees it before the first update: no outputs, and unknown what is made of them."""
    resources = deployment["deployment"]["resources"]
    computed = {
        state["urn"]: [
            value
            for key, value in (*state.get("outputs", {}).items(), ("id", state.get("id")))
            if isinstance(value, str) and len(value) >= SHORTEST and state.get("inputs", {}).get(key) != value
        ]
        for state in resources
        if state["custom"]
    }

    def seen(value, outputs):
        if isinstance(value, str):
            return UNKNOWN_STRING if any(output in value for output in outputs) else value
        if isinstance(value, dict):
            return {key: seen(item, outputs) for key, item in value.items()}
        return [seen(item, outputs) for item in value] if isinstance(value, list) else value

    everything = [value for values in computed.values() for value in values]
    for state in resources:
        sources = state.get("propertyDependencies", {})
        state["inputs"] = {
            key: seen(value, [output for urn in sources.get(key, ()) for output in computed.get(urn, ())])
            for key, value in state.get("inputs", {}).items()
        }
        state.pop("id", None)
        state["outputs"] = dict(state["inputs"]) if state["custom"] else seen(state.get("outputs", {}), everything)
    return deployment


@pytest.mark.parametrize("name", ["dev", "prod", "parked"])
def test_what_is_not_known_yet_is_no_violation_and_the_budget_still_decides(deployment, name):
    known = assess(graph_from_json(deployment(name), name))
    document = first_preview(deployment(name))
    assert UNKNOWN_STRING in json.dumps(document)
    unknown = assess(graph_from_json(document, name))
    mandatory = [found for found in unknown.violations if found.enforcement is Enforcement.MANDATORY]
    assert [(found.rule.id, found.finding.message) for found in mandatory] == []
    # What a state machine's definition or a bucket's name would tell is counted by the stated defaults: how often a
    # machine runs at its worst is in its definition, and comes with the next preview.
    unseen = sum(line.worst_case_usd for line in known.estimate.charges if line.type == STATE_MACHINE)
    for figure, room in (("expected_usd", Decimal(0)), ("worst_case_usd", unseen)):
        before, after = getattr(unknown.estimate, figure), getattr(known.estimate, figure)
        assert abs(before - after) <= Decimal("0.25") + room, figure


def test_a_stack_over_the_budget_is_blocked_before_anything_is_known(deployment):
    document = first_preview(deployment("dev"))
    root = next(state for state in document["deployment"]["resources"] if state["type"] == "plant:infra:PlantApi")
    root["outputs"]["costBasis"]["uptime"]["hoursPerSession"] = "24"
    broken = {
        found.rule.id
        for found in assess(graph_from_json(document, "dev")).violations
        if found.enforcement is Enforcement.MANDATORY
    }
    assert {"cost-expected-within-budget", "cost-worst-case-within-budget"} <= broken
