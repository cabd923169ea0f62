"""What is refused of Kubernetes objects is what a real API server refuses, and what it takes is taken."""

from __future__ import annotations

import pytest

from deployment.kubernetes_api import refused
from deployment.kubernetes_api.values import STAND_IN
from deployment.manifests import schema_problem
from tests._kubernetes_answers import answers

ANSWERS = list(answers())
KINDS = sorted({document["kind"] for _, document, _ in ANSWERS})


def test_there_are_answers_of_both_kinds():
    assert len(ANSWERS) > 500
    assert sum(1 for _, _, refusal in ANSWERS if refusal) > 300


@pytest.mark.parametrize("kind", KINDS)
def test_the_answer_is_the_api_servers(kind):
    """Answers of Kubernetes 1.35.4."""
    wrong = []
    for what, document, refusal in ANSWERS:
        if document["kind"] == kind:
            found = schema_problem(document, "1.35")
            if (found is None) is not (refusal is None):
                wrong.append((what, refusal, found))
    assert wrong == []


def hidden(value, path=()):
    """`value` with each of its leaves in turn a value that isn't known yet."""
    if isinstance(value, dict):
        for key, item in value.items():
            for changed in hidden(item, (*path, key)) if path or key not in ("apiVersion", "kind") else ():
                yield {**value, key: changed}
    elif isinstance(value, list):
        for number, item in enumerate(value):
            for changed in hidden(item, (*path, number)):
                yield [*value[:number], changed, *value[number + 1 :]]
    else:
        yield STAND_IN


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_not_known_yet_is_held_against_nobody(kind):
    taken = next(document for _, document, refusal in ANSWERS if document["kind"] == kind and refusal is None)
    for document in hidden(taken):
        found = refused(document)
        assert found is None or found[1].endswith("that spec.selector selects"), found


@pytest.mark.parametrize("schedule", ["² * * * *", "0 6 * * ٣", "*/² * * * *", "0-² * * * *"])
def test_only_ascii_digits_are_numbers_of_a_schedule(schedule):
    job = next(document for _, document, refusal in ANSWERS if document["kind"] == "CronJob" and refusal is None)
    assert refused({**job, "spec": {**job["spec"], "schedule": schedule}})[0] == "spec.schedule"
