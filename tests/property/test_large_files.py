"""A large file is read as a small one: both ways give the same graph, or refuse it with the same words."""

import json
import os
from contextlib import contextmanager
from unittest.mock import patch

import depth
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from deployment import large, reader, second_process
from deployment.errors import InputError
from deployment.large import Resources, states_of
from deployment.states import OPTION_KEYS
from deployment.values import OUTPUT_SIGNATURE, RESOURCE_SIGNATURE, SECRET_SIGNATURE, SIGNATURE_KEY

MANY = settings(max_examples=depth.drawn(300))
URN = "urn:pulumi:s::p::aws:kms/key:Key::"
URNS = [f"{URN}{name}" for name in ("one", "two", "three", "caf\u00e9", "\u202e")]


WAYS = st.sampled_from([{}, {"indent": 1}, {"ensure_ascii": False}])
"""In which JSON may be written."""


def object_of(pairs):
    """The object of `pairs`, whose names may repeat."""
    return "{" + ", ".join(f"{json.dumps(key)}: {text}" for key, text in pairs) + "}"


def marked(signature, **more):
    return {SIGNATURE_KEY: signature, **more}


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([0, 1, 1.0, 0.0, -0.0, True, False, 2**63, 2**64, -(2**63) - 1, 10**40, 1e22, 5e-324]),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=6),
    st.sampled_from(["[secret]", "04da6b54-80e4-46f7-96ec-b56ff0331ba9", "\x00", "\u2028", "x" * 40, *URNS]),
)
MARKED = st.one_of(
    st.builds(lambda more: marked(SECRET_SIGNATURE, **more), st.just({"ciphertext": "v1:x"})),
    st.builds(lambda value, secret: marked(OUTPUT_SIGNATURE, value=value, secret=secret), SCALARS, st.booleans()),
    st.builds(lambda value: marked(RESOURCE_SIGNATURE, urn=URN, id=value), st.sampled_from(["i-1", "", None])),
)
# What `json.dumps` never writes, and what is no JSON.
ODD_TEXTS = [
    *["1e400", "-1e400", "-0", "1E5", "1.50", "9" * 5_000, "NaN", "-Infinity", "01", "1.", ".5", "+1"],
    *[r'"\ud800"', r'"\ud83d\ude00"', r'"\udc00x"', r'"\u005bsecret]"', r'"\/"', r'"\x"', '"\t"', '"\x7f"', '"'],
    *["[" * levels + "1" + "]" * levels for levels in (62, 63, 64, 65, 66, 2_000)],
    *['{"a": 1, "a": 2}', '{"a": {"b": 1}, "a": 3}', '{"a": "[secret]"}', "[[],]", '{"a": 1,}', "", "tru"],
]
ODD = st.sampled_from(ODD_TEXTS)
TREES = st.recursive(
    SCALARS | MARKED,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
VALUES = st.builds(lambda value, way: json.dumps(value, **way), TREES, WAYS)
URN_TEXTS = st.sampled_from(URNS).map(json.dumps)
LISTS = st.lists(st.sampled_from(URNS), max_size=3).map(json.dumps)
KEYS = st.sampled_from(["a", "b", "id", "tags", "x" * 40, "\u00e9"])
PROPERTIES = st.lists(st.tuples(KEYS, VALUES), max_size=4).map(object_of)
FLAGS = st.sampled_from(["true", "false"])
PARTS = {
    "id": VALUES,
    "inputs": PROPERTIES,
    "outputs": PROPERTIES,
    "parent": URN_TEXTS,
    "custom": FLAGS,
    "protect": FLAGS,
    "delete": FLAGS,
    "dependencies": LISTS,
    "propertyDependencies": st.lists(st.tuples(KEYS, LISTS), max_size=2).map(object_of),
    **dict.fromkeys(OPTION_KEYS, URN_TEXTS | FLAGS | st.sampled_from(['""', '["a"]', "[]", '{"create": "1h"}'])),
    "provider": st.sampled_from([json.dumps(f"{URNS[0]}::04da"), '""']),
    "created": VALUES,
}
NAMED = st.tuples(URN_TEXTS, st.sampled_from(["aws:kms/key:Key", "pulumi:pulumi:Stack"]).map(json.dumps))
STATES = st.builds(
    lambda named, parts: [*zip(("urn", "type"), named, strict=True), *parts.items()],
    NAMED,
    st.fixed_dictionaries({}, optional=PARTS),
)
ODD_VALUES = VALUES | ODD | MARKED.map(json.dumps)
READ = st.sampled_from(["urn", "type", *(key for key in PARTS if key != "created")])


@st.composite
def odd_states(draw):
    """A state with a part of another shape, or told twice. What is never read is checked for its syntax alone."""
    parts = draw(STATES)
    key = draw(READ)
    place = draw(st.integers(0, len(parts)))
    return [*parts[:place], (key, draw(ODD_VALUES)), *parts[place:]]


KEPT = [
    '{"version": 3, "deployment": {"manifest": {"time": "now"}, "resources": [%s]}}',
    '{"deployment": {"resources": [%s]}, "created": "caf\u00e9"}',
    '{"version": 3, "checkpoint": {"stack": "s", "latest": {"resources": [%s]}}}',
]
WRAPPED = [
    *KEPT,
    '{"latest": {"resources": [%s]}}',
    '{"resources": [%s], "manifest": {}}',
    "[%s]",
    '[{"deployment": {"resources": [%s]}}]',
    '{"deployment": null, "checkpoint": {"latest": {"resources": [%s]}}}',
    '{"checkpoint": null, "deployment": {"resources": [%s]}, "x": "\\ud800"}',
    '{"deployment": {"resources": [%s]}, "terraform_version": "1"}',
    '{"deployment": {"resources": [%s]}, "resourcePlans": {}}',
    '{"deployment": {}, "deployment": {"resources": [%s]}}',
    '{"deployment": {"resources": [%s]}} {}',
    '{"steps": [], "duration": 1, "x": [%s]}',
]


def documents(states, wrapped=KEPT, encodings=("utf-8",)):
    return st.builds(
        lambda around, found, encoding: around.replace("%s", ",\n".join(map(object_of, found))).encode(encoding),
        st.sampled_from(wrapped),
        st.lists(states, max_size=4),
        st.sampled_from(encodings),
    )


def shown(value):
    """All of `value` with its types, for 1 equals True and an unreadable object any other; node by node, because since
    Python 3.12 JSON may be nested deeper than functions may call each other."""
    nodes, left = [], [value]
    while left:
        node = left.pop()
        if isinstance(node, dict):
            nodes.append((type(node).__name__, list(node)))
            left.extend(dict.__getitem__(node, key) for key in node)
        elif isinstance(node, (list, tuple)):
            nodes.append((type(node).__name__, len(node)))
            left.extend(node)
        else:
            nodes.append((type(node).__name__, repr(node)))
    return nodes


def outcome(content, from_bytes):
    with patch.object(reader, "LARGE_BYTES", from_bytes):
        try:
            graph = reader.graph_from_text(content, "f")
        except InputError as error:
            return type(error).__name__, error.problems
    return [[shown(getattr(resource, name)) for name in resource.__slots__] for resource in graph]


def same_both_ways(content):
    assert outcome(content, 0) == outcome(content, len(content) + 1)


@MANY
@given(documents(STATES))
def test_sound_files_are_read_alike(content):
    assert states_of(content) is not None
    same_both_ways(content)


@MANY
@given(documents(STATES | odd_states()))
@example(b'{"deployment": {"resources": [{"urn": "a", "type": "b", "sourcePosition": "\xff"}]}}')
@example(
    b'{"deployment": {"resources": [{"urn": "a", "type": "b", "inputs": 1}, {"urn": %s, "urn": "a"}]}}' % (b"9" * 5_000)
)
@example(b'{"deployment": {"resources": [{"urn": "a", "type": "b", "inputs": {"a": "\xed\xa0\x80"}}]}}')
def test_odd_states_are_read_or_refused_alike(content):
    same_both_ways(content)


@settings(MANY, max_examples=depth.drawn(100))
@given(documents(STATES, WRAPPED, ("utf-8", "utf-8-sig", "utf-16")))
def test_other_files_are_read_or_refused_alike(content):
    same_both_ways(content)


@MANY
@given(documents(STATES), st.data())
def test_damaged_files_are_refused_alike(content, data):
    place = data.draw(st.integers(0, len(content)))
    end = place + data.draw(st.sampled_from([0, 1, 1, 2, 9, len(content)]))
    instead = data.draw(st.sampled_from([b"", b'"', b"}", b",", b"\xff", b"\\", b"1"]))
    same_both_ways(content[:place] + instead + content[end:])


needs_cores = pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="one core only")


@contextmanager
def two_processes():
    """pytest-xdist has a thread of its own."""
    with patch.object(large, "FEWEST_STATES", 1), patch.object(second_process.threading, "active_count", lambda: 1):
        yield


@needs_cores
@settings(MANY, max_examples=depth.drawn(30))
@given(documents(STATES | odd_states()))
def test_two_processes_read_or_refuse_alike(content):
    with two_processes():
        same_both_ways(content)


def read_by_another(file, told, count):
    """The graph in `file`, of which another process tells `count` resources by `told` before this one begins."""
    reading, writing = os.pipe()

    def telling(resource):
        os.write(writing, b".")
        return told(resource)

    with two_processes(), patch.object(large, "_FIELDS", telling), patch.object(reader, "LARGE_BYTES", 0):
        graph = reader.graph_from_file(str(file), meanwhile=lambda: [os.read(reading, 1) for _ in range(count)])
    os.close(reading)
    os.close(writing)
    return graph


@needs_cores
@pytest.mark.parametrize("end", [None, lambda: os._exit(1), lambda: 1 / 0], ids=["sound", "killed", "failed"])
def test_what_a_lost_process_had_to_read_is_read_again(end, tmp_path):
    def told(resource):
        if end is not None:
            end()
        return (*large_fields(resource)[:2], "told", *large_fields(resource)[3:])

    large_fields = large._FIELDS
    states = [{"urn": f"{URN}{number}", "type": "t", "inputs": {"a": number}} for number in range(9)]
    file = tmp_path / "stack.json"
    file.write_text(json.dumps({"deployment": {"resources": states}}))
    graph = read_by_another(file, told, 9 if end is None else 1)
    assert [one.inputs["a"] for one in graph] == list(range(9))
    assert [one.name for one in graph] == (["told"] * 9 if end is None else [*"012345678"])


@needs_cores
def test_what_another_process_read_is_held_once(tmp_path):
    states = [{"urn": f"{URN}{number}", "type": "t", "inputs": {"a": {"b": [URN]}}} for number in range(9)]
    file = tmp_path / "stack.json"
    file.write_text(json.dumps({"deployment": {"resources": states}}))
    graph = read_by_another(file, large._FIELDS, 9)
    assert len({id(one.inputs["a"]) for one in graph}) == 1


@pytest.mark.parametrize("part", ["urn", "type", *sorted(PARTS.keys() - {"created"})])
def test_odd_parts_are_read_or_refused_alike(part):
    for text in (*ODD_TEXTS, '""', "0", "null", "[]", "{}", "[1]", '{"a": 1}', '{"a": null}', '{"a": [1]}'):
        for value in (text, f"[{text}]", f'{{"a": {text}}}'):
            state = object_of([("urn", json.dumps(URN)), ("type", '"t"'), (part, value)])
            same_both_ways(KEPT[0].replace("%s", state).encode())


def test_equal_parts_are_one_object_and_nothing_is_left_of_the_states():
    inputs = {"a": {"b": ["c"]}, "key": "i-1"}
    state = {"urn": URN, "type": "t", "id": "i-1", "inputs": inputs, "dependencies": [URN]}
    states = states_of(json.dumps({"deployment": {"resources": [state, state]}}).encode())
    one, two = Resources("f").of(states)
    assert one.inputs["a"] is two.inputs["a"] and one.outputs["id"] is two.inputs["key"] is one.inputs["key"]
    assert one.dependencies is two.dependencies and one.dependencies[0] is one.urn is two.urn
    assert states == []


@pytest.mark.parametrize("key", ["steps", "resources"])
def test_what_no_engine_keeps_is_left_to_the_reader(key):
    assert states_of(json.dumps({key: []}).encode()) is None


def test_a_large_file_whose_resources_all_wait_for_their_deletion_is_an_empty_stack(tmp_path):
    file = tmp_path / "stack.json"
    file.write_text(json.dumps({"deployment": {"resources": [{"urn": URN, "type": "t", "delete": True}]}}))
    with patch.object(reader, "LARGE_BYTES", 0):
        assert len(reader.graph_from_file(str(file))) == 0
        graph, deployed = reader.plan_from_file(str(file))
    assert len(graph) == 0 and deployed is None
