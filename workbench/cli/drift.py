"""`./plant drift`: what somebody changed by hand, what it costs and breaks."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from deployment.errors import InputError, of_each
from workbench.cli.common import (
    BLOCKED,
    RegionName,
    emit,
    layout,
    out_option,
    progress,
)

if TYPE_CHECKING:
    from deployment.graph import ResourceGraph
    from workbench.drift.result import Drift


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="STACK|FILE [FILE]")
@click.option("--region", type=RegionName(), help="AWS Region to price what names none of its own.")
@click.option("--format", "format_", type=click.Choice(("text", "json")), default="text", show_default=True)
@out_option
def command(sources: tuple[str, ...], region: str | None, format_: str, out: Path | None) -> None:
    """Tell what changed a stack behind Pulumi's back.

    STACK is asked by the Pulumi CLI (`pulumi refresh --preview-only`, which changes nothing), in this folder's project.
    FILE is what `pulumi refresh --preview-only --json` wrote, or two exports, the older first. What the rollout,
    scaling, the reaper and the spend brake may change is told apart. Exit status 1 when a hand broke a mandatory rule,
    the budget's included.
    """
    if len(sources) > 2:
        raise InputError("give a stack, one file of a refresh, or two exports, the older first")
    with progress("reading") as show:
        found = _drift(sources, region, show)
        if format_ == "json":
            text = json.dumps(found.to_json(), indent=2, ensure_ascii=False)
        else:
            from workbench.report.drift_text import render

            text = render(found, **layout(out))
    emit(text, out)
    if found.blocked:
        raise SystemExit(BLOCKED)


def _drift(sources: tuple[str, ...], region: str | None, show: object) -> Drift:
    from deployment.reader import graph_from_file, refresh_from_file
    from workbench.drift.result import drift

    if len(sources) == 1:
        if sources[0] == "-" or Path(sources[0]).is_file():
            new, old, differences = refresh_from_file(sources[0])
        else:
            with tempfile.TemporaryDirectory(prefix="plant-drift-") as folder:
                new, old, differences = refresh_from_file(_asked(sources[0], folder, show))
        return drift(old, new, differences, region)
    if sources.count("-") > 1:
        raise InputError("standard input (-) can be read once only")
    older, newer = of_each(graph_from_file, sources)
    names = _full_name(older), _full_name(newer)
    if None not in names and names[0] != names[1]:  # an empty export is of any stack: one that was destroyed
        raise InputError(f"{sources[1]}: is the stack {names[1]}, {sources[0]} is {names[0]}; give two of one stack")
    return drift(older, newer, None, region)


def _full_name(graph: ResourceGraph) -> str | None:
    """Project and stack; None for an empty graph. Stacks of one name are many: each project has its ``prod``."""
    from policies.assess import project_name, stack_name

    name = stack_name(graph)
    return None if name is None else f"{project_name(graph)}/{name}"


def _asked(stack: str, folder: str, show: object) -> str:
    """File with the refresh of `stack`."""
    from workbench.drift.refresh import refresh
    from workbench.preview.stackfile import STACK_NAME
    from workbench.preview.synthesis import REPOSITORY

    if Path(stack).is_dir():
        raise InputError(f"{stack}: is a folder; give a stack, what `pulumi refresh` wrote, or two exports")
    if Path(stack).suffix in (".json", ".gz"):
        raise InputError(f"{stack}: no such file")
    if not STACK_NAME.fullmatch(stack.rpartition("/")[2]) or ".." in stack.split("/"):
        raise InputError(f"{stack!r}: neither a file nor the name of a stack")
    if callable(show):
        show(f"asking pulumi about {stack}")
    here = Path.cwd()
    return refresh(stack, here if (here / "Pulumi.yaml").is_file() else REPOSITORY, folder)
