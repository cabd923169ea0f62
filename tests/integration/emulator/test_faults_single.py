"""One fault a run, at any call and of any kind: the second run converges.

A sample; all of them (11,000 faults, about an hour): `PLANT_FAULTS=all ./plant test …/test_faults_single.py -s`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ONE_IN = 1 if os.environ.get("PLANT_FAULTS") == "all" else 400
FINDS_FAULTS = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
SEED = 7


@pytest.mark.slow
def test_after_a_fault_at_any_call_the_next_run_converges(life: Any, tmp_path: Path) -> None:
    trial = tmp_path / "trial.json"
    trial.write_text(life("deploy", "changed", "replaced", "park", "unpark", "destroy").dump(), encoding="utf-8")
    done = subprocess.run(
        [
            *(sys.executable, "-P", "-m", "faults.walk", str(trial)),
            *("--sample", str(ONE_IN), "--seed", str(SEED)),
        ],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        env=FINDS_FAULTS,
    )
    report = json.loads(done.stdout)
    print(json.dumps(report, indent=1))
    assert {name: figures["failures"] for name, figures in report.items() if figures["failures"]} == {}
    assert sum(figures["calls"] for figures in report.values()) > 1_000
    assert sum(figures["situations"] for figures in report.values()) > (1_000 if ONE_IN == 1 else 10)
