"""Which definitions of state machines AWS would refuse, or leave to fail at run time."""

import json

import pytest

from policies.rules.sfn.states_complete import faults_of

CALL = "arn:aws:states:::aws-sdk:ssm:putParameter"
RETRY = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 2, "MaxAttempts": 3, "BackoffRate": 2}]


def task(**more):
    return {"Type": "Task", "Resource": CALL, **more}


def text(start="A", **states):
    return json.dumps({"StartAt": start, "States": states})


SOUND = text(
    A=task(Next="B", Retry=RETRY, Catch=[{"ErrorEquals": ["States.ALL"], "Next": "Failed"}]),
    B={"Type": "Choice", "Choices": [{"Variable": "$.x", "IsPresent": True, "Next": "C"}], "Default": "E"},
    C={"Type": "Wait", "Seconds": 60, "Next": "D"},
    D={
        "Type": "Map",
        "ItemProcessor": {"StartAt": "In", "States": {"In": task(End=True)}},
        "Retry": RETRY,
        "Next": "E",
    },
    E={"Type": "Parallel", "Branches": [{"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}], "End": True},
    Failed={"Type": "Fail"},
)


def test_a_sound_definition_has_no_fault():
    assert faults_of(SOUND) == ()


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        pytest.param(text(A={"Resource": CALL, "End": True}), "state A: Type is not set", id="no type"),
        pytest.param(text(A={"Type": "task", "End": True}), "Type is task; give one of Task", id="another type"),
        pytest.param(text(A={"Type": "Task", "End": True}), "a Task has no Resource", id="no resource"),
        pytest.param(text(A=task()), "give either Next or End", id="no way on"),
        pytest.param(text(A=task(Next="B", End=True), B={"Type": "Succeed"}), "give either Next or End", id="two ways"),
        pytest.param(text(A=task(Next="B")), "goes on to B, which is no state beside it", id="no such state"),
        pytest.param(text(A=task(End=True), B={"Type": "Fail"}), "state B: nothing leads to it", id="unreached"),
        pytest.param(text("Z", A=task(End=True)), "state A: nothing leads to it", id="another start"),
        pytest.param(
            text(
                A={"Type": "Map", "ItemProcessor": {"StartAt": "B", "States": {"B": task(End=True)}}, "Next": "B"},
                B={"Type": "Succeed"},
            ),
            "state B: 2 states have this name",
            id="a name inside a map and outside",
        ),
        pytest.param(
            text(
                A={
                    "Type": "Parallel",
                    "Branches": [{"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}] * 2,
                    "End": True,
                }
            ),
            "state P: 2 states have this name",
            id="a name in two branches",
        ),
        pytest.param(text(A={"Type": "Succeed", "End": True}), "a Succeed has neither Next nor End", id="end twice"),
        pytest.param(text(A={"Type": "Wait", "End": True}), "a Wait takes one of Seconds", id="waits for nothing"),
        pytest.param(text(A={"Type": "Map", "End": True}), "a Map has no ItemProcessor", id="empty map"),
        pytest.param(text(A={"Type": "Choice"}), "a Choice has no Choices", id="no choice"),
        pytest.param(
            text(A={"Type": "Choice", "Choices": [{"Variable": "$.x"}]}), "has no Next; give it", id="a dead branch"
        ),
        pytest.param(text(A=task(End=True, Catch=[])), "Catch is empty", id="empty catch"),
        pytest.param(text(A=task(End=True, Retry=[{"MaxAttempts": 2}])), "Retry has no ErrorEquals", id="any error"),
        pytest.param(
            text(A=task(End=True, Retry=[{**RETRY[0], "IntervalSeconds": 0}])),
            "Retry.IntervalSeconds is 0; allowed is 1 to 99,999,999",
            id="no interval",
        ),
        pytest.param(
            text(A=task(End=True, Retry=[{**RETRY[0], "JitterStrategy": "SOME"}])),
            "JitterStrategy is SOME",
            id="jitter",
        ),
        pytest.param(text(A={"Type": "Pass", "End": True, "Retry": RETRY}), "a Pass has no Retry", id="pass retried"),
        pytest.param(text(A=3), "state A: is no object", id="no state"),
    ],
)
def test_a_fault_is_told_with_its_state(definition, message):
    assert any(message in fault for fault in faults_of(definition)), faults_of(definition)


def test_states_inside_others_are_judged_as_well():
    inner = {"StartAt": "In", "States": {"In": task()}}
    assert any(
        fault.startswith("state In:") for fault in faults_of(text(A={"Type": "Map", "Iterator": inner, "End": True}))
    )
