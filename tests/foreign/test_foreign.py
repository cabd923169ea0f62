"""Valid programs of other people pass in the baseline profile, and each of their broken twins is blocked."""

import importlib
from functools import cache

import depth
import pytest
from first_preview import first_preview
from sdk_server import Engine

from cost import estimate
from deployment.errors import InputError
from deployment.kept import FOLDER_VARIABLE
from deployment.reader import graph_from_json
from foreign.declared import NAMES, _declared, broken, declared, twins
from policies.assess import assess
from policies.finding import Enforcement, Profile
from policies.settings import PackConfig, PackSettings

TWINS = [(name, what) for name in NAMES for what in twins(name)]


def blocking(document):
    """Rule, resource and message of all that blocks, in process."""
    found = assess(graph_from_json(document, "foreign")).violations
    return {
        (one.rule.id, one.finding.urn.rpartition("::")[2], one.finding.message)
        for one in found
        if one.enforcement is Enforcement.MANDATORY
    }


@cache
def blocking_twin(name, what):
    return frozenset(blocking(broken(name, twins(name)[what])))


@cache
def engine(name):
    """The server that sees a program and its twins, which have most resources alike."""
    return Engine({})


def blocking_in_engine(name, document):
    told = engine(name).told(document)
    return {(one.rule, one.urn.rpartition("::")[2], one.message) for one in told if one.level == "mandatory"}


@pytest.mark.parametrize("name", NAMES)
def test_a_program_has_what_every_program_has(name):
    module = importlib.import_module(f"foreign.programs.{name}")
    file = f"tests/foreign/programs/{name}.py"
    assert callable(getattr(module, "program", None)), f"{file}: declare its resources in a function `program()`"
    assert getattr(module, "TWINS", None), f"{file}: write TWINS: what is broken -> the changes that break it"


def test_there_are_as_many_as_were_asked_for():
    assert len(NAMES) >= 70


@pytest.mark.parametrize("name", NAMES)
def test_a_valid_program_is_not_blocked(name):
    found = blocking(declared(name))
    assert not found, f"mend the rules (policies/rules), or tests/foreign/programs/{name}.py: {sorted(found)}"


@pytest.mark.parametrize("name", NAMES)
def test_nor_is_it_under_the_engine(name):
    assert blocking_in_engine(name, declared(name)) == set()


@pytest.mark.parametrize("name", NAMES)
def test_nor_before_anything_of_it_exists(name):
    assert blocking(first_preview(declared(name))) == set()


@pytest.mark.parametrize("name", NAMES)
def test_the_strict_profile_can_read_it(name):
    strict = PackConfig(PackSettings(profile=Profile.STRICT))
    told = [one.finding.message for one in assess(graph_from_json(declared(name), name), strict).violations]
    assert not [message for message in told if "not judged" in message or "UNKNOWN" in message or "SECRET" in message]


@pytest.mark.parametrize("name", NAMES)
def test_what_it_costs_is_told_and_so_is_what_has_no_price(name):
    graph = graph_from_json(declared(name), name)
    try:
        found = estimate(graph)
    except InputError as error:  # nothing of it says in which Region it is
        assert name.startswith(("k8s_", "kubernetes_")) and "--region" in str(error)
        found = estimate(graph, region="us-east-1")
    assert 0 <= found.floor_usd <= found.expected_usd <= found.worst_case_usd
    assert all(one.reason and "shape" not in one.reason for one in found.unpriced)


@pytest.mark.parametrize(("name", "what"), TWINS)
def test_a_broken_twin_is_blocked(name, what):
    assert blocking_twin(name, what), (
        f"tests/foreign/programs/{name}.py: TWINS: no rule of the baseline blocks {what!r}; "
        "change what breaks it, or write the rule"
    )


@pytest.mark.slow
@pytest.mark.parametrize(("name", "what"), depth.tried(TWINS))
def test_so_it_is_under_the_engine(name, what):
    document = broken(name, twins(name)[what])
    assert blocking_in_engine(name, document) == blocking_twin(name, what) != set()


@pytest.mark.parametrize("name", NAMES[:: len(NAMES) // 4])
def test_what_workers_keep_for_each_other_is_what_is_declared(name, tmp_path, monkeypatch):
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    first = _declared.__wrapped__(name)
    assert len(list(tmp_path.iterdir())) == 1
    monkeypatch.setattr("foreign.declared._recorded", lambda _: pytest.fail("it is kept"))
    assert _declared.__wrapped__(name) == first
