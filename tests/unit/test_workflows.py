"""The workflows: valid YAML, least rights, and no untrusted text in a shell."""

import re
from pathlib import Path

import pytest
import yaml

WORKFLOWS = sorted((Path(__file__).resolve().parents[2] / ".github" / "workflows").glob("*.yml"))


def steps(workflow):
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


@pytest.fixture(params=WORKFLOWS, ids=lambda path: path.stem)
def workflow(request):
    return yaml.safe_load(request.param.read_text())


def test_there_are_workflows():
    assert {path.stem for path in WORKFLOWS} >= {"ci", "preview", "preview-comment"}


def test_rights_are_declared_and_jobs_end(workflow):
    assert workflow["permissions"]
    assert "write-all" not in str(workflow["permissions"])
    assert all(job["timeout-minutes"] <= 30 for job in workflow["jobs"].values())


def test_no_expression_is_pasted_into_a_shell(workflow):
    """`run: echo ${{ github.head_ref }}` would run what a branch is called; values go through the environment."""
    pasted = [step["run"] for step in steps(workflow) if re.search(r"\$\{\{", step.get("run", ""))]
    assert pasted == []


def test_code_of_a_pull_request_never_runs_with_the_right_to_write(workflow):
    triggers = workflow[True]  # YAML reads the key `on` as true
    if "workflow_run" in triggers or "pull_request_target" in triggers:
        assert not any("checkout" in step.get("uses", "") for step in steps(workflow))


def test_checkouts_keep_no_credentials(workflow):
    for step in steps(workflow):
        if "actions/checkout" in step.get("uses", ""):
            assert step["with"]["persist-credentials"] is False
