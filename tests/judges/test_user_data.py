"""User data before shellcheck, and run as far as that goes without an instance."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from components.fleet import user_data
from judges.tools import find, run

STAND_IN = Path(__file__).parent / "amazon_linux" / "stand_in"
COMMANDS = ("chgrp", "dd", "dnf", "install", "mkswap", "openssl", "rpm", "swapon", "systemctl")
PRIVATE = "123456789012.dkr-ecr.us-east-1.on.aws/plant/api:1"
LIMIT_BYTES = 16 * 1024
"""User data before it is encoded (EC2 User Guide, "Run commands when you launch an instance")."""


def rendered(image: str = "ecr-public.aws.com/plant/plant-api:1.0.0", **more) -> str:
    given = {
        "environment": {"PLANT_PORT": "8443", "PLANT_STACK": "dev"},
        "region": "us-east-1",
        "log_group": "/plant/plant-dev/requests",
        "drain_seconds": 60,
        "lifetime_days": 14,
        **more,
    }
    return base64.b64decode(user_data.render(image=image, **given)).decode()


SCRIPTS = {
    "public image": rendered(),
    "private image": rendered(PRIVATE),
    "warm pool": rendered(launch_hook=("launch", "/healthz")),
}


@pytest.fixture(params=["dev", "prod", *SCRIPTS])
def script(request, graph):
    """Each script of the stacks (all of a stack's at once are alike but for their values), and each variant."""
    if request.param in SCRIPTS:
        return SCRIPTS[request.param]
    (template, *_) = graph(request.param).of_type("aws:ec2/launchTemplate:LaunchTemplate")
    return base64.b64decode(template.get("userData")).decode()


class Boot:
    """The script run once on stand-ins, with the instance's folders under `root`."""

    def __init__(self, script: str, root: Path, *, installed: tuple[str, ...] = ()) -> None:
        self.root = root
        commands, state = root / "bin", root / "state"
        commands.mkdir(parents=True)
        (state / "installed").mkdir(parents=True)
        for name in installed:
            (state / "installed" / name).touch()
        for name in COMMANDS:
            (commands / name).symlink_to(STAND_IN)
        for folder in ("etc/systemd/system", "usr/local/bin", "root"):
            (root / folder).mkdir(parents=True)
        (root / "swapfile").touch()
        environment = {
            "PATH": f"{commands}:{os.environ['PATH']}",
            "STATE": str(state),
            "ETC": str(root / "etc"),
            "OPENSSL": str(shutil.which("openssl")),
            "INSTALL": str(shutil.which("install")),
        }
        moved = re.sub(r"(?<=[ =])/(etc|root|swapfile|usr/local)\b", rf"{root}/\1", script)
        self.result = subprocess.run(
            ["bash", "-c", moved], env=environment, capture_output=True, text=True, check=False, timeout=60
        )
        calls = state / "calls"
        self.calls = calls.read_text().splitlines() if calls.exists() else []

    @property
    def started(self) -> bool:
        """Whether it came to the end, and the service runs."""
        return self.result.returncode == 0 and any("plant-api.service" in call for call in self.calls)


def test_shellcheck_has_nothing_to_say(script, tmp_path):
    scripts = [script, *re.findall(r"<<'EOF'\n(#!/bin/bash\n.*?)\nEOF\n", script, re.DOTALL)]
    for number, text in enumerate(scripts):
        path = tmp_path / f"{number}.sh"
        path.write_text(f"{text}\n")
        result = run("shellcheck", "--severity", "style", path)
        assert result.returncode == 0, result.stdout


def test_shellcheck_notices_a_variable_that_is_not_quoted(tmp_path):
    path = tmp_path / "faulty.sh"
    path.write_text("#!/bin/bash\nrm -rf $1\n")
    assert "SC2086" in run("shellcheck", path).stdout


def test_the_smallest_instance_boots(script, tmp_path):
    find("openssl")
    boot = Boot(script, tmp_path / "instance")
    assert boot.started, boot.result.stderr
    assert len(script.encode()) < LIMIT_BYTES


def test_a_baked_image_installs_nothing(script, tmp_path):
    find("openssl")
    packages = re.search(r"rpm --query --quiet (.*);", script)[1].split()
    boot = Boot(script, tmp_path / "instance", installed=tuple(packages))
    assert boot.started, boot.result.stderr
    assert not any(call.startswith(("dnf", "mkswap")) for call in boot.calls)


@pytest.mark.parametrize("joined", [True, False], ids=["in a list, where set -e ignores it", "on its own line"])
def test_the_run_notices_an_option_that_came_later(joined, tmp_path):
    (step,) = re.findall(r" *chmod 0600 /swapfile\n *mkswap /swapfile\n *swapon /swapfile\n", SCRIPTS["public image"])
    newer = step.replace("mkswap", "mkswap --quiet")
    if joined:
        newer = " && ".join(line.strip() for line in newer.splitlines()) + "\n"
    boot = Boot(SCRIPTS["public image"].replace(step, newer), tmp_path / "instance")
    assert not boot.started
    assert "unrecognized option '--quiet'" in boot.result.stderr
    assert any(call.startswith("dnf") for call in boot.calls) is joined  # killed there, for want of swap


def test_the_certificate_outlives_the_instance(tmp_path):
    find("openssl")
    boot = Boot(rendered(lifetime_days=365), tmp_path / "instance")
    assert boot.started, boot.result.stderr
    certificate = boot.root / "etc/plant-api/tls.crt"
    ends_within = ["openssl", "x509", "-in", certificate, "-noout", "-checkend"]
    assert subprocess.run([*ends_within, str(365 * 86_400)], check=False, capture_output=True).returncode == 0
    assert subprocess.run([*ends_within, str(400 * 86_400)], check=False, capture_output=True).returncode == 1


def test_a_private_image_is_pulled_with_the_role_of_the_instance(tmp_path):
    boot = Boot(SCRIPTS["private image"], tmp_path / "instance")
    assert boot.started, boot.result.stderr
    helpers = json.loads((boot.root / "root/.docker/config.json").read_text())
    assert helpers == {"credHelpers": {"123456789012.dkr-ecr.us-east-1.on.aws": "ecr-login"}}
    assert any("amazon-ecr-credential-helper" in call for call in boot.calls if call.startswith("dnf"))
    assert "HOME=/root" in SCRIPTS["private image"]  # systemd sets none, and docker looks there


@pytest.mark.parametrize("drain_seconds", [30, 60, 7_200])
def test_systemd_waits_for_what_docker_waits_for_and_gives_no_start_up(drain_seconds):
    # systemd.service(5): TimeoutStopSec, 90 s by default; systemd.unit(5): StartLimitIntervalSec, five starts in 10.
    unit = re.search(r"plant-api\.service <<'EOF'\n(.*?)\nEOF\n", rendered(drain_seconds=drain_seconds), re.DOTALL)[1]
    waits = int(re.search(r"^TimeoutStopSec=(\d+)$", unit, re.MULTILINE)[1])
    assert waits > int(re.search(r"docker stop --time (\d+) ", unit)[1]) == drain_seconds
    assert "StartLimitIntervalSec=0" in unit.partition("[Service]")[0]


def test_only_a_private_image_takes_a_sign_in(tmp_path):
    boot = Boot(SCRIPTS["public image"], tmp_path / "instance")
    assert not (boot.root / "root/.docker").exists()
