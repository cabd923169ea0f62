"""`./plant docs`: makes the generated parts of README.md and docs/ anew."""

from __future__ import annotations

import click

from workbench.cli.common import BLOCKED, write_text


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 when a page is out of date.")
def command(check: bool) -> None:
    """Make the generated parts of the documents anew.

    They are the real output of real runs, tables from the models, and pictures.
    """
    from workbench.preview.stackfile import REPOSITORY
    from workbench.report.generated import files, pages, regenerated

    wanted = {REPOSITORY / name: content for name, content in files().items()}
    for page in pages():
        if page not in wanted:
            wanted[page] = regenerated(page.read_text(encoding="utf-8"))
    stale = [path for path, content in wanted.items() if not path.is_file() or path.read_text("utf-8") != content]
    if not check:
        for path in stale:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_text(path, wanted[path])
    for page in stale:
        click.echo(f"{page.name}: {'out of date; run ./plant docs' if check else 'made anew'}", err=check)
    if check and stale:
        raise SystemExit(BLOCKED)
