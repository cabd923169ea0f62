"""`./plant docs`: makes the generated parts of README.md and docs/ anew."""

from __future__ import annotations

import click

from workbench.cli.common import BLOCKED, write_text


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 when a page is out of date.")
def command(check: bool) -> None:
    """Make the generated parts of the documents anew: the real output of real runs."""
    from workbench.report.generated import pages, regenerated

    stale = []
    for page in pages():
        text = page.read_text(encoding="utf-8")
        fresh = regenerated(text)
        if fresh != text:
            stale.append(page)
            if not check:
                write_text(page, fresh)
    for page in stale:
        click.echo(f"{page.name}: {'out of date; run ./plant docs' if check else 'made anew'}", err=check)
    if check and stale:
        raise SystemExit(BLOCKED)
