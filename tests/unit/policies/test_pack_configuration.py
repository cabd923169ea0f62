"""One pack configuration for all stacks of a project: what a stack is called changes no verdict."""

import json
import shutil
from functools import cache
from pathlib import Path

import pytest

from deployment.errors import InputError
from deployment.reader import graph_from_json
from policies import pack
from policies.assess import assess
from policies.finding import Enforcement
from policies.pack import config_from_file
from policies.waivers import waivers_from_file
from workbench.preview.result import preview
from workbench.preview.synthesis import REPOSITORY


@cache
def told(stack, root):
    """What the policies say of a stack, without its name."""
    result = preview(stack, {}, root=root)
    said = json.dumps(result.assessment.to_json(), sort_keys=True)
    return result.verdict, said.replace(f"urn:pulumi:{stack}::", "").replace(f"plant-{stack}", "plant-NAME")


@pytest.mark.parametrize("copied", ["my", "feature-x", "prod2"])
@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_a_copied_stack_file_gets_the_verdict_of_the_original(stack, copied, tmp_path):
    (tmp_path / "infra").symlink_to(REPOSITORY / "infra")
    for name, source in (("Pulumi.yaml", "Pulumi.yaml"), (f"Pulumi.{copied}.yaml", f"Pulumi.{stack}.yaml")):
        shutil.copy(REPOSITORY / source, tmp_path / name)
    original = told(stack, REPOSITORY)
    assert original[0] == "pass"
    assert told(copied, tmp_path) == original


def test_a_stack_may_have_a_configuration_of_its_own(tmp_path):
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "plant.json").write_text('{"all": "disabled"}')
    (tmp_path / "config" / "plant.prod.json").write_text('{"all": "advisory"}')

    def level(project, stack):
        found = pack.config_file(project, stack, tmp_path)
        return None if found is None else json.loads(found.read_text())["all"]

    assert level("plant", "dev") == "disabled"
    assert level("plant", "prod") == "advisory"
    assert level("other", "prod") is None
    for name in ("../plant", "plant/../plant", "", ".", "plant.json"):
        assert level(name, "") is None


def test_stacks_of_other_projects_are_not_held_to_this_ones_regions():
    state = {"type": "aws:ec2/vpc:Vpc", "custom": True, "id": "vpc-1", "inputs": {"cidrBlock": "10.0.0.0/16"}}
    provider = {"type": "pulumi:providers:aws", "custom": True, "id": "p", "inputs": {"region": "eu-west-1"}}

    def broken(project):
        resources = []
        for name, one in (("aws", provider), ("net", state)):
            resources.append({**one, "urn": f"urn:pulumi:dev::{project}::{one['type']}::{name}"})
        resources[1]["provider"] = f"{resources[0]['urn']}::p"
        document = {"version": 3, "deployment": {"resources": resources}}
        return {
            entry.rule.id
            for entry in assess(graph_from_json(document, project), region="us-east-1").violations
            if entry.enforcement is Enforcement.MANDATORY
        }

    assert "network-region-allowed" in broken("plant")
    assert "network-region-allowed" not in broken("other")


def test_a_byte_order_mark_is_no_part_of_a_configuration(tmp_path):
    path = tmp_path / "config.json"
    path.write_text(json.dumps({"all": "advisory"}), encoding="utf-8-sig")
    assert pack.config_from_file(path).enforcement == {"all": Enforcement.ADVISORY}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (" \n", "not readable as JSON: it is empty"),
        (b'{\n"\xe9": 1}', "not readable as JSON: line 2: it is no text in UTF-8"),
        ("[" * 100_000, "not readable as JSON: it is nested too deep"),
        ("9" * 5000, "not readable as JSON: a whole number has more than 4,300 digits"),
        (" " * 1_000_001, "larger than 1,000,000 bytes"),
        ("[]", "expected an object of rule id"),
    ],
    ids=["empty", "Latin-1", "deep", "digits", "large", "list"],
)
def test_what_is_no_configuration_is_told_in_a_sentence(tmp_path, content, says):
    file = tmp_path / "config.json"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError, match=says):
        config_from_file(file)


def test_nothing_is_read_without_end(tmp_path):
    for read in (config_from_file, waivers_from_file):
        with pytest.raises(InputError, match="/dev/zero: larger than"):
            read(Path("/dev/zero"))
