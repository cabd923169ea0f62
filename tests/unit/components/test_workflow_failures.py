"""Failed workflows."""

import json

import pytest

MACHINE = "aws:sfn/stateMachine:StateMachine"


@pytest.mark.parametrize(
    ("stack", "watched"),
    [
        ("dev", ["plant-maintenance-machine", "plant-reaper-machine"]),
        ("parked", ["plant-maintenance-machine", "plant-reaper-machine"]),
        ("prod", ["plant-maintenance-machine", "plant-brake-machine"]),
    ],
)
def test_operators_hear_of_a_failed_workflow(graph, one, stack, watched):
    whole = graph(stack)
    rule = one(whole, "aws:cloudwatch/eventRule:EventRule", "plant-workflows-failed")
    detail = json.loads(rule.get("eventPattern"))["detail"]
    assert detail["stateMachineArn"] == [one(whole, MACHINE, name).get("arn") for name in watched]
    assert detail["status"] == ["FAILED", "TIMED_OUT", "ABORTED"]
    target = one(whole, "aws:cloudwatch/eventTarget:EventTarget", "plant-workflows-to-operators")
    assert target.get("arn") == one(whole, "aws:sns/topic:Topic", "plant-alerts-topic").get("arn")
