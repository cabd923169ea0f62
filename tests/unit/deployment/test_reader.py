"""Deployment files from outside: what is read, and what is refused with one line."""

from __future__ import annotations

import io
import json
import sys

import pytest

from deployment import reader as deployment
from deployment.errors import InputError
from deployment.reader import graph_from_file, graph_from_json, graph_from_text
from deployment.unknown import SECRET, UNKNOWN

URN = "urn:pulumi:s::p::aws:kms/key:Key::key"


def state(**more):
    return {"urn": URN, "type": "aws:kms/key:Key", "custom": True, "inputs": {"a": 1}, **more}


def nested(depth):
    value = {}
    for _ in range(depth):
        value = {"x": value}
    return value


@pytest.mark.parametrize(
    "document",
    [
        pytest.param({"version": 3, "deployment": {"resources": [state()]}}, id="stack export"),
        pytest.param({"resources": [state()]}, id="without envelope"),
        pytest.param({"steps": [{"op": "create", "newState": state()}, {"op": "delete"}]}, id="preview --json"),
    ],
)
def test_what_pulumi_writes_is_read(document):
    (resource,) = graph_from_text(json.dumps(document), "f")
    assert (resource.urn, resource.name, resource.inputs) == (URN, "key", {"a": 1})


def test_a_preview_without_what_stays_is_refused_with_the_option_that_shows_it():
    document = {"steps": [{"op": "update", "newState": state()}], "changeSummary": {"same": 3, "update": 1}}
    with pytest.raises(InputError, match=r"3 resources that do not change are left out.*--show-sames"):
        graph_from_json(document, "f")


def test_a_replacement_of_a_preview_is_one_resource():
    ops = ("create-replacement", "replace", "delete-replaced")
    steps = [{"op": op, **({"newState": state()} if op != "delete-replaced" else {})} for op in ops]
    assert len(list(graph_from_json({"steps": steps, "changeSummary": {"replace": 1}}, "f"))) == 1


def test_a_component_of_a_preview_is_read_by_its_inputs():
    component = {"urn": URN, "type": "plant:infra:PlantApi", "custom": False, "inputs": {"costBasis": {"version": 1}}}
    (resource,) = graph_from_json({"steps": [{"op": "create", "newState": component}]}, "f")
    assert resource.outputs["costBasis"] == {"version": 1}


def test_unknown_and_secret_values_are_told_apart():
    unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
    secret = {deployment.SIGNATURE_KEY: deployment.SECRET_SIGNATURE, "ciphertext": "x"}
    (resource,) = graph_from_json({"resources": [state(inputs={"u": unknown, "s": [secret]})]}, "f")
    assert resource.inputs["u"] is UNKNOWN
    assert resource.inputs["s"][0] is SECRET


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        pytest.param(b"", "not readable as JSON", id="empty"),
        pytest.param(b'{"deployment": {"resources": [', "not readable as JSON", id="truncated"),
        pytest.param(b"\xff\xfe\x00", "not readable as JSON", id="binary"),
        pytest.param(b"[" * 100_000, "not readable as JSON", id="a hundred thousand brackets"),
        pytest.param(b'{"a": NaN}', "NaN is no JSON number", id="no number"),
        pytest.param(b'{"a": ' + b"9" * 5000 + b"}", "not readable as JSON", id="a number of 5,000 digits"),
        pytest.param(b"3", "not a Pulumi deployment", id="a number"),
        pytest.param(b'{"deployment": {"resources": {}}}', "not a Pulumi deployment", id="resources as object"),
        pytest.param(b'{"resources": [5]}', "a resource without urn and type", id="a number for a resource"),
        pytest.param(b'{"resources": [{"urn": 1, "type": "t"}]}', "without urn and type", id="a number for a URN"),
        pytest.param(b'{"resources": [{"urn": "a\\u001b[31m", "type": "t"}]}', "in plain text", id="terminal escapes"),
        pytest.param(b'{"resources": [{"urn": "a\\ud800", "type": "t"}]}', "in plain text", id="half a character"),
    ],
)
def test_what_is_no_deployment_is_refused_with_one_line(content, problem, tmp_path):
    path = tmp_path / "stack.json"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        graph_from_file(str(path))
    message = str(caught.value)
    assert problem in message and "stack.json" in message
    assert message.isprintable() and "\n" not in message


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"inputs": ["a"]}, "inputs must be an object, not list"),
        ({"outputs": "a"}, "outputs must be an object, not str"),
        ({"dependencies": "a"}, "dependencies must be a list of URNs"),
        ({"dependencies": [1]}, "dependencies must be a list of URNs"),
        ({"propertyDependencies": {"a": "b"}}, "propertyDependencies must be a list of URNs"),
        ({"inputs": nested(200)}, "nested deeper than 64 levels"),
    ],
    ids=str,
)
def test_a_malformed_resource_is_named(wrong, problem):
    with pytest.raises(InputError) as caught:
        graph_from_json({"resources": [state(**wrong)]}, "f")
    assert problem in str(caught.value) and URN in str(caught.value)


def test_a_file_that_is_too_large_is_refused_unread(tmp_path, monkeypatch):
    monkeypatch.setattr(deployment, "MOST_BYTES", 1000)
    path = tmp_path / "stack.json"
    path.write_text(json.dumps({"resources": [state(inputs={"a": "x" * 1000})]}))
    with pytest.raises(InputError, match="larger than 1,000 bytes"):
        graph_from_file(str(path))


@pytest.mark.parametrize("name", ["none.json", "."], ids=["no such file", "a folder"])
def test_a_file_that_cannot_be_read_says_why(tmp_path, name):
    with pytest.raises(InputError, match="can't be read"):
        graph_from_file(str(tmp_path / name))


def test_standard_input_is_read_for_a_dash(monkeypatch):
    stdin = io.TextIOWrapper(io.BytesIO(json.dumps({"resources": [state()]}).encode()))
    monkeypatch.setattr(sys, "stdin", stdin)
    assert len(graph_from_file("-")) == 1


def test_a_destroyed_stack_is_an_empty_one():
    exported = {"version": 3, "deployment": {"manifest": {"time": "2026-11-26T19:00:00Z"}, "metadata": {}}}
    assert len(graph_from_json(exported, "f")) == 0
    with pytest.raises(InputError, match="not a Pulumi deployment"):
        graph_from_json({"version": 3, "deployment": {"metadata": {}}}, "f")
