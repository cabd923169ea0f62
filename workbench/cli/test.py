"""`./plant test`: the test suite."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import click

from deployment.errors import InputError
from workbench.cli.common import BLOCKED
from workbench.preview.stackfile import REPOSITORY

TESTS_FAILED: Final = 1
"""pytest's exit status when tests have failed; others than this and 0 say that none were judged."""


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def command(arguments: tuple[str, ...]) -> None:
    """Run the tests, or those that ARGUMENTS name (as pytest).

    Benchmarks print ratios and are run by name: ./plant test tests/benchmarks
    """
    given = [_located(argument) for argument in arguments]
    if any("benchmarks" in argument for argument in given):
        options = ["-m", "benchmark"]  # one at a time: they measure
    else:
        # worksteal: the long tests stand side by side in a few files, and one worker would be given them all.
        options = ["-n", str(min(os.cpu_count() or 1, 8)), "--dist", "worksteal"]
    if not os.access(REPOSITORY, os.W_OK):
        options += ["-p", "no:cacheprovider"]
    status = subprocess.run(  # noqa: S603 - our own interpreter and the user's own arguments
        [sys.executable, "-m", "pytest", *options, *given], cwd=REPOSITORY, check=False
    ).returncode
    if status > TESTS_FAILED:
        raise InputError(f"no verdict: pytest ended with {status}, as said above")
    raise SystemExit(BLOCKED if status else 0)


def _located(argument: str) -> str:
    """`argument` as pytest finds it from the repository's root. Raises InputError for a file that is not there."""
    path, *test = argument.split("::")
    if argument.startswith("-") or "=" in path or not (path.endswith(".py") or "/" in path):
        return argument  # an option, its value, or a word
    for folder in (Path.cwd(), REPOSITORY):
        if (folder / path).exists():
            return "::".join([str(folder / path), *test])
    raise InputError(f"{path}: there is no such file or folder, here or in {REPOSITORY}")
