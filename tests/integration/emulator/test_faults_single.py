"""One fault a run, at any call and of any kind: the second run converges.

A sample; all of them (11,000 faults, about an hour): `PLANT_FAULTS=all ./plant test …/test_faults_single.py -s`.
"""

from __future__ import annotations

import json
import os
import random
from typing import Any

import depth
import pytest
from faults.walk import walk
from in_fork import in_fork

ONE_IN = 1 if os.environ.get("PLANT_FAULTS") == "all" else {"whole": 400, "part": 1_600}[depth.DEPTH]
LIMIT_SECONDS = 24 * 3600 if ONE_IN == 1 else 3600
SEED = 7


@pytest.mark.slow
def test_after_a_fault_at_any_call_the_next_run_converges(life: Any) -> None:
    trial = life("deploy", "changed", "replaced", "park", "unpark", "destroy")
    dice = random.Random(SEED)  # noqa: S311 - a sample, not a secret
    report = in_fork(lambda: walk(trial, lambda number, fault: dice.randrange(ONE_IN) == 0), LIMIT_SECONDS)
    print(json.dumps(report, indent=1))
    assert {name: figures["failures"] for name, figures in report.items() if figures["failures"]} == {}
    assert sum(figures["calls"] for figures in report.values()) > 1_000
    assert sum(figures["situations"] for figures in report.values()) > (1_000 if ONE_IN == 1 else 4_000 // ONE_IN)
