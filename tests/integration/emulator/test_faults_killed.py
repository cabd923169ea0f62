"""kill -9 at any call of a deploy against the emulator's server: the next process goes on from the state file.

A sample; each call of each phase, one at a time (hours): `PLANT_FAULTS=all ./plant test …/test_faults_killed.py -s`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from workbench.emulator import process

EVERY = ["--every"] if os.environ.get("PLANT_FAULTS") == "all" else []
FINDS_FAULTS = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}


@pytest.mark.slow
def test_processes_that_are_killed_leave_nothing_that_the_next_one_does_not_settle(life: Any, tmp_path: Path) -> None:
    trial = life("deploy", "replaced", "destroy")
    path = tmp_path / "trial.json"
    path.write_text(trial.dump(), encoding="utf-8")
    server = process.start(tmp_path / "emulator", platform=trial.platform)
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "faults.kill", str(path), server.endpoint, *EVERY],
            capture_output=True,
            text=True,
            check=False,
            env=FINDS_FAULTS,
        )
    finally:
        process.stop(tmp_path / "emulator")
    assert done.returncode == 0, done.stderr
    killed = json.loads(done.stdout)
    print(f"kills: {killed}")
    assert killed["deploy"] >= 5
    assert sum(killed.values()) >= 10
