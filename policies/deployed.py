"""What is deployed of the stack that the engine plans: what a plan changes is told by the difference.

The engine hands its packs the plan alone. So the pack asks the CLI that runs it, as a person would: `pulumi stack
export`, of the stack that the engine names (its environment variables, pulumi 3.260). Secrets stay encrypted.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from typing import Final

from deployment.errors import InputError
from deployment.graph import ResourceGraph
from deployment.reader import graph_from_text

SECONDS: Final = 20
"""How long the answer may take; without one the line tells no change."""

LARGEST_BYTES: Final = 256 * 1024 * 1024
"""Of a state that is read; a larger one is left alone."""


def deployed(environment: Mapping[str, str] = os.environ) -> ResourceGraph | None:
    """The deployed resources, none for a new stack; None when the engine names no stack, or nobody answers, and in an
    update, which changes the state that it would be read from."""
    named = [environment.get(f"PULUMI_{part}", "") for part in ("ORGANIZATION", "PROJECT", "STACK")]
    pulumi = shutil.which("pulumi", path=environment.get("PATH"))
    if pulumi is None or not all(named) or environment.get("PULUMI_DRY_RUN") != "true":
        return None
    command = [pulumi, "stack", "export", "--non-interactive", "--stack", "/".join(named)]
    try:
        exported = subprocess.run(  # noqa: S603 - the CLI that runs the pack, with names that it gave
            command, env=dict(environment), capture_output=True, timeout=SECONDS, check=True
        )
        return None if len(exported.stdout) > LARGEST_BYTES else graph_from_text(exported.stdout, "what is deployed")
    except (OSError, subprocess.SubprocessError, InputError):
        return None
