"""What is left out of the SDK changes nothing about what a program declares or what it is told."""

import asyncio
import enum
import json
import math
import re
from importlib.metadata import version

import pulumi
import pytest
from google.protobuf import struct_pb2
from pulumi.runtime import rpc

from deployment.errors import InputError
from workbench.preview import recorder, sdk, synthesis
from workbench.preview.stackfile import StackFile, read_stack
from workbench.preview.synthesis import REPOSITORY, record, run_program


def whole_sdk(monkeypatch):
    monkeypatch.setattr(synthesis, "SPARED_RELEASE", "another")


def test_the_release_whose_inside_is_known_is_the_one_that_is_pinned():
    assert version("pulumi") == synthesis.SPARED_RELEASE


def declared(stack):
    stack_file = read_stack(REPOSITORY, stack, {})
    notes = []
    deployment = record(lambda: run_program(REPOSITORY / stack_file.main / "__main__.py"), stack_file, notes=notes)
    return json.dumps(deployment), [note for note in notes if note[0] > 10]


@pytest.mark.parametrize("stack", ["dev", "prod", "k8s"])
def test_what_is_left_out_changes_no_declaration(stack, monkeypatch):
    spared = declared(stack)
    whole_sdk(monkeypatch)
    assert declared(stack) == spared


def test_the_sdk_is_whole_again_after_a_declaration():
    before = [getattr(holder, name) for holder, name, _ in sdk._REPLACED]
    assert declared("prod")
    assert [getattr(holder, name) for holder, name, _ in sdk._REPLACED] == before


class Part(pulumi.CustomResource):
    given: pulumi.Output[str]
    absent: pulumi.Output[str]

    def __init__(self, name, given, opts=None):
        super().__init__("aws:test/part:Part", name, {"given": given, "absent": None}, opts)


def told(program):
    """What the outputs of a program's resources are to those who read them."""
    seen = {}

    async def noted():
        for name, one in program().items():
            data = await one._data
            about = sorted(resource._name for resource in data.resources)
            seen[name] = (data.value, data.is_known, data.is_secret, about)

    record(noted, StackFile("sdk", "sdk", "us-east-1", {}))
    return seen


def parts():
    first = Part("first", "plain")
    second = Part("second", pulumi.Output.secret("hidden"))
    third = Part("third", first.given.apply(lambda given: given + "!"))
    return {
        "given": first.given,
        "absent": first.absent,
        "secret": second.given,
        "passed on": third.given,
        "both": pulumi.Output.all(second.given, third.given),
        "plain parts": pulumi.Output.from_input({"a": [1, "x", None, ()], "b": ({"c": 2.5},)}),
        "parts that wait": pulumi.Output.from_input({"a": [1, third.given], "b": {"c": second.given}}),
        "keys that wait": pulumi.Output.from_input({first.given: 1}),
        "given on": pulumi.Output.from_input(first.given.apply(lambda given: {"a": [given]})),
        "given on with parts that wait": pulumi.Output.from_input(first.given.apply(lambda _: [third.given])),
        "not known": pulumi.Output.from_input([pulumi.output.UNKNOWN]),
        "urn of a child": pulumi.runtime.resource.create_urn("child", "aws:test/part:Part", first.urn),
        "urn": pulumi.runtime.resource.create_urn("child", "aws:test/part:Part", "urn:pulumi:s::p::a:b:C::first"),
        "urn without a parent": pulumi.runtime.resource.create_urn("child", "aws:test/part:Part"),
    }


def test_what_an_output_is_made_of_may_change_afterwards():
    given = {"a": [1]}

    async def changed():
        made = pulumi.Output.from_input(given)
        given["a"].append(2)
        assert (await made._data).value == {"a": [1]}

    record(changed, StackFile("sdk", "sdk", "us-east-1", {}))


def test_outputs_have_the_same_values_and_secrets_and_depend_on_the_same(monkeypatch):
    spared = told(parts)
    assert spared["given"] == ("plain", True, False, ["first"])
    assert spared["secret"][2]
    assert spared["parts that wait"][2:] == (True, ["second", "third"])
    whole_sdk(monkeypatch)
    assert told(parts) == spared


def test_who_reads_a_resource_that_is_refused_is_told_why(monkeypatch, caplog):
    stack_file = StackFile("sdk", "sdk", "us-east-1", {})

    def refused():
        broken = Part("broken", pulumi.Output.from_input("x").apply(lambda _: 1 / 0))
        broken.given.apply(len)
        pulumi.export("given", broken.given)

    def problems():
        with pytest.raises((InputError, ZeroDivisionError)) as caught:
            record(refused, stack_file)
        return str(caught.value)

    spared = problems()
    assert "division by zero" in spared
    assert "never retrieved" not in caplog.text
    whole_sdk(monkeypatch)
    assert problems() == spared


PROBLEMS = {
    "no value": lambda: Part("broken", object()),
    "no value in an output": lambda: Part("broken", pulumi.Output.from_input({"a": [1]}).apply(lambda _: {2})),
    "half a character": lambda: Part("broken", ["\ud800"]),
    "a key that is none": lambda: Part("broken", {1: "x"}),
    "not known": lambda: Part("broken", pulumi.output.UNKNOWN),
    "an output not known": lambda: pulumi.export("part", [Part("one", "x").absent]),
    "one name twice": lambda: [Part("broken", "x"), Part("broken", "y")],
    "two that fail": lambda: [Part("one", object()), Part("two", object())],
    "a look-up": lambda: pulumi.runtime.invoke("aws:ec2/getAmi:getAmi", {"owners": ["amazon"]}),
    "a look-up for a resource": lambda: Part(
        "broken", pulumi.runtime.invoke_output("aws:ec2/getAmi:getAmi", {"owners": ["amazon"]})
    ),
    "a resource of somebody else's": lambda: Part("broken", {"a": 1}, pulumi.ResourceOptions(id="i-1")),
    "a wrong option": lambda: Part("broken", "x", pulumi.ResourceOptions(protect="yes")),
}


@pytest.mark.parametrize("program", PROBLEMS.values(), ids=PROBLEMS)
def test_what_is_wrong_is_told_in_the_same_words(program, monkeypatch):
    def problems():
        with pytest.raises(Exception) as caught:  # whatever it is, it is the same
            record(program, StackFile("sdk", "sdk", "us-east-1", {}))
        return caught.type, re.sub(r" at 0x\w+", "", str(caught.value))

    spared = problems()
    whole_sdk(monkeypatch)
    assert problems() == spared


class Colour(enum.StrEnum):
    RED = "red"


VALUES = [
    *[None, True, 1, -0.0, 2.5, 1 << 53, 1 << 60, 10**400, math.inf, "x", "ü", "\ud800", b"x", Colour.RED],
    *[{}, [], (), (1, [2]), {"b": [None, {"c": True}], "a": 1}, {Colour.RED: 1}, {1: 2}, {"ü": "x"}, {None: 1}, {2}],
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_what_is_not_sent_is_what_would_be_received(value):
    def received():
        struct = struct_pb2.Struct()
        struct.update({"it": value})
        return recorder._plain_struct(struct)["it"]

    def outcome(function):
        try:
            found = function()
        except (ValueError, TypeError, OverflowError) as error:
            return type(error)
        return json.dumps(found), type(found)  # the order of keys and numbers' types included

    assert outcome(lambda: recorder.as_sent(value)) == outcome(received)


@pytest.mark.parametrize("length", [1, 2, 3])
def test_resources_that_depend_on_each_other_in_a_circle_are_refused(monkeypatch, length):
    async def circle():
        last = asyncio.get_running_loop().create_future()
        before = pulumi.Output.from_input(last)
        for number in range(length):
            made = Part(f"part-{number}", "x", pulumi.ResourceOptions(depends_on=before))
            before = [made]
        last.set_result([made])

    def problems():
        with pytest.raises((InputError, RuntimeError)) as caught:
            record(circle, StackFile("sdk", "sdk", "us-east-1", {}))
        return str(caught.value)

    spared = problems()
    assert "circular dependency" in spared
    whole_sdk(monkeypatch)
    assert problems() == spared


def test_a_list_with_an_unknown_value_is_not_known():
    with sdk.spared():
        assert [rpc.contains_unknowns(value) for value in (1, "x", None, [1], [pulumi.output.UNKNOWN])] == [
            False
        ] * 4 + [True]
