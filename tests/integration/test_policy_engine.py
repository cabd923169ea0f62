"""The real policy engine and the checks in process give one verdict on one file."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from deployment.reader import graph_from_json
from policies.adapter import COST_SUMMARY
from policies.assess import assess
from policies.pack import config_from_file
from workbench.emulator import process

ROOT = Path(__file__).parents[2]
PULUMI = shutil.which("pulumi")
UNKNOWN_BOOLEAN = "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7"

pytestmark = [
    pytest.mark.engine,
    pytest.mark.slow,
    pytest.mark.skipif(PULUMI is None, reason="the Pulumi CLI is not on PATH"),
]


def analyze(document, config, tmp_path):
    """(exit status, events) of `pulumi policy analyze`."""
    file = tmp_path / "deployment.json"
    file.write_text(json.dumps(document))
    command = [PULUMI, "policy", "analyze", "--file", file, "--policy-pack", ROOT / "policies", "--json"]
    result = subprocess.run(
        [*map(str, command), "--policy-pack-config", str(config)],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=ROOT,
        env={**os.environ, "PULUMI_HOME": str(tmp_path / "home"), "PULUMI_SKIP_UPDATE_CHECK": "true"},
        check=False,
    )
    events = [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]
    assert any("summaryEvent" in event for event in events), result.stderr
    return result.returncode, events


def remediations(document, config, tmp_path):
    """What the engine was given instead of the declared resources."""
    _, events = analyze(document, config, tmp_path)
    return [event["policyRemediationEvent"] for event in events if "policyRemediationEvent" in event]


def engine_says(document, config, tmp_path):
    """(exit status, findings) of `pulumi policy analyze`."""
    status, events = analyze(document, config, tmp_path)
    found = {}
    for event in events:
        if policy := event.get("policyEvent"):
            message = policy["message"].partition("\n")[2] or policy["message"]
            found[policy["policyName"], policy["resourceUrn"], message] = policy["enforcementLevel"]
    return status, found


def told_apart(found):
    """(the dollars that only the engine is told, with or without a breach; findings)."""
    dollars = [key for key in found if key[0] == COST_SUMMARY]
    return dollars, {key: level for key, level in found.items() if key not in dollars}


def process_says(document, config):
    assessment = assess(graph_from_json(document, "test"), config_from_file(config))
    found = {
        (entry.rule.id, entry.finding.urn, entry.finding.message): entry.enforcement.value
        for entry in assessment.violations
    }
    return assessment.blocked, found


def break_in_many_places(document):
    resources = document["deployment"]["resources"]

    def named(suffix):
        return next(state for state in resources if state["urn"].endswith(f"::{suffix}"))

    def change(suffix, **inputs):
        for section in ("inputs", "outputs"):
            named(suffix)[section].update(inputs)

    change("plant-edge-alb", dropInvalidHeaderFields=False, desyncMitigationMode="monitor")
    change("plant-stable-template", metadataOptions={"httpTokens": "optional"})
    change("plant-encryption-key", enableKeyRotation=False)
    change("plant-stable-group", maxSize=50, healthCheckType="EC2")
    change("plant-access-edge-https-ipv6", fromPort=0, toPort=65535)
    change("plant-slo-p95-stable", threshold=20)
    change("plant-audit-requests", retentionInDays=1)
    change(
        "plant-rollout-workflow-policy", policy='{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
    )
    root = next(state for state in resources if state["type"] == "plant:infra:PlantApi")
    root["outputs"]["costBasis"]["budget"]["monthlyLimitUsd"] = "50.00"
    for gone in ("plant-logs-access", "plant-firewall-association"):
        urn = named(gone)["urn"]
        resources.remove(named(gone))
        for state in resources:  # the engine shows no dependency on what is not there
            state["dependencies"] = [other for other in state.get("dependencies", ()) if other != urn]


@pytest.mark.parametrize("stack", ["dev", "parked", "prod"])
def test_engine_and_process_agree_on_the_declared_stacks(deployment, tmp_path, stack):
    file = ROOT / "policies" / "config" / "plant.json"
    document = deployment(stack)
    blocked, in_process = process_says(document, file)
    status, said = engine_says(document, file, tmp_path)
    [(_, _, dollars)], in_engine = told_apart(said)
    assert in_engine == in_process
    assert re.match(r"expected \$\d+\.\d\d and worst case \$\d+\.\d\d .*a month of a budget of \$5\.00", dollars)
    assert (status != 0) == blocked


def test_engine_and_process_agree_on_a_broken_stack(deployment, tmp_path):
    document = deployment("dev")
    break_in_many_places(document)
    file = ROOT / "policies" / "config" / "plant.json"
    blocked, in_process = process_says(document, file)
    status, said = engine_says(document, file, tmp_path)
    _, in_engine = told_apart(said)
    assert blocked and status != 0
    assert in_engine == in_process
    assert len({rule for rule, _, _ in in_process}) >= 12
    assert {"cost-worst-case-within-budget", "cost-limit-not-raised"} <= {rule for rule, _, _ in in_engine}


def test_the_budget_still_decides_when_the_engine_does_not_know_a_value(deployment, tmp_path):
    document = deployment("dev")
    for state in document["deployment"]["resources"]:
        if state["type"] == "aws:lb/loadBalancer:LoadBalancer":
            for section in ("inputs", "outputs"):
                state[section]["dropInvalidHeaderFields"] = UNKNOWN_BOOLEAN
        if state["type"] == "aws:autoscaling/group:Group":
            for section in ("inputs", "outputs"):
                state[section]["maxSize"] = 50
    status, found = engine_says(document, ROOT / "policies" / "config" / "plant.json", tmp_path)
    rules = {rule for rule, _, _ in found}
    assert status != 0
    assert "cost-worst-case-within-budget" in rules
    [(message, level)] = [(key[2], level) for key, level in found.items() if key[0] == "edge-drops-invalid-headers"]
    assert level == "advisory"
    assert "is not known until the deployment" in message


def test_a_rule_set_to_remediate_gives_the_engine_the_mended_resource(deployment, tmp_path):
    document = deployment("dev")
    for state in document["deployment"]["resources"]:
        if state["type"] == "aws:ec2/launchTemplate:LaunchTemplate":
            state["inputs"]["metadataOptions"]["httpTokens"] = "optional"
    config = json.loads((ROOT / "policies" / "config" / "plant.json").read_text())
    as_it_is = tmp_path / "as_it_is.json"
    as_it_is.write_text(json.dumps(config))
    mending = tmp_path / "mending.json"
    mending.write_text(json.dumps({**config, "compute-imdsv2": "remediate"}))
    assert remediations(document, as_it_is, tmp_path) == []
    mended = remediations(document, mending, tmp_path)
    assert len(mended) == 2
    for event in mended:
        assert event["policyName"] == "compute-imdsv2"
        assert event["before"]["metadataOptions"]["httpTokens"] == "optional"
        assert event["after"]["metadataOptions"]["httpTokens"] == "required"
        assert event["after"]["userData"] == event["before"]["userData"]


def test_tags_are_mended_by_the_values_that_the_configuration_gives(deployment, tmp_path):
    document = deployment("dev")
    for state in document["deployment"]["resources"]:
        if state["type"] == "aws:sns/topic:Topic":
            for section, key in (("inputs", "tags"), ("outputs", "tags"), ("outputs", "tagsAll")):
                state[section][key] = {name: value for name, value in state[section][key].items() if name != "Owner"}
    config = json.loads((ROOT / "policies" / "config" / "plant.json").read_text())
    entry = {"enforcementLevel": "remediate", "values": {"Owner": "plant-api-team"}}
    mending = tmp_path / "mending.json"
    mending.write_text(json.dumps({**config, "tagging-required-tags": entry}))
    mended = remediations(document, mending, tmp_path)
    assert len(mended) == 3
    for event in mended:
        assert event["policyName"] == "tagging-required-tags"
        assert event["after"]["tags"] == {**event["before"]["tags"], "Owner": "plant-api-team"}


@pytest.fixture
def emulated(tmp_path):
    """`pulumi(folder, *arguments)` on the embedded AWS."""
    folder = tmp_path / "emulator"
    process.start(folder)
    variables = process.environment(folder, "us-east-1")

    def pulumi(project, *arguments):
        return subprocess.run(
            [PULUMI, *arguments, "--non-interactive"],
            cwd=project,
            env={**os.environ, **variables, "PATH": f"{folder / 'bin'}:{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )

    yield pulumi
    process.stop(folder)


TEMPLATE_OF_OLD = """
import pulumi_aws as aws

aws.ec2.LaunchTemplate("old", metadata_options={"http_tokens": "optional", "http_put_response_hop_limit": 1})
"""


@pytest.mark.parametrize("mending", [True, False], ids=["remediate", "mandatory"])
def test_pulumi_up_makes_the_mended_resource_or_none(emulated, tmp_path, mending):
    project = tmp_path / "project"
    project.mkdir()
    (project / "__main__.py").write_text(TEMPLATE_OF_OLD)
    virtualenv = json.dumps(str(ROOT / ".venv"))
    (project / "Pulumi.yaml").write_text(
        f"name: old\nruntime: {{name: python, options: {{toolchain: pip, virtualenv: {virtualenv}}}}}\n"
    )
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"all": "disabled", "compute-imdsv2": "remediate" if mending else "mandatory"}))
    assert emulated(project, "stack", "init", "old").returncode == 0
    pack = ["--policy-pack", str(ROOT / "policies"), "--policy-pack-config", str(config)]
    done = emulated(project, "up", "--yes", "--skip-preview", "--stack", "old", *pack)
    assert (done.returncode == 0) is mending, done.stdout[-3000:] + done.stderr[-1000:]
    exported = json.loads(emulated(project, "stack", "export", "--stack", "old").stdout)
    made = [
        state["inputs"]["metadataOptions"]["httpTokens"]
        for state in exported["deployment"].get("resources", ())
        if state["type"] == "aws:ec2/launchTemplate:LaunchTemplate"
    ]
    assert made == (["required"] if mending else [])


@pytest.mark.parametrize("stack", ["prod", "copied"])
def test_pulumi_preview_needs_no_configuration_of_the_pack_to_say_what_plant_preview_says(emulated, tmp_path, stack):
    project = tmp_path / "project"
    project.mkdir()
    for name in ("components", "infra", "policies", "workbench", "Pulumi.yaml", "pyproject.toml", ".venv"):
        (project / name).symlink_to(ROOT / name)
    shutil.copy(ROOT / "Pulumi.prod.yaml", project / f"Pulumi.{stack}.yaml")
    assert emulated(project, "stack", "init", stack).returncode == 0
    done = emulated(project, "preview", "--stack", stack, "--policy-pack", "policies")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert "[advisory] [severity: high]  cost-shared-worst-case-within-budget" in done.stdout
    assert "[mandatory]" not in done.stdout


KEY = """
import pulumi_aws as aws

aws.kms.Key("key", enable_key_rotation=True)
"""
DASHBOARD = """
aws.cloudwatch.Dashboard("board", dashboard_name="board", dashboard_body='{"widgets":[]}')
"""


@pytest.mark.parametrize("compared", [True, False])
def test_the_line_of_dollars_tells_what_a_plan_changes_of_what_is_deployed(emulated, tmp_path, compared):
    project = tmp_path / "project"
    project.mkdir()
    virtualenv = json.dumps(str(ROOT / ".venv"))
    (project / "Pulumi.yaml").write_text(
        f"name: old\nruntime: {{name: python, options: {{toolchain: pip, virtualenv: {virtualenv}}}}}\n"
    )
    config = tmp_path / "config.json"
    settings = {"compareWithDeployed": compared, "enforcementLevel": "advisory"}
    config.write_text(json.dumps({"all": "disabled", "cost-summary": "advisory", "pack-settings": settings}))
    pack = ["--policy-pack", str(ROOT / "policies"), "--policy-pack-config", str(config)]
    assert emulated(project, "stack", "init", "old").returncode == 0

    def line(*command):
        done = emulated(project, *command, "--stack", "old", *pack)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
        text = " ".join(done.stdout.split())
        assert "expected $" in text or command[0] == "up", text[-3000:]
        return text

    program = project / "__main__.py"
    program.write_text(KEY)
    new, deployed = "changes what is deployed by +$1.00 expected", "no change to what is deployed"
    assert (new in line("preview")) is compared
    assert "deployed" not in line("up", "--yes", "--skip-preview")  # the preview has told it
    assert (deployed in line("preview")) is compared
    program.write_text(KEY + DASHBOARD)
    # the account's allowances pay for the dashboard, and a change is told by resource
    text = line("preview")
    assert ("board +$3.00" in text and "allowances -$3.00" in text) is compared
