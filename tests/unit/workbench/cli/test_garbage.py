"""`check` and `cost` don't look for garbage among what they read: hardly any of it is."""

import json
import subprocess
import sys

import pytest

SCRIPT = """
import gc, runpy, sys
looked = []
gc.callbacks.append(lambda phase, info: looked.append(phase) if "workbench.cli.main" in sys.modules else None)
try:
    runpy.run_module("workbench.cli", run_name="__main__", alter_sys=True)
except SystemExit:
    print("looked", len(looked), "held", gc.get_freeze_count() > 0)
"""


@pytest.mark.parametrize("command", ["check", "cost"])
def test_nothing_is_looked_through_for_garbage(command, tmp_path):
    urn = "urn:pulumi:live::shop::aws:sqs/queue:Queue::queue-"
    queue = {"type": "aws:sqs/queue:Queue", "custom": True, "inputs": {"region": "us-east-1"}}
    queues = [{**queue, "urn": f"{urn}{n}"} for n in range(2000)]
    file = tmp_path / "queues.json"
    file.write_text(json.dumps({"deployment": {"resources": queues}}))
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT, command, str(file), "--out", str(tmp_path / "out")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stdout.split()[-4:] == ["looked", "0", "held", "True"], run.stderr
