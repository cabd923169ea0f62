"""The emulator as a process, and the real Pulumi CLI on it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest

from deployment.errors import InputError
from deployment.reader import refresh_from_file
from workbench.drift.machines import SCALING
from workbench.drift.refresh import refresh
from workbench.drift.result import drift
from workbench.emulator import process
from workbench.emulator.api import Api
from workbench.emulator.readback import leftovers
from workbench.emulator.seed import references
from workbench.preview.synthesis import REPOSITORY


def test_it_starts_once_survives_and_is_gone_after_stop(tmp_path: Path) -> None:
    folder = tmp_path / "emulator"
    server = process.start(folder)
    try:
        assert process.start(folder) == server
        Api(endpoint_url=server.endpoint).call("sqs", "create_queue", QueueName="kept")
        assert Api(endpoint_url=server.endpoint).call("sqs", "list_queues")["QueueUrls"]
        lines = process.shell_lines(folder, "us-east-1")
        assert f"AWS_ENDPOINT_URL={server.endpoint}" in lines
        assert lines.splitlines()[-1].startswith("unset AWS_PROFILE")
    finally:
        assert process.stop(folder)
    assert not folder.exists()
    assert process.running(folder) is None
    assert not process.stop(folder)


def test_a_port_in_use_is_said_with_what_to_do(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(InputError, match="--port"):
            process.start(tmp_path / "emulator", taken.getsockname()[1])


def test_the_file_of_a_dead_server_is_not_believed(tmp_path: Path) -> None:
    folder = tmp_path / "emulator"
    folder.mkdir()
    (folder / "server.json").write_text('{"pid": 1, "port": 9, "nonce": "old"}')
    assert process.running(folder) is None
    assert not (folder / "server.json").exists()
    with pytest.raises(InputError, match="emulator start"):
        process.environment(folder, "us-east-1")


def test_a_start_that_is_interrupted_leaves_no_server(tmp_path, monkeypatch):
    started = []
    real = subprocess.Popen

    def popen(*given, **options):
        started.append(real(*given, **options))
        return started[0]

    def interrupted(port):
        raise KeyboardInterrupt

    monkeypatch.setattr(process.subprocess, "Popen", popen)
    monkeypatch.setattr(process, "_identity", interrupted)
    with pytest.raises(KeyboardInterrupt):
        process.start(tmp_path / "emulator")
    assert started[0].wait(timeout=5) == -signal.SIGKILL


def test_the_state_of_stacks_goes_with_a_server_that_died(tmp_path: Path) -> None:
    folder = tmp_path / "emulator"
    server = process.start(folder)
    checkpoint = folder / "state" / ".pulumi" / "stacks" / "plant" / "dev.json"
    checkpoint.parent.mkdir(parents=True)
    checkpoint.write_text("{}")
    assert not process.left_behind(folder)
    assert process.start(folder) == server
    assert checkpoint.exists()
    os.kill(server.pid, signal.SIGKILL)
    os.waitpid(server.pid, 0)
    assert process.left_behind(folder)
    try:
        assert process.start(folder) != server
        assert not checkpoint.exists()
    finally:
        process.stop(folder)


@pytest.mark.engine
@pytest.mark.slow
@pytest.mark.skipif(shutil.which("pulumi") is None, reason="the Pulumi CLI is not on PATH")
@pytest.mark.parametrize("stack", ["dev", "k8s"])
def test_a_real_pulumi_up_refresh_and_destroy(
    tmp_path: Path, deployment: Any, stack: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, project = tmp_path / "emulator", tmp_path / "project"
    project.mkdir()
    for name in (
        "components",
        "infra",
        "deployment",
        "cost",
        "policies",
        "workbench",
        "Pulumi.yaml",
        "pyproject.toml",
        ".venv",
    ):
        (project / name).symlink_to(REPOSITORY / name)
    shutil.copy(REPOSITORY / f"Pulumi.{stack}.yaml", project)  # the CLI writes the stack's salt into it
    process.start(folder, platform=references(deployment(stack)))
    try:
        variables = process.environment(folder, "us-east-1")
        path = f"{folder / 'bin'}:{os.environ['PATH']}"
        api = Api(endpoint_url=variables["AWS_ENDPOINT_URL"])
        before = leftovers(api)

        def pulumi(*arguments: str) -> str:
            done = subprocess.run(
                ["pulumi", *arguments, "--stack", stack, "--non-interactive"],
                cwd=project,
                env={**os.environ, **variables, "PATH": path},
                capture_output=True,
                text=True,
                timeout=240,
                check=False,
            )
            assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
            return done.stdout

        pulumi("stack", "init")
        assert "created" in pulumi("up", "--yes", "--skip-preview")
        assert len(leftovers(api) - before) > 60
        pulumi("preview", "--expect-no-changes")
        pulumi("refresh", "--yes", "--expect-no-changes")
        if stack == "dev":
            monkeypatch.setenv("PATH", path)
            for name, value in variables.items():
                monkeypatch.setenv(name, value)
            _changed_by_hand_is_drift(api, project, tmp_path)
        pulumi("state", "unprotect", "--all", "--yes")
        pulumi("destroy", "--yes", "--skip-preview")
        assert leftovers(api) - before == set()
    finally:
        process.stop(folder)


def _changed_by_hand_is_drift(api: Api, project: Path, folder: Path) -> None:
    """Somebody lets the fleet grow and scaling sizes it; a real refresh tells both, and drift tells them apart."""
    group = next(
        one
        for one in api.call("autoscaling", "describe_auto_scaling_groups")["AutoScalingGroups"]
        if "stable" in one["AutoScalingGroupName"]
    )
    name, most = group["AutoScalingGroupName"], group["MaxSize"]
    api.call("autoscaling", "update_auto_scaling_group", AutoScalingGroupName=name, MaxSize=12, DesiredCapacity=2)
    new, old, differences = refresh_from_file(refresh("dev", project, str(folder)))
    found = drift(old, new, differences)
    assert [(one.resource.name, [each.path for each in one.properties]) for one in found.by_hand] == [
        ("plant-stable-group", ["maxSize"])
    ]
    assert [(one.by, [each.path for each in one.properties]) for one in found.by_machines] == [
        (SCALING, ["desiredCapacity"])
    ]
    assert found.blocked
    api.call("autoscaling", "update_auto_scaling_group", AutoScalingGroupName=name, MaxSize=most)
