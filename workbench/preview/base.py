"""Gets the deployment to compare with: a saved one, or the same stack at a git ref, made by that ref's own code."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from policies.deployment import graph_from_text
from policies.errors import InputError
from policies.model import ResourceGraph

TIMEOUT_SECONDS = 120
"""A ref whose program takes longer is not going to end."""


def base_graph(base: str, stack: str, overrides: Mapping[str, str], root: Path) -> ResourceGraph:
    """Graph of `base`: a file that holds a deployment, or a git ref of the working copy `root`.

    Raises InputError when it is neither, or when the ref's program can't be previewed.
    """
    path = Path(base)
    if path.is_file():
        return graph_from_text(path.read_bytes(), str(path))
    commit = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{base}^{{commit}}")
    if commit.returncode != 0:
        raise InputError(
            f"--base {base}: neither a file nor a git ref of {root}; give a file that `./plant export` or "
            "`pulumi stack export` wrote, or a branch, tag or commit"
        )
    with tempfile.TemporaryDirectory(prefix="plant-base-") as folder:
        worktree = Path(folder) / "worktree"
        added = _git(root, "worktree", "add", "--detach", "--quiet", str(worktree), commit.stdout.strip())
        if added.returncode != 0:
            raise InputError(f"--base {base}: git can't check it out: {added.stderr.strip()}")
        try:
            return _exported(worktree, base, stack, overrides)
        finally:
            _git(root, "worktree", "remove", "--force", str(worktree))


def _exported(worktree: Path, base: str, stack: str, overrides: Mapping[str, str]) -> ResourceGraph:
    """Graph that the code in `worktree` gives, in a process of its own so that none of ours is mixed in."""
    out = worktree / ".plant-base.json"
    arguments = ["export", "--format", "stack", "--stack", stack, "--out", str(out)]
    for key, value in overrides.items():
        arguments += ["--config", f"{key}={value}"]
    # The environment's editable install points at our own code; PYTHONPATH comes before it.
    environment = {**os.environ, "PYTHONPATH": str(worktree)}
    try:
        result = subprocess.run(  # noqa: S603 - our own interpreter, on code of this repository
            [sys.executable, "-P", "-m", "workbench.cli", *arguments],
            cwd=worktree,
            env=environment,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise InputError(f"--base {base}: its preview did not end within {TIMEOUT_SECONDS} s") from error
    if result.returncode != 0 or not out.exists():
        last = (result.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise InputError(f"--base {base}: stack {stack} can't be previewed there: {last.removeprefix('error: ')}")
    return graph_from_text(out.read_bytes(), f"{base} (stack {stack})")


def _git(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(  # noqa: S603 - fixed program, arguments checked by git itself
            ["git", "-C", str(root), *arguments],  # noqa: S607 - whichever git the user has
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError as error:
        raise InputError("--base: comparing with a git ref needs git, which is not on PATH") from error
