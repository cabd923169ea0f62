"""Findings where other tools show them: at lines of stack files (SARIF), as test cases (JUnit), through the action."""

import json
import os
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import yaml

from workbench.cli.main import run
from workbench.preview.synthesis import REPOSITORY
from workbench.report.stack_lines import line_of

STACK_FILE = """\
# a comment
config:
  aws:region: us-east-1
  plant:fleet:
    on_demand_base_capacity: 0
    max_size: 50
  plant:uptime:
    parked: false
  plant:tenancy:
    network:
      cidr: 10.0.0.0/22
"""


@pytest.mark.parametrize(
    ("clues", "line"),
    [
        pytest.param(("maxSize",), 6, id="a property of AWS"),
        pytest.param(("set max_size to 2",), 6, id="a word of the message"),
        pytest.param(("", "worst case; Lower maxSize"), 6, id="a later clue"),
        pytest.param(("instanceTypes[0]",), 4, id="a default: the group"),
        pytest.param(("a maxSize of 2; set plant:uptime.parked to true",), 8, id="a setting that is named whole"),
        pytest.param(("set plant:tenancy.network.cidr",), 11, id="a nested setting"),
        pytest.param(
            ("set plant:tenancy.platform.vpc_id, or maxSize",), 9, id="a nested one that is not set: its group"
        ),
        pytest.param(("idleTimeout",), 2, id="nothing that a setting is called"),
    ],
)
def test_a_finding_points_at_the_line_that_sets_the_value(clues, line):
    assert line_of(STACK_FILE, *clues) == line


@pytest.mark.parametrize("text", ["", "[]", "config:", "config: [1]", "config: {plant:fleet: 3}"])
def test_any_yaml_has_a_line(text):
    assert line_of(text, "maxSize") == 1


@pytest.fixture
def deployment(tmp_path):
    """A deployment of dev that is over its budget."""
    path = tmp_path / "elsewhere" / "dev.json"
    path.parent.mkdir()
    assert run(["export", "--stack", "dev", "--config", "plant:fleet.max_size=50", "--out", str(path)]) == 0
    return path


@pytest.mark.parametrize(("project", "found"), [("name: plant", True), ("name: shop", False), ("][", False)])
def test_a_stack_file_of_another_project_is_not_named(deployment, tmp_path, monkeypatch, capsys, project, found):
    (tmp_path / "Pulumi.yaml").write_text(f"{project}\nruntime: python\n")
    (tmp_path / "Pulumi.dev.yaml").write_text(STACK_FILE)
    monkeypatch.chdir(tmp_path)
    assert run(["check", str(deployment), "--format", "sarif"]) == 1
    assert ('"Pulumi.dev.yaml"' in capsys.readouterr().out) is found


def test_sarif_names_the_stack_file_and_no_path_of_this_machine(deployment, tmp_path, monkeypatch, capsys):
    (tmp_path / "Pulumi.dev.yaml").write_text(STACK_FILE)
    monkeypatch.chdir(tmp_path)
    assert run(["check", str(deployment), "--format", "sarif"]) == 1
    text = capsys.readouterr().out
    assert str(tmp_path) not in text
    results = [one for one in json.loads(text)["runs"][0]["results"] if one["ruleId"].startswith("cost-worst-case")]
    place = results[0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "Pulumi.dev.yaml", "uriBaseId": "%SRCROOT%"}
    assert place["region"] == {"startLine": 6}


def test_junit_has_a_case_a_rule_and_a_failure_for_what_blocks(deployment, capsys):
    assert run(["check", str(deployment), "--format", "junit"]) == 1
    root = ET.fromstring(capsys.readouterr().out)  # noqa: S314 - our own output
    assert {*root.keys()} <= {"name", "time", "tests", "failures", "errors"}, "what Jenkins' junit-10.xsd has of it"
    [suite] = root
    assert {"name", "tests", "failures", "errors"} <= {*suite.keys()}, "what it requires of a suite"
    failed = {case.get("name") for case in suite if case.find("failure") is not None}
    assert failed == {"cost-worst-case-within-budget"}
    assert int(suite.get("tests")) == len(suite) > 100
    assert int(suite.get("failures")) == 1
    waived = next(case for case in suite if case.get("name") == "edge-deletion-protection")
    assert "Owner:" in waived.find("skipped").get("message")
    assert waived.find("skipped").text == waived.find("skipped").get("message"), "what GitLab shows"


def judged(deployment, folder, **inputs):
    environment = {"STACK": str(deployment), "BASE": "", "BUDGET": "", "PROFILE": "", **inputs}
    outputs = {"GITHUB_OUTPUT": str(folder / "output"), "GITHUB_STEP_SUMMARY": str(folder / "summary")}
    return subprocess.run(
        [REPOSITORY / ".github" / "judge"],
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "RUNNER_TEMP": str(folder), **outputs, **environment},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_action_judges_a_deployment_file_with_the_callers_budget(tmp_path):
    deployment = tmp_path / "dev.json"
    assert run(["export", "--stack", "dev", "--out", str(deployment)]) == 0
    allowed = judged(deployment, tmp_path)
    assert allowed.returncode == 0, allowed.stdout + allowed.stderr
    assert "verdict: pass" in (tmp_path / "summary").read_text()
    found = dict(line.split("=") for line in (tmp_path / "output").read_text().splitlines())
    assert json.loads(Path(found["sarif"]).read_text())["version"] == "2.1.0"
    assert ET.parse(found["junit"])  # noqa: S314 - our own output
    refused = judged(deployment, tmp_path, BUDGET="0.50")
    assert refused.returncode == 1
    assert "over the budget of $0.50" in refused.stdout
    assert judged(tmp_path / "output", tmp_path).returncode == 2


def test_no_name_ends_the_block_that_the_action_puts_into_the_summary(tmp_path):
    urn = "urn:pulumi:live::shop::aws:sns/topic:Topic::```` | @team"
    topic = {"urn": urn, "type": "aws:sns/topic:Topic", "custom": True, "inputs": {}, "outputs": {}}
    deployment = tmp_path / "export.json"
    deployment.write_text(json.dumps({"version": 3, "deployment": {"resources": [topic]}}))
    judged(deployment, tmp_path)
    first, *inside, last = (tmp_path / "summary").read_text().splitlines()
    assert any("@team" in line for line in inside)
    assert first == f"{last}text"
    assert set(last) == {"`"}
    assert not any(last in line for line in inside)


def test_the_action_hands_over_each_input():
    action = yaml.safe_load((REPOSITORY / "action.yml").read_text())
    handed = action["runs"]["steps"][-1]["env"]
    assert {value.split(".")[1].split(" ")[0] for value in handed.values()} == set(action["inputs"])


def test_the_action_previews_a_stack_with_what_does_not_change_too(tmp_path, deployment):
    """Without `--show-sames` a preview of a deployed stack leaves most of it out, and is refused."""
    cli = tmp_path / "bin" / "pulumi"
    cli.parent.mkdir()
    cli.write_text(f'#!/bin/sh\necho "$*" > {tmp_path}/asked\ncat {deployment}\n')
    cli.chmod(0o755)
    found = judged("dev", tmp_path, PATH=f"{cli.parent}:{os.environ['PATH']}")
    assert found.returncode == 1, found.stderr
    assert (tmp_path / "asked").read_text().split() == ["preview", "--json", "--show-sames", "--stack", "dev"]
    assert (tmp_path / "output").read_text().count("=") == 2


@pytest.mark.parametrize(
    ("written", "told"),
    [
        pytest.param('{"steps": [], "diagnostics": [{"severity": "error", "message": "boom"}]}', "boom", id="told"),
        pytest.param("", "pulumi preview of dev failed", id="silent"),
    ],
)
def test_a_preview_that_fails_is_no_verdict_of_the_action(tmp_path, written, told):
    """Pulumi's status is 1 then, which says "blocked" here; its reason is in the file, which nobody reads."""
    cli = tmp_path / "bin" / "pulumi"
    cli.parent.mkdir()
    cli.write_text(f"#!/bin/sh\nprintf '%s' '{written}'\nexit 1\n")
    cli.chmod(0o755)
    found = judged("dev", tmp_path, PATH=f"{cli.parent}:{os.environ['PATH']}")
    assert found.returncode == 2
    assert told in found.stderr
    assert not (tmp_path / "output").exists()


def test_a_wrong_input_of_the_action_leaves_no_file_to_upload(tmp_path):
    deployment = tmp_path / "a.json"
    deployment.write_text('{"version": 3, "deployment": {"resources": []}}')
    found = judged(deployment, tmp_path, BUDGET="five")
    assert found.returncode == 2
    assert "--limit five" in found.stderr
    assert not (tmp_path / "output").exists()
