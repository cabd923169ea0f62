"""What is judged again of a changed copy: every way of reading a property is noted, and no other rule runs."""

import copy
import json
from dataclasses import replace

import pytest
from rejudged import Readers

from deployment.graph import leaves
from deployment.values import UNKNOWN_VALUES
from policies.checks import unasked
from policies.context import Context

NAMES = ("role", "policy", "topic")
URNS = {name: f"urn:pulumi:s::p::aws:iam/{name}:{name}::{name}" for name in NAMES}

UNKNOWN_TEXT = min(UNKNOWN_VALUES)
ROLE = "arn:aws:iam::123456789012:role/role"


def stack():
    states = [
        {
            "urn": URNS[name],
            "type": f"aws:iam/{name}:{name}",
            "custom": True,
            "inputs": {"description": name, "path": "/"},
            "outputs": {"arn": f"arn:aws:iam::123456789012:{name}/{name}"},
        }
        for name in NAMES
    ]
    states[1]["inputs"] = {"role": ROLE}
    return {"deployment": {"resources": states}}


def one(context, name="role"):
    return context.graph.by_urn[URNS[name]]


WAYS = {
    "get": lambda context: one(context).get("path"),
    "get in it": lambda context: one(context).get("path.length"),
    "all": lambda context: one(context).all("path[*]"),
    "gives": lambda context: one(context).gives("path"),
    "peek": lambda context: one(context).peek("path"),
    "inputs.get": lambda context: one(context).inputs.get("path"),
    "inputs[…]": lambda context: one(context).inputs["path"],
    "in inputs": lambda context: "path" in one(context).inputs,
    "unasked": lambda context: unasked(one(context).inputs, "path"),
    "dict": lambda context: dict(one(context).inputs),
    "unpacked": lambda context: {**one(context).inputs},
    "updated": lambda context: {}.update(one(context).inputs),
    "joined": lambda context: {} | one(context).inputs,
    "items": lambda context: [*one(context).inputs.items()],
    "iterated": lambda context: set(one(context).inputs),
    "emptiness": lambda context: bool(one(context).inputs),
    "equality": lambda context: one(context).inputs == {},
    "text": lambda context: str(one(context).inputs),
    "JSON": lambda context: json.dumps(one(context).inputs),
    "copied": lambda context: copy.deepcopy(one(context).inputs),
    "leaves": lambda context: leaves(one(context).inputs),
    "resources' equality": lambda context: one(context) == replace(one(context), outputs={}),
    "replaced": lambda context: replace(one(context), name="another").get("path"),
}


def asked_again(ways, **changes):
    """Names of `ways` that are asked again where the policy's state has `changes`."""
    readers = Readers(stack(), Context, ways)
    states = [*readers.states]
    states[1] = {**states[1], **changes}
    return readers.changed({"deployment": {"resources": states}})[1]


@pytest.mark.parametrize("way", WAYS)
def test_a_property_is_noted_whatever_way_it_is_read(way):
    readers = Readers(
        stack(), Context, {way: WAYS[way], "another's": lambda context: one(context, "topic").get("path")}
    )
    states = [*readers.states]
    states[0] = {**states[0], "inputs": {**states[0]["inputs"], "path": "/another/"}}
    graph, names = readers.changed({"deployment": {"resources": states}})
    assert names == {way}
    assert one(Context(graph)).get("path") == "/another/"


LOOKED_UP = {
    "what it refers to": lambda context: context.graph.referenced(one(context, "policy"), "role"),
    "who refers to it": lambda context: context.graph.referrers(one(context)),
    "policies that do": lambda context: context.graph.referrers(one(context), one(context, "policy").type),
    "who refers to another": lambda context: context.graph.referrers(one(context, "topic")),
    "options": lambda context: one(context, "policy").options,
    "dependencies": lambda context: one(context, "policy").dependencies,
}
REFERRING = {"what it refers to", "who refers to it", "policies that do"}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"inputs": {"role": "another"}}, REFERRING),
        ({"inputs": {"role": UNKNOWN_TEXT}}, REFERRING),
        ({"inputs": {"role": ROLE, "hidden": UNKNOWN_TEXT}}, {"policies that do"}),
        ({"dependencies": [URNS["topic"]]}, {"who refers to another", "dependencies"}),
        ({"ignoreChanges": ["role"]}, {"options"}),
        ({"outputs": {"arn": "arn:another"}}, LOOKED_UP.keys()),
        ({"inputs": {"role": ROLE}}, set()),
    ],
)
def test_a_look_up_is_asked_again_where_it_may_give_something_else(changes, expected):
    assert asked_again(LOOKED_UP, **changes) == expected


def test_true_is_another_value_than_one():
    ways = {"role": lambda context: one(context, "policy").get("count")}
    readers = Readers(with_inputs(count=1), Context, ways)
    assert [readers.changed(with_inputs(readers, count=value))[1] for value in (1, 1.0, True)] == [
        set(),
        {"role"},
        {"role"},
    ]


def with_inputs(readers=None, **inputs):
    """The stack, or what `readers` are of, with these inputs of the policy."""
    states = [*(readers.states if readers else stack()["deployment"]["resources"])]
    states[1] = {**states[1], "inputs": inputs}
    return {"deployment": {"resources": states}}


def test_without_a_resource_everything_is_asked_again():
    readers = Readers(stack(), Context, WAYS)
    assert readers.changed({"deployment": {"resources": readers.states[:2]}})[1] == WAYS.keys()
