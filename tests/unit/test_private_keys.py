"""What a stack is called, and a state machine its states and its data, is its own: no figure and no verdict may hang on
it."""

import json
import re
import shutil
from functools import cache

import pytest

from cost import estimate
from cost.rollout_cost import rollout_cost
from deployment.reader import graph_from_json
from policies.assess import assess
from workbench.preview.synthesis import REPOSITORY, synthesize

MACHINE = "aws:sfn/stateMachine:StateMachine"
OWN_KEYS = (
    "holdPolls",
    "flagVersion",
    "CanaryWeight",
    "polls",
    "unclear",
    "healthChecks",
    "progress",
    "plan",
    "current",
)

NAMED_AS_AWS_DOES = ("RuleArn", "Actions")
"""Keys of the rollout's data that are also parameters of AWS, which end in ``.$`` where they are filled from it."""


def renamed(definition):
    """The same machine, with its states and the keys of its data spelled backwards."""
    text = json.dumps(json.loads(definition))
    for state in json.loads(definition)["States"]:
        text = text.replace(json.dumps(state), json.dumps(state[::-1]))
    for key in OWN_KEYS:
        text = re.sub(rf"\b{key}\b", key[::-1], text)
    for key in NAMED_AS_AWS_DOES if OWN_KEYS[0] in definition else ():
        text = text.replace(f'"{key}":', f'"{key[::-1]}":').replace(f"$.{key}", f"$.{key[::-1]}")
    return text


@pytest.fixture(params=["dev", "prod"])
def twins(deployment, request):
    """The stack, and the same stack with the names changed that are its own."""
    document = deployment(request.param)
    machines = [one for one in document["deployment"]["resources"] if one["type"] == MACHINE]
    assert any("holdPolls" in one["inputs"]["definition"] for one in machines)
    for machine in machines:
        for properties in (machine["inputs"], machine["outputs"]):
            properties["definition"] = renamed(properties["definition"])
    assert "holdPolls" not in json.dumps(document)
    return graph_from_json(deployment(request.param), "ours"), graph_from_json(document, "renamed")


def test_the_estimate_is_the_same(twins):
    ours, other = twins
    assert estimate(other).to_json() == estimate(ours).to_json()
    assert rollout_cost(other, estimate(other)) == rollout_cost(ours, estimate(ours))


def test_the_verdict_is_the_same(twins):
    ours, other = (assess(graph).to_json() for graph in twins)
    assert other == ours


def test_a_rollout_of_unknown_length_has_no_price(deployment):
    document = deployment("dev")
    for resource in document["deployment"]["resources"]:
        resource.get("outputs", {}).get("costBasis", {}).pop("rollout", None)
    unpriced = estimate(graph_from_json(document, "dev")).unpriced
    assert {each.urn.rpartition("::")[2] for each in unpriced} == {
        "plant-rollout-machine",
        "plant-kept-rollout",
        "plant-canary-group",
    }
    assert all("costBasis.rollout" in each.reason for each in unpriced)


@cache
def told(name, root):
    """What is said of the stack `name`, a copy of dev, in the project in `root`."""
    shutil.copy(REPOSITORY / "Pulumi.dev.yaml", root / f"Pulumi.{name}.yaml")
    judged = assess(graph_from_json(synthesize(name, root=root), name))
    findings = [(one.rule.id, one.finding.message) for one in judged.violations]
    return findings, [one.violation.rule.id for one in judged.waived], judged.estimate.expected_usd


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    root = tmp_path_factory.mktemp("project")
    (root / "infra").symlink_to(REPOSITORY / "infra")
    shutil.copy(REPOSITORY / "Pulumi.yaml", root)
    return root


@pytest.mark.parametrize("name", ["token-refresh", "health", "feature-flag-rollout"])
def test_a_stack_called_as_what_rules_look_for_has_the_verdict_of_any_other(project, name):
    assert told(name, project) == told("blue", project)
