"""Building blocks of the workflows, and the definitions of all three."""

import json

import pytest

from components.workflow import states

MACHINE = "aws:sfn/stateMachine:StateMachine"
SERVICES = {"elasticloadbalancingv2": "elbv2", "sfn": "stepfunctions"}
"""Names that Step Functions and botocore do not share."""


def capitalised(name):
    """Step Functions capitalises the names of an API's parameters, also where the API does not (its own)."""
    return name[0].upper() + name[1:]


@pytest.fixture(scope="module", params=["plant-rollout-machine", "plant-maintenance-machine", "plant-reaper-machine"])
def definition(request, dev, one):
    return json.loads(one(dev, MACHINE, request.param).get("definition"))


def every_state(machine):
    """Name and state, those of loops included."""
    for name, state in machine["States"].items():
        yield name, state
        if "ItemProcessor" in state:
            yield from every_state(state["ItemProcessor"])


def test_state_that_leads_nowhere_is_refused():
    with pytest.raises(ValueError, match="no such state: Nowhere"):
        states.machine("x", "A", {"A": states.wait(1, then="Nowhere")}, timeout_seconds=1)


def test_state_that_nothing_leads_to_is_refused():
    with pytest.raises(ValueError, match="nothing leads to: B"):
        states.machine("x", "A", {"A": states.succeed(), "B": states.succeed()}, timeout_seconds=1)


def test_name_that_two_states_have_is_refused_inside_a_loop_too():
    loop = states.each("$", {"B": states.succeed()}, "B", then="B")
    with pytest.raises(ValueError, match="states have one name: B"):
        states.machine("x", "A", {"A": loop, "B": states.succeed()}, timeout_seconds=1)


def test_every_call_is_one_that_aws_knows(definition):
    import botocore.session

    session = botocore.session.get_session()
    calls = 0
    for name, state in every_state(definition):
        if ":aws-sdk:" not in state.get("Resource", ""):
            continue
        service, action = state["Resource"].split(":aws-sdk:")[1].split(":")
        model = session.get_service_model(SERVICES.get(service, service))
        shape = model.operation_model(capitalised(action)).input_shape
        given = {key.removesuffix(".$") for key in state["Parameters"]}
        assert given <= set(map(capitalised, shape.members)), name
        assert set(map(capitalised, shape.required_members)) <= given, name
        calls += 1
    assert calls >= 3


def test_constant_parameters_have_the_right_types(definition):
    import botocore.session
    from botocore.validate import ParamValidator

    session = botocore.session.get_session()
    for name, state in every_state(definition):
        parameters = state.get("Parameters", {})
        if ":aws-sdk:" not in state.get("Resource", ""):
            continue
        service, action = state["Resource"].split(":aws-sdk:")[1].split(":")
        shape = (
            session.get_service_model(SERVICES.get(service, service)).operation_model(capitalised(action)).input_shape
        )
        members = {capitalised(key): member for key, member in shape.members.items()}
        fixed = {key: value for key, value in parameters.items() if not key.endswith(".$")}
        for key, value in fixed.items():
            report = ParamValidator().validate(value, members[key])
            assert not report.has_errors(), f"{name}.{key}: {report.generate_report()}"


def test_calls_are_retried_and_failures_of_them_lead_somewhere(definition):
    for name, state in definition["States"].items():
        if state["Type"] in ("Task", "Map"):
            assert state["Retry"], name


def test_every_loop_over_states_waits(definition):
    """A cycle without a Wait would spin through the execution's history within seconds."""
    following = {
        name: {state.get("Next"), state.get("Default"), *(rule["Next"] for rule in state.get("Choices", []))} - {None}
        for name, state in definition["States"].items()
    }
    moving = {name: targets for name, targets in following.items() if definition["States"][name]["Type"] != "Wait"}
    for start in moving:
        seen, waiting = set(), set(moving[start])
        while waiting:
            name = waiting.pop()
            assert name != start, f"a cycle without a wait goes through {start!r}"
            if name not in seen and name in moving:
                seen.add(name)
                waiting |= moving[name]


def test_workflow_ends_by_itself(definition):
    assert definition["TimeoutSeconds"] > 0
    assert any(state["Type"] == "Succeed" for state in definition["States"].values())
