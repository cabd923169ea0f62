"""The component families in programs that are not ours, under the real CLI on the embedded AWS."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from workbench.emulator import process

ROOT = Path(__file__).parents[2]
PULUMI = shutil.which("pulumi")

pytestmark = [
    pytest.mark.engine,
    pytest.mark.slow,
    pytest.mark.skipif(PULUMI is None, reason="the Pulumi CLI is not on PATH"),
]
yaml_host = pytest.mark.skipif(shutil.which("pulumi-language-yaml") is None, reason="no pulumi-language-yaml on PATH")


@pytest.fixture(scope="module")
def provider(tmp_path_factory):
    """The folder that `pulumi package add` is given, with this environment instead of one of its own."""
    folder = tmp_path_factory.mktemp("package") / "provider"
    shutil.copytree(ROOT / "provider", folder, ignore=shutil.ignore_patterns(".venv", "__pycache__"))
    plugin = (folder / "PulumiPlugin.yaml").read_text()
    assert plugin.count("virtualenv: .venv") == 1
    (folder / "PulumiPlugin.yaml").write_text(plugin.replace("virtualenv: .venv", f"virtualenv: {ROOT / '.venv'}"))
    return folder


@pytest.fixture
def emulated(tmp_path):
    """`pulumi(project, *arguments)` on the embedded AWS, with `pulumi-resource-plant` on PATH as the wheel puts it."""
    folder, binaries = tmp_path / "emulator", tmp_path / "bin"
    process.start(folder)
    variables = process.environment(folder, "us-east-1")
    binaries.mkdir()
    script = binaries / "pulumi-resource-plant"
    script.write_text(f'#!/bin/sh\nexec {sys.executable} -P -m components.hosted.provider "$@"\n')
    script.chmod(0o755)

    def pulumi(project, *arguments, status=0):
        done = subprocess.run(
            [PULUMI, *map(str, arguments), "--non-interactive"],
            cwd=project,
            env={**os.environ, **variables, "PATH": f"{folder / 'bin'}:{binaries}:{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == status, done.stdout[-5000:] + done.stderr[-2000:]
        return done.stdout + done.stderr

    yield pulumi
    process.stop(folder)


@yaml_host
def test_a_yaml_program_of_all_families_previews_and_is_judged(emulated, provider, tmp_path):
    project = tmp_path / "project"
    project.mkdir()
    program = (ROOT / "examples" / "yaml" / "Pulumi.yaml").read_text()
    assert program.count("plant: ../../provider") == 1
    (project / "Pulumi.yaml").write_text(program.replace("plant: ../../provider", f"plant: {provider}"))
    emulated(project, "stack", "init", "dev")
    told = emulated(project, "preview", "--stack", "dev", "--policy-pack", ROOT / "policies")
    for family in ("BudgetGuard", "CanaryRollout", "FeatureFlag", "Firewall", "Fleet", "Maintenance", "Reaper"):
        assert f"plant:components:{family}" in told
    assert "aws:sfn:StateMachine rollout-machine create" in told
    assert "❌" not in told


@yaml_host
def test_a_wrong_input_is_told_at_its_path(emulated, provider, tmp_path):
    project = tmp_path / "project"
    project.mkdir()
    program = (ROOT / "examples" / "yaml" / "Pulumi.yaml").read_text()
    program = program.replace("plant: ../../provider", f"plant: {provider}").replace('"2027-03-31T22:00"', "soon")
    (project / "Pulumi.yaml").write_text(program)
    emulated(project, "stack", "init", "dev")
    told = emulated(project, "preview", "--stack", "dev", status=1)
    assert "windows[0].startsAt" in told and "must be a local time such as 2027-03-31T22:00" in told
    assert "Traceback" not in told


TRACK = """
name: pods
runtime: yaml
packages:
  plant: PROVIDER
resources:
  canary:
    type: plant:Track
    properties:
      track: canary
      namespace: plant
      labels: {app.kubernetes.io/name: plant-api}
      pod:
        image: public.ecr.aws/example/plant-api@sha256:DIGEST
        environment: {PORT: "8443"}
        serviceAccount: plant
        port: 8443
        readinessPath: /readyz
        livenessPath: /livez
        cpuMillicores: 100
        memoryMib: 128
        ephemeralStorageMib: 64
      scaling:
        minimum: 1
        maximum: 2
        metrics:
          - type: Resource
            resource: {name: cpu, target: {type: Utilization, averageUtilization: 60}}
      targetGroupArn: arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/plant/73e2d6bc24d8a067
      deregistrationDelaySeconds: 30
      restsAtZero: true
"""


@yaml_host
def test_a_yaml_program_previews_pods(emulated, provider, tmp_path):
    project = tmp_path / "project"
    project.mkdir()
    (project / "Pulumi.yaml").write_text(TRACK.replace("PROVIDER", str(provider)).replace("DIGEST", "0" * 64))
    emulated(project, "stack", "init", "dev")
    told = emulated(project, "preview", "--stack", "dev")
    for kind in ("apps/v1:Deployment", "core/v1:Service", "autoscaling/v2:HorizontalPodAutoscaler"):
        assert f"kubernetes:{kind} canary-" in told


PROGRAM = """
import json
from pathlib import Path

import pulumi


class Remote(pulumi.ComponentResource):
    outputs: pulumi.Output[object]

    def __init__(self, kind, name, inputs):
        super().__init__(f"plant:index:{kind}", name, {**inputs, "topic": None}, None, True)


for kind, name, inputs in json.loads(Path("inputs.json").read_text()):
    Remote(kind, name, inputs)
"""


def test_a_program_without_generated_code_deploys_them_and_changes_nothing_the_second_time(emulated, tmp_path):
    project = tmp_path / "project"
    project.mkdir()
    (project / "__main__.py").write_text(PROGRAM)
    virtualenv = json.dumps(str(ROOT / ".venv"))
    (project / "Pulumi.yaml").write_text(
        f"name: remote\nruntime: {{name: python, options: {{toolchain: pip, virtualenv: {virtualenv}}}}}\n"
    )
    flag = {"flagName": "api_optimization_enabled", "percents": [10, 100], "stack": "dev", "kmsKeyArn": KEY}
    (project / "inputs.json").write_text(json.dumps([["FeatureFlag", "flag", flag]]))
    emulated(project, "stack", "init", "dev")
    emulated(project, "up", "--yes", "--skip-preview", "--stack", "dev")
    state = json.loads(emulated(project, "stack", "export", "--stack", "dev"))["deployment"]["resources"]
    (component,) = [one for one in state if one["type"] == "plant:components:FeatureFlag"]
    assert set(component["outputs"]) >= {"applicationId", "environmentId", "profileId"}
    assert len([one for one in state if one.get("parent") == component["urn"]]) == 8
    emulated(project, "preview", "--stack", "dev", "--expect-no-changes")


KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def test_the_schema_that_the_cli_reads_is_the_one_that_is_kept(emulated, tmp_path):
    # The executable, and not the folder: for a folder the CLI installs what its requirements name.
    told = emulated(tmp_path, "package", "get-schema", tmp_path / "bin" / "pulumi-resource-plant")
    served = json.loads(told[told.index("{") : told.rindex("}") + 1])
    kept = json.loads((ROOT / "provider" / "schema.json").read_text())
    assert (served["name"], served["version"]) == (kept["name"], kept["version"])
    for section, parts in (("resources", ("inputProperties", "properties")), ("types", ("properties",))):
        assert set(served[section]) == set(kept[section])
        for token, one in kept[section].items():
            for part in parts:
                assert set(served[section][token][part]) == set(one[part]), token
            assert set(served[section][token].get("requiredInputs", ())) == set(one.get("requiredInputs", ())), token


@pytest.mark.parametrize("language", ["python", "nodejs", "go"])
def test_code_is_generated_for_other_languages(emulated, tmp_path, language):
    if shutil.which(f"pulumi-language-{language}") is None:
        pytest.skip(f"no pulumi-language-{language} on PATH")
    emulated(tmp_path, "package", "gen-sdk", ROOT / "provider" / "schema.json", "--language", language, "--out", "sdk")
    written = "".join(
        path.read_text() for path in (tmp_path / "sdk").rglob("*") if path.suffix in (".py", ".ts", ".go")
    )
    assert "plant:index:CanaryRollout" in written and "ArgsArgs" not in written
