"""`pulumi preview --json`: what it leaves out is put back, so that it reads as the export after the update does."""

import pytest

from deployment.errors import InputError
from deployment.reader import graph_from_json

URN = "urn:pulumi:s::p::aws:kms/key:Key::key"
PROVIDER = "urn:pulumi:s::p::pulumi:providers:aws::default_7_51_1"


def state(**more):
    return {"urn": URN, "type": "aws:kms/key:Key", "custom": True, "inputs": {"a": 1, "b": 2}, **more}


OLD = state(id="id-1", outputs={"a": 1, "b": 2, "arn": "arn:1"})


def step(operation, new=None, old=None):
    return {
        "op": operation,
        "urn": URN,
        **({"newState": new} if new else {}),
        **({"oldState": old} if old else {}),
    }


def read(*steps, **more):
    return list(graph_from_json({"steps": list(steps), **more}, "f"))


def test_what_does_not_change_keeps_its_id_and_outputs():
    (resource,) = read(step("same", state(), OLD), changeSummary={"same": 1})
    assert resource.outputs == {"id": "id-1", "a": 1, "b": 2, "arn": "arn:1"}


def test_outputs_follow_the_inputs_that_change():
    (resource,) = read(step("update", state(inputs={"a": 5, "c": 6}), OLD))
    assert resource.outputs == {"id": "id-1", "a": 5, "c": 6, "arn": "arn:1"}
    assert resource.get("b") is None


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param([step("replace", state(), OLD)], id="as it is told by default"),
        pytest.param(
            [
                step("create-replacement", state(), OLD),
                step("replace", state(), OLD),
                step("delete-replaced", old=OLD),
            ],
            id="--show-replacement-steps, created first",
        ),
        pytest.param(
            [
                step("delete-replaced", old=OLD),
                step("replace", state(), OLD),
                step("create-replacement", state(), OLD),
            ],
            id="--show-replacement-steps, deleted first",
        ),
    ],
)
def test_a_replacement_is_one_resource_and_not_the_old_one(steps):
    (resource,) = read(*steps)
    assert resource.outputs == {}


@pytest.mark.parametrize("operation", ["delete", "delete-replaced", "discard", "discard-replaced"])
def test_what_goes_is_left_out_and_the_one_that_stays_under_its_name_is_not(operation):
    assert read(step(operation, old=OLD)) == []
    assert (
        len(read(step("same", state(), OLD), step(operation, old=state(delete=True)), changeSummary={"same": 1})) == 1
    )


def test_a_refreshed_resource_is_what_the_program_makes_of_it():
    refreshed = step("refresh", OLD, OLD)
    (resource,) = read(refreshed, step("update", state(inputs={"a": 3}), OLD))
    assert resource.inputs == {"a": 3}


@pytest.mark.parametrize("operation", ["create", "read", "import"])
def test_an_id_that_is_told_is_kept(operation):
    (resource,) = read(step(operation, state(id="id-2", external=operation == "read")))
    assert resource.outputs == {"id": "id-2"}


def component(**more):
    return {"urn": URN, "type": "acme:infra:Web", "custom": False, **more}


def test_a_component_keeps_its_outputs_and_a_new_one_is_read_by_its_inputs():
    (old,) = read(step("same", component(), component(outputs={"x": 1})), changeSummary={"same": 1})
    assert old.outputs == {"x": 1}
    (new,) = read(step("create", component(inputs={"costBasis": {"version": 1}})))
    assert new.outputs["costBasis"] == {"version": 1}


def test_default_providers_are_made_of_the_configuration():
    key = step("create", state(provider=f"{PROVIDER}::04da6b54-80e4-46f7-96ec-b56ff0331ba9"))
    provider, resource = read(key, config={"aws:region": "eu-west-1", "aws:defaultTags": "{}", "p:other": "1"})
    assert (provider.urn, provider.type, provider.custom) == (PROVIDER, "pulumi:providers:aws", True)
    assert provider.inputs == {"region": "eu-west-1", "defaultTags": "{}"}
    assert resource.options["provider"].startswith(provider.urn)


def test_a_provider_that_is_told_is_not_made_up():
    explicit = {"urn": PROVIDER, "type": "pulumi:providers:aws", "custom": True, "inputs": {"region": "us-west-2"}}
    resources = read(
        step("create", explicit), step("create", state(provider=f"{PROVIDER}::x")), config={"aws:region": "us-east-1"}
    )
    assert [one.inputs.get("region") for one in resources] == ["us-west-2", None]


def test_a_preview_that_failed_is_refused_with_its_reason():
    with pytest.raises(InputError, match=r"the preview failed.*: update failed"):
        read(step("create", state()), diagnostics=[{"severity": "error", "message": "error: update failed\n"}])
    assert len(read(step("create", state()), diagnostics=[{"severity": "warning", "message": "w"}])) == 1


def test_a_preview_without_what_stays_is_refused_with_the_option_that_shows_it():
    with pytest.raises(InputError, match=r"3 resources that do not change are left out.*--show-sames"):
        read(step("update", state()), changeSummary={"same": 3, "update": 1})
    with pytest.raises(InputError, match=r"--show-sames"):
        graph_from_json({"config": {}, "duration": 1, "changeSummary": {"same": 3}}, "f")


def test_a_preview_of_nothing_is_an_empty_stack():
    assert len(graph_from_json({"duration": 5, "changeSummary": {}}, "f")) == 0


def test_a_program_in_yaml_that_failed_is_refused_though_no_diagnostic_is_an_error():
    told = [{"severity": "info#err", "message": "\x1b[31mError\x1b[0m: unable to find resource type\n\n"}]
    with pytest.raises(InputError, match=r"the preview failed.*: unable to find resource type$"):
        read(step("create", state()), diagnostics=told)
    said = [{"severity": "info#err", "message": "Error: of a tool"}]
    assert len(read(step("create", state()), diagnostics=said)) == 1


def test_what_stays_is_read_from_its_old_state_where_no_new_one_is_told():
    (resource,) = read(step("same", None, OLD))
    assert resource.outputs["arn"] == "arn:1"
    assert read(step("refresh", None, OLD)) == []


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        pytest.param({"steps": {"a": step("create", state())}}, "steps must be a list", id="steps as an object"),
        pytest.param({"steps": [step("create", state()), 5]}, "steps must be a list", id="a number for a step"),
        pytest.param({"steps": [step("create")]}, r"a step \(create\) without newState", id="nothing new"),
        pytest.param({"steps": [step("update", None, OLD)]}, r"a step \(update\) without newState", id="only the old"),
        pytest.param({"steps": [], "changeSummary": {"same": "2"}}, "changeSummary must be", id="a count as text"),
        pytest.param({"steps": [], "changeSummary": [1]}, "changeSummary must be", id="counts as a list"),
        pytest.param({"steps": [], "diagnostics": {}, "duration": 1}, None, id="no diagnostics"),
        pytest.param({"steps": [], "diagnostics": {"severity": "error"}}, "diagnostics must be", id="no list of them"),
        pytest.param(
            {"steps": [step("create", state())], "changeSummary": {"create": 3}},
            "changeSummary counts 3 to create, and the steps tell 1",
            id="a part of the steps",
        ),
    ],
)
def test_a_preview_that_does_not_tell_everything_is_refused(document, problem):
    if problem is None:
        assert len(graph_from_json(document, "f")) == 0
        return
    with pytest.raises(InputError, match=problem):
        graph_from_json(document, "f")
