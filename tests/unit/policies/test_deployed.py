"""What a pack finds deployed, and how the line of dollars tells the difference."""

from __future__ import annotations

import json

import pytest

from cost import estimate
from cost.basis import Basis
from deployment.graph import Resource, ResourceGraph
from policies import deployed as module
from policies.deployed import deployed
from policies.rules._budget import summary

ENGINE = {"PULUMI_ORGANIZATION": "organization", "PULUMI_PROJECT": "plant", "PULUMI_STACK": "dev"}
KEY = {
    "urn": "urn:pulumi:dev::plant::aws:kms/key:Key::key",
    "type": "aws:kms/key:Key",
    "custom": True,
    "inputs": {"enableKeyRotation": True},
    "outputs": {},
}


@pytest.fixture
def cli(tmp_path):
    """`cli(script)`: the environment of a pack whose engine's CLI is this shell script."""

    def environment(script, **more):
        file = tmp_path / "pulumi"
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)
        return {**ENGINE, "PULUMI_DRY_RUN": "true", "PATH": f"{tmp_path}:/bin:/usr/bin", **more}

    return environment


def exported(resources):
    return f"cat <<'END'\n{json.dumps({'version': 3, 'deployment': {'resources': resources}})}\nEND"


def test_the_stack_that_the_engine_names_is_asked_for(cli, tmp_path):
    graph = deployed(cli(f'echo "$@" > {tmp_path}/asked\n{exported([KEY])}'))
    assert [one.name for one in graph] == ["key"]
    assert (tmp_path / "asked").read_text().split()[-1] == "organization/plant/dev"


@pytest.mark.parametrize(
    ("script", "more"),
    [
        pytest.param("exit 1", {}, id="it fails"),
        pytest.param("echo no", {}, id="no JSON"),
        pytest.param(exported([KEY]), {"PULUMI_STACK": ""}, id="no stack: policy analyze"),
        pytest.param(exported([KEY]), {"PULUMI_DRY_RUN": "false"}, id="an update changes the state under the pack"),
        pytest.param(exported([KEY]), {"PATH": "/nowhere"}, id="no CLI"),
        pytest.param("sleep 5", {}, id="no answer in time"),
    ],
)
def test_without_an_answer_nothing_is_compared(cli, script, more, monkeypatch):
    monkeypatch.setattr(module, "SECONDS", 0.2 if "sleep" in script else 20)
    assert deployed(cli(script, **more)) is None


def priced(**inputs):
    key = Resource(KEY["urn"], KEY["type"], "key", inputs, {})
    return estimate(ResourceGraph([key]), basis=Basis(region="us-east-1"))


def test_the_line_tells_what_changes_and_by_which_resource():
    kept, rotated = priced(), priced(enableKeyRotation=True)
    assert "; no change to what is deployed" in summary(kept, kept)
    told = "; changes what is deployed by +$0.00 expected and +$2.00 in the worst case (key +$2.00 at worst)"
    assert told in summary(rotated, kept)
    assert "changes what is deployed by +$0.00 expected and -$2.00 in the worst case" in summary(kept, rotated)
    assert "deployed" not in summary(kept)
