"""`./plant preview`: what would be deployed, what it costs, what the policies say; offline."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from dataclasses import dataclass

import click

from workbench.cli.common import (
    BLOCKED,
    Output,
    collected,
    colours_wanted,
    emit,
    layout,
    out_option,
    overrides_from,
    progress,
    stack_options,
)

FORMATS = ("text", "json", "markdown", "html")


@dataclass(frozen=True, slots=True)
class Source:
    """Options that say what is previewed, and against what."""

    stack: str
    config: tuple[str, ...]
    base: str | None


@click.command()
@stack_options
@click.option(
    "--base",
    metavar="REF|FILE",
    help="Show changes against this: a git ref (its own code declares the stack) or a saved deployment.",
)
@click.option("--format", "format_", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option("--all", "all_", is_flag=True, help="List every resource, charge and waiver, not their sums.")
@click.option("--watch", "watch_", is_flag=True, help="Preview again whenever a file of the project changes.")
@out_option
@collected(source=Source, output=Output)
def command(source: Source, output: Output, all_: bool, watch_: bool) -> None:
    """Preview a stack: verdict, dollars, policies, changes.

    Needs no cloud account, no Pulumi CLI and no network. Exit status 1 when the verdict is "blocked".
    """
    if watch_:
        _watch()
        return
    from workbench.preview.result import preview

    with progress("starting") as show:
        result = preview(source.stack, overrides_from(source.config), source.base, progress=show)
        if output.format_ == "json":
            text = json.dumps(result.to_json(), indent=2, ensure_ascii=False)
        elif output.format_ == "text":
            from workbench.report.preview_text import render

            text = render(result, **layout(output.out), everything=all_)
        else:
            text = importlib.import_module(f"workbench.report.preview_{output.format_}").render(result)
    emit(text, output.out)
    if result.assessment.blocked:
        raise SystemExit(BLOCKED)


def _watch() -> None:
    """This very command without --watch, in a new process each time: the code may be what has changed."""
    from workbench.preview.stackfile import REPOSITORY
    from workbench.watch import watch

    arguments = [argument for argument in sys.argv[1:] if argument != "--watch"]

    def run() -> None:
        if colours_wanted():
            click.clear()
        subprocess.run([sys.executable, "-P", "-m", "workbench.cli", *arguments], check=False)  # noqa: S603 - ourselves
        click.echo("watching; ctrl-c ends", err=True)

    watch(REPOSITORY, run)
