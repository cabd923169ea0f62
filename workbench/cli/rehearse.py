"""`./plant rehearse`: deploy on an emulated AWS and act out the acceptance scenarios."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from deployment.errors import InputError, meant
from workbench.cli.common import (
    BLOCKED,
    emit,
    emit_marked,
    is_smart_terminal,
    out_option,
    overrides_from,
    progress,
    stack_options,
    terminal_width,
)


@click.command()
@stack_options
@click.option("--scenario", "scenarios", multiple=True, metavar="NAME", help="Play only this one; repeatable.")
@click.option("--all", "everything", is_flag=True, help="Tell each demand with its evidence.")
@click.option("--list", "list_", is_flag=True, help="List the scenarios and stop.")
@click.option("--format", "format_", type=click.Choice(("text", "json", "junit")), default="text", show_default=True)
@out_option
def command(
    stack: str,
    config: tuple[str, ...],
    scenarios: tuple[str, ...],
    everything: bool,
    list_: bool,
    format_: str,
    out: Path | None,
) -> None:
    """Deploy on an emulated AWS and act out the scenarios.

    In this process: deploys the stack, reads it back, plays the scenarios, destroys it. Needs no cloud account, no
    Pulumi CLI and no network. Each scenario is told in a line; what failed, and what --scenario names, with evidence.
    What the stack's settings rule out is not applicable, with the reason, and neither passes nor fails. Exit status 1
    when anything fails. Formats: docs/rehearsal.md.
    """
    from workbench.emulator import report
    from workbench.emulator.deploy import DeployError
    from workbench.emulator.rehearsal import rehearse
    from workbench.emulator.scenarios import ORDER, load

    if list_:
        emit_marked("\n".join(f"{name}: {load(name).criterion}" for name in ORDER), out)
        return
    unknown = sorted(set(scenarios) - set(ORDER))
    if unknown:
        there = f"; there are {', '.join(ORDER)}"
        raise InputError(*(f"--scenario {name}: no such scenario{meant(name, ORDER)}{there}" for name in unknown))
    names = [name for name in ORDER if name in scenarios] if scenarios else list(ORDER)
    with progress("starting") as show:
        try:
            result = rehearse(stack, names, overrides=overrides_from(config), progress=show)
        except DeployError as error:
            raise click.ClickException(str(error)) from error
    everything = everything or bool(scenarios)
    if format_ != "text":
        emit(report.FORMATS[format_](result), out)
    elif out is None and is_smart_terminal(sys.stdout):
        emit_marked(report.as_text(result, terminal_width(), everything=everything), out)
    else:
        emit(report.as_text(result, everything=everything), out)
    if not result.passed:
        raise SystemExit(BLOCKED)
