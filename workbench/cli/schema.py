"""`./plant schema`: what AWS requires and accepts, generated anew, or compared with what is there."""

from __future__ import annotations

import click

from workbench.cli.common import BLOCKED, Commands


@click.group(name="schema", cls=Commands)
def command() -> None:
    """Generate what policies know of AWS from SDK and botocore."""


@command.command()
def refresh() -> None:
    """Write policies/schema anew."""
    from policies.property_schema import FOLDER
    from workbench.schema.tables import tables

    documents = tables()
    for old in sorted(FOLDER.rglob("*.json")):
        if old not in documents:
            old.unlink()
    for path, text in documents.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    click.echo(f"{len(documents)} documents in {FOLDER}")


@command.command()
def check() -> None:
    """Exit with status 1 when policies/schema is out of date."""
    from policies.property_schema import FOLDER
    from workbench.schema.tables import tables

    documents = tables()
    there = {path: path.read_text(encoding="utf-8") for path in FOLDER.rglob("*.json")}
    stale = sorted(path for path in {*documents, *there} if documents.get(path) != there.get(path))
    if stale:
        for path in stale:
            click.echo(f"{path.relative_to(FOLDER.parent)} is stale", err=True)
        click.echo("./plant schema refresh makes them anew; read the difference before you commit it", err=True)
        raise SystemExit(BLOCKED)
    click.echo(f"{len(documents)} documents are what the pinned SDK and botocore say")
