"""What is refused of Kubernetes objects is what a real API server refuses, and what it takes is taken."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from unittest.mock import Mock

import pytest

from deployment import manifests
from deployment.errors import SHAPE_ERRORS
from deployment.kubernetes_api import GROUPS, fields, objects, pods, refused
from deployment.kubernetes_api.schemas import SUPPORTED, definitions
from deployment.kubernetes_api.values import STAND_IN
from deployment.manifests import ENUMERATED, schema_problem
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


def asked_by(schema):
    """(keyword, name of the field that it is about) of all that a schema asks."""
    for keyword, value in schema.items():
        if keyword in ("properties", "$defs"):
            for name, one in value.items():
                yield from ((found, about or name) for found, about in asked_by(one))
        else:
            yield keyword, ""
            for one in value if isinstance(value, list) else [value]:
                if isinstance(one, dict) and not keyword.startswith("x-"):
                    yield from asked_by(one)


@pytest.mark.parametrize("version", SUPPORTED)
def test_schemas_ask_which_fields_there_are_and_of_which_types(version):
    """So that of objects of one shape one is looked at."""
    asked = list(asked_by(definitions(version)))
    structure = {"type", "properties", "additionalProperties", "required", "items", "oneOf", "$ref", "$schema", "$id"}
    said = {keyword for keyword, _ in asked if not keyword.startswith("x-")}
    assert said - structure <= {"description", "format", "enum"}
    assert {about for keyword, about in asked if keyword == "enum"} <= set(ENUMERATED)


@pytest.mark.parametrize(
    ("changes", "taken"),
    [
        ({}, True),
        ({"replicas": 3}, True),
        ({"replicas": 3.0}, True),
        ({"replicas": 3.5}, False),
        ({"replicas": "3"}, False),
        ({"replicas": True}, False),
        ({"paused": 1}, False),
        ({"replcas": 3}, False),
    ],
)
def test_an_object_is_taken_by_its_own_shape(changes, taken):
    """Whatever was taken before it."""
    for _, document, refusal in ANSWERS:
        if document["kind"] == "Deployment" and refusal is None:
            other = {**document, "spec": {**document["spec"], **changes}}
            assert schema_problem(document) is None
            assert (schema_problem(other) is None) is taken


def texts_in(value):
    """Names of fields, and texts, inside `value`."""
    if isinstance(value, dict):
        return {*value, *(text for held in value.values() for text in texts_in(held))} - {"apiVersion", "kind"}
    if isinstance(value, list):
        return {text for held in value for text in texts_in(held)}
    return {value} if isinstance(value, str) else set()


def is_refused(text):
    try:
        return refused(json.loads(text)) is not None
    except SHAPE_ERRORS:  # which the schema refuses
        return True


@pytest.mark.parametrize("kind", KINDS)
def test_the_number_at_the_end_of_a_name_makes_no_difference(kind):
    """To objects whose texts without numbers are the same: of them one is looked at. A name is tried in ten objects."""
    same, tried = 0, Counter()
    for what, document, _ in ANSWERS:
        if document["kind"] == kind:
            text = json.dumps(document, sort_keys=True)
            names = {name for name in texts_in(document) if tried[name] < 10}
            tried.update(names)
            for name in names:
                one, other = (text.replace(f'"{name}"', f'"{name.rstrip("0123456789")}{end}"') for end in (4, 6))
                if manifests._without_numbers(one) == manifests._without_numbers(other):
                    same += 1
                    assert is_refused(one) is is_refused(other), (what, name)
    assert same or kind in ("CronJob", "Secret")


@pytest.mark.parametrize("version", SUPPORTED)
def test_no_field_of_a_schema_ends_in_a_number_that_is_left_out(version):
    fields = {f'"{name}": 1' for one in definitions(version)["$defs"].values() for name in one.get("properties", {})}
    assert all(manifests._without_numbers(field) == field for field in fields)


@pytest.mark.parametrize("text", ["apps/v1", "resource.k8s.io/v1alpha3", "policy/v1beta1", "IPv6", "fd00::a1", "ab12"])
def test_versions_and_addresses_stay_what_they_are(text):
    assert manifests._without_numbers(f'"{text}"') == f'"{text}"'


def numbered(number, **labels):
    """A Deployment with a number in its names."""
    name = f"app-{number}"
    template = {
        "metadata": {"labels": {"app": name, **labels}},
        "spec": {"containers": [{"name": name, "image": name}]},
    }
    spec = {"selector": {"matchLabels": {"app": name}}, "template": template}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name}, "spec": spec}


def test_of_objects_with_other_numbers_one_is_looked_at(monkeypatch):
    looked_at = Mock(side_effect=manifests._looked_at)
    monkeypatch.setattr(manifests, "_looked_at", looked_at)
    assert [schema_problem(numbered(number, of="numbers")) for number in range(100, 200)] == [None] * 100
    assert looked_at.call_count == 1
    assert schema_problem(numbered(200, of="numbers", app="app-201"))[0] == "spec.template.metadata.labels"
    assert schema_problem(numbered(201, of="No label 1"))[0] == "spec.template.metadata.labels[of]"


def test_a_number_that_only_python_writes_is_told_as_it_is():
    document = numbered(1, of="numbers")
    document["spec"] = {**document["spec"], "replicas": float("inf")}
    path, message = schema_problem(document)
    assert path == "spec.replicas"
    assert message.startswith("inf ")


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


def test_each_kind_that_is_known_says_in_which_group():
    known = {*fields.FIELDS, *fields.NAMES, *pods.MAKERS, *objects.SELECTING, *objects.CHECKS} - {"*"}
    assert known <= GROUPS.keys()


@pytest.mark.parametrize(
    ("version", "kind", "own"),
    [
        ("serving.knative.dev/v1", "Service", {"template": {"spec": {"containers": [{"image": "api"}]}}}),
        ("batch.volcano.sh/v1alpha1", "Job", {"minAvailable": 1, "tasks": []}),
        ("networking.internal.knative.dev/v1alpha1", "Ingress", {"rules": []}),
        ("networking.gke.io/v1", "NetworkPolicy", {"policyTypes": ["L7"]}),
    ],
)
def test_kinds_of_others_that_are_called_alike_are_held_to_nothing_of_ours(version, kind, own):
    document = {"apiVersion": version, "kind": kind, "metadata": {"name": "api"}, "spec": own}
    assert schema_problem(document, "1.35") is None
    assert schema_problem({**document, "metadata": {"name": "No Name"}}, "1.35")[0] == "metadata.name"


def test_schemas_are_read_without_the_code_that_comes_with_them():
    script = (
        "import sys\nfrom deployment.kubernetes_api.schemas import NEWEST, validator\n"
        "assert validator('apps/v1', 'Deployment', NEWEST) is not None\n"
        "print(*sorted({'kubernetes_validate', 'yaml'} & set(sys.modules)))\n"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == ""
