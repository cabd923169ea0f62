"""The embedded AWS never lets a call out, whatever was done in the process before."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
from workbench.emulator import api
api.operation_model("sqs", "list_queues")  # makes a session, and moto is not imported yet
from workbench.emulator.world import embedded_aws
with embedded_aws() as aws:
    aws.call("sqs", "create_queue", QueueName="kept")
    print(len(aws.call("sqs", "list_queues")["QueueUrls"]))
"""


def test_a_session_made_before_moto_came_in_asks_moto_all_the_same() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.strip() == "1", done.stderr[-500:]
