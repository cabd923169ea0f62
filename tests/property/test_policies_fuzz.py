"""Arbitrary files get a verdict or one line of error, through the reader that the command line has, in bounded time."""

import copy
import io
import json
import sys
import time
from functools import cache

import depth
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deployment.errors import InputError
from deployment.reader import graph_from_file
from policies.assess import assess

from .places import places

MUTATED = depth.drawn(2_000)
ROUGH = settings(max_examples=MUTATED, suppress_health_check=list(HealthCheck))
LONGEST = 100
"""For a file of a few resources, in units of what our own two stacks take together in the same run."""

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**12), 10**12),
    st.sampled_from([10**400, -(10**30), 1e308, -1e-320, 0.1]),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=12),
    st.sampled_from(["*", "[secret]", "0.0.0.0/0", "{", '{"Statement": [3]}', "04da6b54-80e4-46f7-96ec-b56ff0331ba9"]),
    st.sampled_from(["\ud800", "\x00\x1b[2J", "${a.b}", "9" * 5_000, '{"a":' * 200, "arn:aws:iam::1:role/x"]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=8,
)


def deep(levels):
    """A value within a value within a value."""
    value = "x"
    for level in range(levels):
        value = [value] if level % 2 else {"statement": value}
    return value


@pytest.fixture(scope="module")
def longest_seconds(graph):
    """Of processor time: a busy machine makes no file slower by it."""
    assess(graph("dev"), region="us-east-1")  # reads what it rests on, once
    started = time.process_time()
    for stack in ("dev", "prod"):
        assess(graph(stack), region="us-east-1")
    return LONGEST * (time.process_time() - started)


@pytest.fixture
def judged(monkeypatch, longest_seconds):
    """Verdict on a file's bytes, or None for a refusal; another error, or a long time, fails the test."""

    def judge(content):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
        started = time.process_time()
        try:
            return assess(graph_from_file("-"), region="us-east-1").blocked
        except InputError as error:
            assert error.problems and all(problem.strip() for problem in error.problems)
            assert all("Traceback" not in problem and "\x1b" not in problem for problem in error.problems)
            return None
        finally:
            assert time.process_time() - started < longest_seconds

    return judge


@pytest.fixture(scope="module")
def kinds(deployment):
    """One state of each type."""
    found = {}
    for stack in ("dev", "prod"):
        for state in deployment(stack)["deployment"]["resources"]:
            found.setdefault(state["type"], state)
    return list(found.values())


def swapped(value):
    """`value` as another type that a careless writer, or another version, might give it."""
    if isinstance(value, dict):
        return [value]
    if isinstance(value, list):
        return value[0] if value else {}
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else [value]


@cache
def below(number):
    """A strategy is made once: making them as they were drawn from was half of drawing."""
    return st.sampled_from(range(number))


def one_of(draw, options):
    return options[draw(below(len(options)))]


SEVERAL = st.integers(1, 4)
EITHER = st.booleans()
CHANGES = ("replace", "replace", "delete", "swap", "nest", "repeat")
A_FEW = st.integers(1, 3)
OF_FORTY = st.integers(0, 39)


@st.composite
def mutated(draw, kinds):
    """Some states with a few places replaced, deleted, swapped, nested, or repeated."""
    states = [copy.deepcopy(one_of(draw, kinds)) for _ in range(draw(SEVERAL))]
    for _ in range(draw(SEVERAL)):
        # A place at any depth; each level as likely as the next, or the many leaves of the web ACL would take all.
        # What a state itself is made of is mostly left alone: without it the reader refuses the file.
        shallowest = one_of(draw, (2, 3, 3, 3, 3, 3))
        found = [path for path in places(states) if len(path) >= shallowest]
        level = one_of(draw, sorted({len(path) for path in found} or {0}))
        choice = [path for path in found if len(path) == level]
        if not choice:
            break
        *parents, last = one_of(draw, choice)
        holder = states
        for step in parents:
            holder = holder[step]
        match one_of(draw, CHANGES):
            case "replace":
                holder[last] = draw(VALUES)
            case "delete":
                del holder[last]
            case "swap":
                holder[last] = swapped(holder[last])
            case "nest":
                holder[last] = deep(one_of(draw, (2, 3, 5, 60, 150)))
            case "repeat":
                states.append(copy.deepcopy(one_of(draw, states)))  # its URN, too
    document = {"version": 3, "deployment": {"resources": states}}
    if draw(EITHER):
        document = one_of(draw, [document["deployment"], {"steps": [{"newState": state} for state in states]}])
    return document


def damaged(draw, text):
    """Bytes of the file: mostly whole, else cut off, not JSON, not UTF-8, or with a mark at the front."""
    content = text.encode("utf-8", "surrogatepass")
    match draw(OF_FORTY):
        case 0 | 1:
            return content[: draw(st.integers(0, len(content)))]
        case 2:
            return content.replace(b'"', one_of(draw, (b"'", b"\xff", b"\x00")), draw(A_FEW))
        case 3:
            return content.replace(b"true", one_of(draw, (b"NaN", b"-Infinity", b"1e999", b"9" * 5_000)))
        case 4:
            return one_of(draw, (text.encode("utf-16", "surrogatepass"), b"\xef\xbb\xbf" + content))
    return content


@pytest.mark.slow
@pytest.mark.parametrize("part", range(2))
def test_mutated_deployments_get_a_verdict_or_one_line(kinds, judged, part):
    verdicts = {True: 0, False: 0, None: 0}

    documents = mutated(kinds)

    @ROUGH
    @given(st.data())
    def check(data):
        text = json.dumps(data.draw(documents))
        verdicts[judged(damaged(data.draw, text))] += 1

    check()
    print(f"verdicts: {verdicts}")
    assert sum(verdicts.values()) >= MUTATED
    assert verdicts[True] > 0 and verdicts[None] > 0


@settings(max_examples=depth.drawn(500), suppress_health_check=list(HealthCheck))
@given(value=VALUES)
def test_any_json_gets_a_verdict_or_one_line(judged, value):
    judged(json.dumps(value).encode("utf-8", "surrogatepass"))


@settings(max_examples=depth.drawn(200), suppress_health_check=list(HealthCheck))
@given(content=st.binary(max_size=200))
def test_any_bytes_get_a_verdict_or_one_line(judged, content):
    judged(content)


@pytest.mark.parametrize("content", [b"[" * 100_000, b'{"a":' * 100_000, b'{"resources": [' + b"1," * 100_000])
def test_what_is_nested_without_end_is_refused_at_once(judged, content):
    assert judged(content) is None
