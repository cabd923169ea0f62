"""`./plant check`: runs the policies on any Pulumi deployment file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from workbench.cli.common import BLOCKED, USUAL_WIDTH, colours_wanted, emit, out_option, progress, terminal_width

if TYPE_CHECKING:
    from policies.assess import Assessment
    from policies.settings import PackConfig


@click.command()
@click.argument("files", nargs=-1, metavar="FILE...")
@click.option(
    "--format",
    "format_",
    type=click.Choice(("text", "json", "sarif")),
    default="text",
    show_default=True,
    help="text for people, json for scripts, sarif (2.1.0) for code scanning.",
)
@click.option(
    "--policy-pack-config",
    "pack_config",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Pack configuration, as for `pulumi preview`. Default: that of the file's project, in policies/config/.",
)
@click.option("--region", help="AWS Region to price what names none of its own.")
@click.option("--explain", metavar="RULE", help="Say what a rule wants, why, and how to satisfy it; needs no file.")
@click.option("--list", "list_", is_flag=True, help="List the rules with the controls they answer; needs no file.")
@out_option
def command(
    files: tuple[str, ...],
    format_: str,
    pack_config: Path | None,
    region: str | None,
    explain: str | None,
    list_: bool,
    out: Path | None,
) -> None:
    """Judge FILES by the policies; `-` is standard input.

    A file is what `pulumi stack export`, `pulumi preview --json` or `./plant export` writes. The exit status is 1
    when a mandatory rule is broken in any of them.
    """
    from workbench.report import rules_text

    if list_:
        emit(rules_text.listing_json() if format_ == "json" else rules_text.listing(), out)
        return
    if explain is not None:
        emit(rules_text.explanation(explain), out)
        return
    if not files:
        raise click.UsageError("give at least one FILE, or --list, or --explain RULE")
    config = _config(pack_config)
    judged = [(file, _assess(file, config, region)) for file in files]
    emit(_rendered(judged, format_, out is None), out)
    if any(assessment.blocked for _, assessment in judged):
        raise SystemExit(BLOCKED)


def _config(path: Path | None) -> PackConfig | None:
    if path is None:
        return None
    from policies.pack import config_from_file

    return config_from_file(path)


def _assess(file: str, config: PackConfig | None, region: str | None) -> Assessment:
    from deployment.reader import graph_from_file
    from policies.assess import assess

    with progress(f"checking {file}"):
        return assess(graph_from_file(file), config, region=region)


def _rendered(judged: list[tuple[str, Assessment]], format_: str, on_terminal: bool) -> str:
    if format_ == "sarif":
        from workbench.report.sarif import sarif

        return json.dumps(sarif(judged), indent=2, ensure_ascii=False)
    if format_ == "json":
        documents: list[dict[str, Any]] = [
            {
                "file": file,
                "policies": assessment.to_json(),
                "verdict": "blocked" if assessment.blocked else "pass",
            }
            for file, assessment in judged
        ]
        return json.dumps(documents[0] if len(documents) == 1 else documents, indent=2, ensure_ascii=False)
    from workbench.report.check_text import check_text

    width = terminal_width() if on_terminal else USUAL_WIDTH
    return check_text(judged, colours=on_terminal and colours_wanted(), width=width)
