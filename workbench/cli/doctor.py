"""`./plant doctor`: what is here, what is missing, and how to get it."""

from __future__ import annotations

import click

from workbench.cli.common import BLOCKED, colours_wanted, terminal_width


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
    width = max(len(check.what) for check in checks)
    for check in checks:
        word = "ok" if check.ok else "missing" if check.required else "note"
        shown = click.style(f"{word:<8}", fg=colours[word]) if colours_wanted() else f"{word:<8}"
        rows = [check.found] if check.ok else [check.found, f"get it: {check.remedy}"]
        told = [line for row in rows for line in folded(row, terminal_width() - width - 10).split("\n")]
        click.echo(f"{shown}{check.what:<{width}}  {told[0]}")
        for line in told[1:]:
            click.echo(f"{'':<{width + 10}}{line}")
    if any(check.required and not check.ok for check in checks):
        raise SystemExit(BLOCKED)
