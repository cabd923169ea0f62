"""`./plant export`: the declared graph in the formats of other tools."""

from __future__ import annotations

import json
from pathlib import Path

import click

from workbench.cli.common import emit, out_option, overrides_from, progress, stack_options


@click.command()
@stack_options
@click.option(
    "--format",
    "format_",
    type=click.Choice(("stack", "tfplan")),
    default="stack",
    show_default=True,
    help="stack: Pulumi's deployment JSON (`pulumi policy analyze --file`); tfplan: Terraform plan JSON (Checkov).",
)
@out_option
def command(stack: str, config: tuple[str, ...], format_: str, out: Path | None) -> None:
    """Write the declared stack for another tool."""
    from workbench.preview.synthesis import synthesize

    with progress(f"declaring {stack}"):
        document = synthesize(stack, overrides=overrides_from(config))
        if format_ == "tfplan":
            from workbench.report.tfplan import tfplan

            document = tfplan(document)
    emit(json.dumps(document, indent=2, ensure_ascii=False), out)
