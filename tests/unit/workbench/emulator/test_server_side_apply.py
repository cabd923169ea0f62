"""Who owns what after applies and updates of several managers is what a real API server says."""

from __future__ import annotations

import json

import pytest

from tests._kubernetes_applies import FILE, in_process, sequences
from workbench.emulator.kubernetes.store import ApiError, Manager, Ref, Store

OUTCOMES = json.loads(FILE.read_text(encoding="utf-8"))["outcomes"]
CONFIG = Ref("v1", "ConfigMap", "plant", "one")


def test_there_are_outcomes_of_every_kind():
    steps = [step for told in OUTCOMES for step in told or ()]
    assert len(steps) > 1000 and sum(told is None for told in OUTCOMES) <= 3
    refusals = [step[0] for step in steps if isinstance(step, list)]
    assert refusals.count("Conflict") > 200 and refusals.count("Invalid") > 20


@pytest.mark.parametrize("part", range(10))
def test_each_step_comes_to_what_the_api_server_made_of_it(part):
    """Answers of Kubernetes 1.35.4."""
    wrong = []
    for number, (steps, told) in enumerate(zip(sequences(len(OUTCOMES)), OUTCOMES, strict=True)):
        if number % 10 == part and told is not None:
            ask = in_process("1.35")
            wrong += [
                (number, turn, step[:2])
                for turn, (step, answer) in enumerate(zip(steps, told, strict=True))
                if ask(*step) != answer
            ]
    assert wrong == []


def config(**data):
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "one", "namespace": "plant"}, "data": data}


def test_a_field_of_two_managers_goes_with_the_last_of_them():
    store = Store("1.35")
    store.apply(config(a="1", b="1"), "one")
    store.apply(config(a="1"), "two")
    store.apply(config(b="1"), "one")
    assert store.get(CONFIG)["data"] == {"a": "1", "b": "1"}
    store.apply(config(), "two")
    assert store.get(CONFIG)["data"] == {"b": "1"}


def test_who_forces_owns_alone():
    store = Store("1.35")
    store.apply(config(a="1"), "one")
    with pytest.raises(ApiError, match=r'Conflict: .*conflict with "one": \.data\.a'):
        store.apply(config(a="2"), "two")
    store.apply(config(a="2"), "two", force=True)
    assert Manager("one") not in store.objects[CONFIG].managers
    store.apply(config(), "one")
    assert store.get(CONFIG)["data"] == {"a": "2"}
