"""Asks the Pulumi CLI what has become of a stack: ``pulumi refresh --preview-only --json`` changes nothing."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from deployment.errors import InputError
from deployment.urn import plain

TIMEOUT_SECONDS: Final = 3600
"""A refresh reads every resource; one that takes longer is not going to end."""


def refresh(stack: str, project: Path, folder: str) -> str:
    """File in `folder` with the refresh of `stack`, whose Pulumi.yaml is in `project`.

    Raises InputError when there is no CLI, or it fails, with its last words.
    """
    program = shutil.which("pulumi")
    if program is None:
        raise InputError(
            f"{plain(stack)}: no such file, and the Pulumi CLI is not on PATH to ask; elsewhere run "
            f"`pulumi refresh --preview-only --json --stack {plain(stack)} >drift.json`, then ./plant drift drift.json"
        )
    arguments = [program, "refresh", "--preview-only", "--json", "--non-interactive", "--stack", stack]
    with tempfile.NamedTemporaryFile(dir=folder, suffix=".json", delete=False) as out:
        try:
            done = subprocess.run(  # noqa: S603 - the CLI of the user, with our own arguments
                arguments, cwd=project, stdout=out, stderr=subprocess.PIPE, timeout=TIMEOUT_SECONDS, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise InputError(f"{plain(stack)}: the refresh did not end within {TIMEOUT_SECONDS} s") from error
    if done.returncode != 0:
        last = done.stderr.decode("utf-8", "replace").strip().splitlines() or _diagnosis(Path(out.name))
        raise InputError(f"{plain(stack)}: pulumi refresh failed: {plain(last[-1].removeprefix('error: '))[:300]}")
    return out.name


def _diagnosis(path: Path) -> list[str]:
    """The errors in what a failed refresh wrote."""
    from deployment.reader import graph_from_file

    try:
        graph_from_file(str(path))
    except InputError as error:
        return [problem.partition(": ")[2] for problem in error.problems]
    return ["no reason given"]
