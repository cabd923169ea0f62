"""The pack before anything exists: in the engine's first preview, whatever comes from another resource is unknown."""

import json
from decimal import Decimal

import pytest
from first_preview import UNKNOWN_STRING, first_preview

from deployment.reader import graph_from_json
from policies.assess import assess
from policies.finding import Enforcement

STATE_MACHINE = "aws:sfn/stateMachine:StateMachine"


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
