"""`./plant report`: one self-contained page about one or several stacks."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from deployment.errors import of_each
from workbench.cli.common import BLOCKED, StackName, Written, emit, progress


@click.command()
@click.option(
    "--stack",
    "-s",
    "stacks",
    type=StackName(),
    multiple=True,
    metavar="STACK",
    help="Stack to report on; repeatable.  [default: all]",
)
@click.option("--base", metavar="REF|FILE", help="Show what changes against this, as in preview.")
@click.option("--no-simulation", is_flag=True, help="Leave the spike out; saves a few seconds.")
@click.option("--out", "-o", type=Written(), default="report.html", show_default=True, help="Write to this file.")
def command(stacks: tuple[str, ...], base: str | None, no_simulation: bool, out: Path) -> None:
    """Write one page: verdict, dollars, topology, spike, rollout.

    Also the month day by day, policies and prices. One HTML file that needs no network and no script. Exit status 1
    when a stack is blocked.
    """
    from deployment.day import today_utc
    from workbench.preview.stackfile import REPOSITORY
    from workbench.preview.stackfile import stacks as known
    from workbench.report.page.page import render
    from workbench.report.page.view import view

    with progress("starting") as show:
        shown = partial(view, base=base, day=today_utc(), simulate=not no_simulation, root=REPOSITORY, progress=show)
        views = of_each(shown, dict.fromkeys(stacks or known(REPOSITORY)))
        show("writing")
        emit(render(views), out)
    click.echo(f"wrote {out}", err=True)
    if any(each.preview.assessment.blocked for each in views):
        raise SystemExit(BLOCKED)
