"""What a document repeats is held once, and reads as before."""

import json

import pytest

from deployment.reader import graph_from_text
from deployment.sharing import sharing

URN = "urn:pulumi:s::p::aws:kms/key:Key::"


def state(name, **more):
    return {"urn": URN + name, "type": "aws:kms/key:Key", "custom": True, **more}


def document(*states):
    return json.dumps({"version": 3, "deployment": {"resources": states}})


def test_equal_properties_and_names_are_one_object():
    tags, depends = {"Project": "plant", "Stack": "dev"}, {"dependencies": [URN + "one"]}
    one = state("one", inputs={"policy": "allow " * 9, "tags": tags}, outputs={"policy": "allow " * 9, "tags": tags})
    two = state("two", inputs={"tags": tags}, parent=URN + "one", propertyDependencies={"tags": [URN + "one"]})
    first, second, third = graph_from_text(document(one, {**two, **depends}, state("three", **depends)), "f")
    assert first.outputs["policy"] is first.inputs["policy"]
    assert first.outputs["tags"] is first.inputs["tags"] is second.inputs["tags"]
    assert second.parent is second.dependencies[0] is second.property_dependencies["tags"][0] is third.dependencies[0]


@pytest.mark.parametrize(
    ("given", "got"),
    [({"a": 1}, {"a": True}), ([0], [0.0]), ({"a": 1, "b": 2}, {"b": 2, "a": 1}), ([{"a": [1]}], [{"a": [True]}])],
)
def test_what_is_only_equal_in_value_stays_itself(given, got):
    (resource,) = graph_from_text(document(state("one", inputs={"x": given}, outputs={"x": got})), "f")
    assert json.dumps(resource.inputs["x"]) == json.dumps(given)
    assert json.dumps(resource.outputs["x"]) == json.dumps(got)


@pytest.mark.parametrize(
    "odd",
    [
        {"inputs": [1], "outputs": "x", "dependencies": "urn", "propertyDependencies": [1], "parent": 1},
        {"inputs": {"urn": "a", "inputs": {"x": "y"}}, "dependencies": [1, {}], "propertyDependencies": {"a": 1}},
        {"type": {"urn": 1}, "provider": ["urn"], "outputs": None},
    ],
)
def test_whatever_the_shape_nothing_changes(odd):
    text = document(state("one"), {**state("two"), **odd}, {**state("three"), **odd})
    assert json.dumps(json.loads(text, object_hook=sharing())) == text
