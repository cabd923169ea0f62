"""Deployment files from outside: what is read, and what is refused with one line."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import sys
import tarfile

import pytest

from deployment import reader, source
from deployment.errors import InputError
from deployment.reader import graph_from_file, graph_from_json, graph_from_text
from deployment.unknown import SECRET, UNKNOWN
from deployment.values import OUTPUT_SIGNATURE, RESOURCE_SIGNATURE, SECRET_SIGNATURE, SIGNATURE_KEY

URN = "urn:pulumi:s::p::aws:kms/key:Key::key"


def state(**more):
    return {"urn": URN, "type": "aws:kms/key:Key", "custom": True, "inputs": {"a": 1}, **more}


def archive():
    """A tar with an export in it."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as file:
        member = tarfile.TarInfo("stack.json")
        member.size = 2
        file.addfile(member, io.BytesIO(b"{}"))
    return held.getvalue()


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
        pytest.param([{"version": 3, "deployment": {"resources": [state()]}}], id="a list of one export"),
        pytest.param([state()], id="the resources alone"),
        pytest.param(
            {"version": 3, "checkpoint": {"stack": "s", "latest": {"resources": [state()]}}}, id="a backend's"
        ),
        pytest.param({"stack": "s", "latest": {"resources": [state()]}}, id="an old backend's"),
        pytest.param({"steps": [{"op": "create", "newState": state()}, {"op": "delete"}]}, id="preview --json"),
    ],
)
def test_what_pulumi_writes_is_read(document):
    (resource,) = graph_from_text(json.dumps(document), "f")
    assert (resource.urn, resource.name, resource.inputs) == (URN, "key", {"a": 1})


@pytest.mark.parametrize(
    ("marked", "read"),
    [
        pytest.param({"value": [22], "dependencies": ["urn"]}, [22], id="known"),
        pytest.param({"value": [22], "secret": True}, SECRET, id="secret"),
        pytest.param({"secret": False}, UNKNOWN, id="not known yet"),
        pytest.param({"value": {SIGNATURE_KEY: SECRET_SIGNATURE, "ciphertext": "x"}}, SECRET, id="a secret inside"),
    ],
)
def test_an_output_that_is_handed_over_whole_is_read_as_its_value(marked, read):
    graph = graph_from_json({"resources": [state(inputs={"a": {SIGNATURE_KEY: OUTPUT_SIGNATURE, **marked}})]}, "f")
    assert graph.resources[0].get("a") == read


@pytest.mark.parametrize(
    ("marked", "read"),
    [
        pytest.param({"urn": URN, "id": "key-1"}, "key-1", id="to what a provider manages"),
        pytest.param({"urn": URN, "id": ""}, UNKNOWN, id="to what is not made yet"),
        pytest.param({"urn": URN, "id": "04da6b54-80e4-46f7-96ec-b56ff0331ba9"}, UNKNOWN, id="in a preview"),
        pytest.param({"urn": URN, "id": {SIGNATURE_KEY: SECRET_SIGNATURE, "ciphertext": "x"}}, SECRET, id="hidden"),
        pytest.param({"urn": URN}, URN, id="to a component"),
    ],
)
def test_a_reference_to_a_resource_is_read_as_what_its_users_hold_of_it(marked, read):
    graph = graph_from_json({"resources": [state(inputs={"a": {SIGNATURE_KEY: RESOURCE_SIGNATURE, **marked}})]}, "f")
    assert graph.resources[0].get("a") == read


def test_unknown_and_secret_values_are_told_apart():
    unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
    secret = {SIGNATURE_KEY: SECRET_SIGNATURE, "ciphertext": "x"}
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
        pytest.param(b'[{"deployment": {}}, {"deployment": {}}]', "a list of 2 documents", id="several exports"),
        pytest.param(b'{"manifest": {}, "resourcePlans": {}}', "an update plan", id="an update plan"),
        pytest.param(
            b'{"terraform_version": "1.9", "resources": []}', "a state or plan of Terraform", id="of Terraform"
        ),
        pytest.param(b'{"AWSTemplateFormatVersion": "2010-09-09"}', "template of CloudFormation", id="CloudFormation"),
        pytest.param(b'{"apiVersion": "v1", "kind": "List"}', "an object of Kubernetes", id="Kubernetes"),
        pytest.param(b'{"sequence": 0}\n{"sequence": 1}', "several JSON documents", id="events"),
        pytest.param(b"\x1f\x8b broken", "can't be read", id="broken gzip"),
        pytest.param(bz2.compress(b"{}"), "packed with bzip2; unpack it first", id="bzip2"),
        pytest.param(lzma.compress(b"{}"), "packed with xz; unpack it first", id="xz"),
        pytest.param(b"PK\x03\x04...", "packed with zip; unpack it first", id="zip"),
        pytest.param(gzip.compress(archive()), "packed with tar; unpack it first", id="tar in gzip"),
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


@pytest.mark.parametrize("above", [[0], [1, 0], [1, 2, 1]], ids=["itself", "each other", "those above are"])
def test_a_resource_that_is_above_itself_is_named_and_not_climbed_for_ever(above):
    names = [f"{URN}{number}" for number in range(len(above))]
    resources = [state(urn=urn, parent=names[parent]) for urn, parent in zip(names, above, strict=True)]
    with pytest.raises(InputError, match=r"is its own parent, or above it") as caught:
        graph_from_json({"resources": resources}, "f")
    assert URN in str(caught.value)


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_a_file_that_is_too_large_is_refused_and_the_limit_is_a_setting(tmp_path, monkeypatch, pack):
    path = tmp_path / "stack.json"
    path.write_bytes(pack(json.dumps({"resources": [state(inputs={"a": "x" * 1_000_000})]}).encode()))
    monkeypatch.setenv(source.LIMIT_VARIABLE, "1")
    with pytest.raises(InputError, match=rf"larger than 1 MB.*{source.LIMIT_VARIABLE}"):
        graph_from_file(str(path))
    monkeypatch.setenv(source.LIMIT_VARIABLE, "2")
    assert len(graph_from_file(str(path))) == 1
    monkeypatch.setenv(source.LIMIT_VARIABLE, "much")
    with pytest.raises(InputError, match=rf"{source.LIMIT_VARIABLE}=much: must be megabytes"):
        graph_from_file(str(path))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_gzip_and_byte_order_marks_are_read(tmp_path, encoding, pack):
    path = tmp_path / "stack.json"
    path.write_bytes(pack(json.dumps({"resources": [state()]}).encode(encoding)))
    assert len(graph_from_file(str(path))) == 1
    assert len(graph_from_text("\ufeff" + json.dumps({"resources": [state()]}), "f")) == 1


@pytest.mark.parametrize("name", ["none.json", "."], ids=["no such file", "a folder"])
def test_a_file_that_cannot_be_read_says_why(tmp_path, name):
    with pytest.raises(InputError, match="can't be read"):
        graph_from_file(str(tmp_path / name))


def test_standard_input_is_read_for_a_dash(monkeypatch):
    stdin = io.TextIOWrapper(io.BytesIO(json.dumps({"resources": [state()]}).encode()))
    monkeypatch.setattr(sys, "stdin", stdin)
    assert len(graph_from_file("-")) == 1


@pytest.mark.parametrize(
    "document",
    [
        pytest.param({"version": 3, "deployment": {"manifest": {"time": "2026-11-26T19:00:00Z"}}}, id="destroyed"),
        pytest.param({"version": 3, "deployment": {"manifest": {}, "resources": None}}, id="null"),
        pytest.param({"version": 3, "deployment": {"resources": None}}, id="null, without manifest"),
        pytest.param({"version": 3, "deployment": None}, id="never deployed"),
        pytest.param({"version": 3, "checkpoint": {"stack": "s", "latest": None}}, id="a backend's, never deployed"),
    ],
)
def test_a_stack_without_resources_is_an_empty_one(document):
    assert len(graph_from_json(document, "f")) == 0
    with pytest.raises(InputError, match="not a Pulumi deployment"):
        graph_from_json({"version": 3, "deployment": {"metadata": {}}}, "f")


def test_what_waits_for_its_deletion_is_left_out():
    (resource,) = graph_from_json({"resources": [state(inputs={"a": 2}, delete=True), state()]}, "f")
    assert resource.inputs == {"a": 1}


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a::b", "a::b"),
        ("$web [*] / ü 名前", "$web [*] / ü 名前"),
        ("no\u00a0break", "no\u00a0break"),
        ("two\nlines", "two\\nlines"),
        ("\u001b[31mred", "\\x1b[31mred"),
        ("right\u202eleft", "right\\u202eleft"),
    ],
)
def test_a_name_may_hold_any_character_and_none_steers_a_terminal(name, shown):
    urn = f"urn:pulumi:s::p::acme:infra:Web$aws:kms/key:Key::{name}"
    child = state(parent=urn, dependencies=[urn], propertyDependencies={"a": [urn]})
    parent, key = graph_from_json({"resources": [state(urn=urn), child]}, "f")
    assert parent.name == shown and parent.urn.endswith(f"::{shown}")
    assert key.parent == parent.urn and key.dependencies == (parent.urn,)
    assert key.property_dependencies == {"a": (parent.urn,)}


@pytest.mark.parametrize(
    "output",
    [
        {SIGNATURE_KEY: SECRET_SIGNATURE, "ciphertext": "x"},
        {SIGNATURE_KEY: OUTPUT_SIGNATURE},
        {SIGNATURE_KEY: OUTPUT_SIGNATURE, "value": "text"},
    ],
)
def test_outputs_that_are_one_output_tell_nothing_and_such_inputs_are_refused(output):
    component = {"urn": URN, "type": "acme:infra:Web", "custom": False, "outputs": output}
    (resource,) = graph_from_json({"resources": [component]}, "f")
    assert resource.outputs == {} and not resource.custom
    (resource,) = graph_from_json({"resources": [state(id="i-1", outputs=output)]}, "f")
    assert resource.outputs == {"id": "i-1"}
    with pytest.raises(InputError, match=r"inputs (is one secret value|must be an object, not an output)"):
        graph_from_json({"resources": [state(inputs=output)]}, "f")


def test_every_resource_of_another_shape_is_told_at_once(monkeypatch):
    states = [state(), state(urn=f"{URN}1", inputs=["a"]), {}, *[state(urn=f"{URN}{n}", outputs=1) for n in range(30)]]
    text = json.dumps({"deployment": {"resources": states}})
    for large in (len(text) + 1, 0):  # read whole, and a state at a time
        monkeypatch.setattr(reader, "LARGE_BYTES", large)
        with pytest.raises(InputError) as refused:
            graph_from_text(text.encode(), "f")
        assert refused.value.problems[:2] == (
            f"f: {URN}1: inputs must be an object, not list",
            "f: a resource without urn and type in plain text: {}",
        )
        assert refused.value.problems[reader.MOST_PROBLEMS :] == ("f: 12 more resources are no better",)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[" * 200_000 + "]" * 200_000, "it is nested too deep;"),
        ('{"deployment": {"resources": [' + "9" * 5_000 + "]}}", "a whole number has more than 4,300 digits;"),
    ],
)
def test_what_json_can_not_be_read_for_is_told_without_pythons_words(text, why):
    with pytest.raises(InputError, match=f"^f: not readable as JSON: {why} give what"):
        graph_from_text(text, "f")
