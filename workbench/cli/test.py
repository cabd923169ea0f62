"""`./plant test`: the test suite."""

from __future__ import annotations

import os
import subprocess
import sys

import click

from workbench.preview.synthesis import REPOSITORY


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def command(arguments: tuple[str, ...]) -> None:
    """Run the tests, or those that ARGUMENTS (of pytest) name.

    Benchmarks print ratios and are run by name: ./plant test tests/benchmarks
    """
    if any("benchmarks" in argument for argument in arguments):
        options = ["-m", "benchmark"]  # one at a time: they measure
    else:
        # worksteal: the long tests stand side by side in a few files, and one worker would be given them all.
        options = ["-n", str(min(os.cpu_count() or 1, 8)), "--dist", "worksteal"]
    status = subprocess.run(  # noqa: S603 - our own interpreter and the user's own arguments
        [sys.executable, "-m", "pytest", *options, *arguments], cwd=REPOSITORY, check=False
    ).returncode
    raise SystemExit(status)
