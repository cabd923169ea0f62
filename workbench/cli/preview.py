"""`./plant preview`: what would be deployed, what it costs, what the policies say; offline."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import click

from workbench.cli.common import (
    BLOCKED,
    USUAL_WIDTH,
    colours_wanted,
    emit,
    out_option,
    overrides_from,
    progress,
    stack_options,
    terminal_width,
)

FORMATS = ("text", "json", "markdown", "html")


@click.command()
@stack_options
@click.option(
    "--base",
    metavar="REF|FILE",
    help="Show changes against this: a git ref (its own code declares the stack) or a saved deployment.",
)
@click.option("--format", "format_", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option("--all", "all_", is_flag=True, help="List every resource, charge and waiver, not their sums.")
@out_option
def command(stack: str, config: tuple[str, ...], base: str | None, format_: str, all_: bool, out: Path | None) -> None:
    """Preview a stack offline: changes, cost, policies and the verdict.

    Needs no cloud account, no Pulumi CLI and no network. Exit status 1 when the verdict is "blocked".
    """
    from workbench.preview.result import preview

    with progress("starting") as show:
        result = preview(stack, overrides_from(config), base, progress=show)
        if format_ == "json":
            text = json.dumps(result.to_json(), indent=2, ensure_ascii=False)
        elif format_ == "text":
            from workbench.report.preview_text import render

            on_terminal = out is None
            width = terminal_width() if on_terminal else USUAL_WIDTH
            text = render(result, colours=on_terminal and colours_wanted(), width=width, everything=all_)
        else:
            text = importlib.import_module(f"workbench.report.preview_{format_}").render(result)
    emit(text, out)
    if result.assessment.blocked:
        raise SystemExit(BLOCKED)
