"""`./plant doctor`: what is here, what is missing, and how to get it."""

from __future__ import annotations

import click

from workbench.cli.common import BLOCKED, colours_wanted, terminal_width

NARROW = 72
"""Columns below which a check and what is said of it do not stand beside one another."""


@click.command()
@click.option(
    "--account",
    "ask_account",
    is_flag=True,
    help="Also ask AWS: who you are, whether tags are activated, and for quotas.",
)
def command(ask_account: bool) -> None:
    """Say what is ready here and what is missing.

    Asks nobody but this machine, unless --account is given. Exit status 1 when something is missing that
    `./plant preview` needs; what only a deployment needs is a note.
    """
    from workbench.doctor import account_checks, local_checks
    from workbench.report.marks import folded

    checks = local_checks() + (account_checks() if ask_account else [])
    colours = {"ok": "green", "missing": "red", "note": "yellow"}
    # where the terminal is narrow, words go below what they are about
    width = max(len(check.what) for check in checks) if terminal_width() >= NARROW else 0
    column = width + 10 if width else 4
    for check in checks:
        word = "ok" if check.ok else "missing" if check.required else "note"
        shown = click.style(f"{word:<8}", fg=colours[word]) if colours_wanted() else f"{word:<8}"
        rows = [check.found] if check.ok else [check.found, f"get it: {check.remedy}"]
        told = [line for row in rows for line in folded(row, terminal_width() - column).split("\n")]
        head = f"{shown}{check.what:<{width}}"
        click.echo(f"{head}  {told.pop(0)}" if width else head)
        for line in told:
            click.echo(" " * column + line)
    if any(check.required and not check.ok for check in checks):
        raise SystemExit(BLOCKED)
