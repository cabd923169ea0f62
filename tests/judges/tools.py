"""Finds the judges: tools that nobody of this project wrote. `.ci/run` installs them all."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = (
    Path(sys.executable).parent,
    ROOT / ".judges" / "bin",
    ROOT / ".judges" / "azurite" / "node_modules" / ".bin",
    Path(__file__).parent / "node_modules" / ".bin",
)


def find(name: str) -> str:
    """Path of the tool `name`; skips the test, with the reason, where there is none."""
    path = os.pathsep.join([*map(str, FOLDERS), os.environ.get("PATH", "")])
    found = shutil.which(name, path=path)
    if found is None:
        pytest.skip(f"{name} is not installed; .ci/run installs it")
    return found


def run(name: str, *arguments: str | Path, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Runs the tool `name` in `folder`; its exit status and what it printed."""
    command = [find(name), *map(str, arguments)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=300)
