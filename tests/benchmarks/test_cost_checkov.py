"""Pricing a stack beside a run of Checkov's policies over the same stack as a Terraform plan."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from workbench.report.tfplan import tfplan

pytestmark = [pytest.mark.benchmark, pytest.mark.checkov, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
CHECKOV = ROOT / ".venv-checkov" / "bin" / "checkov"


def seconds(command, folder):
    """Wall time of a whole process. Its exit status says what it found, not whether it ran."""
    start = time.perf_counter()
    environment = {**os.environ, "LOG_LEVEL": "ERROR", "PYTHONPATH": str(ROOT)}
    result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, env=environment)
    assert result.returncode in (0, 1), result.stderr
    return time.perf_counter() - start


@pytest.mark.skipif(not CHECKOV.is_file(), reason="Checkov is installed by tests/checkov, and isn't yet")
def test_pricing_takes_a_small_part_of_a_run_of_checkov(deployment, tmp_path):
    dev = deployment("dev")
    (tmp_path / "stack.json").write_text(json.dumps(dev))
    (tmp_path / "tfplan.json").write_text(json.dumps(tfplan(dev)))
    ours = seconds([sys.executable, "-m", "workbench.cli", "cost", "stack.json", "--format", "json"], tmp_path)
    theirs = seconds(
        [
            str(CHECKOV), "--file", "tfplan.json", "--framework", "terraform_plan",
            "--output", "json", "--skip-download",
        ],
        tmp_path,
    )  # fmt: skip
    count = len(dev["deployment"]["resources"])
    print(f"\n{count} resources: ./plant cost {ours:.2f} s, Checkov {theirs:.2f} s, ratio {ours / theirs:.2f}")
    assert ours / theirs < 0.5
