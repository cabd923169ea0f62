"""`./plant export`: the declared graph in the formats of other tools."""

from __future__ import annotations

import json
from pathlib import Path

import click

from deployment.errors import InputError
from workbench.cli.common import Read, emit, overrides_from, progress, refuse_beside_file, stack_options


@click.command()
@stack_options
@click.option(
    "--format",
    "format_",
    type=click.Choice(("stack", "tfplan", "manifests")),
    default="stack",
    show_default=True,
    help=(
        "stack: Pulumi's deployment JSON (`pulumi policy analyze --file`); tfplan: Terraform plan JSON (Checkov);"
        " manifests: Kubernetes objects as YAML, a file an object in the folder --out (kubectl)."
    ),
)
@click.option(
    "--file",
    "file",
    type=Read(),
    help="A `pulumi stack export` instead of the program: what only AWS knows, such as ARNs, is real then.",
)
@click.option(
    "--out", "-o", type=click.Path(path_type=Path), help="Write to this file, or folder, instead of the terminal."
)
def command(stack: str, config: tuple[str, ...], format_: str, file: Path | None, out: Path | None) -> None:
    """Write the declared stack for another tool."""
    from workbench.preview.synthesis import synthesize

    refuse_beside_file(file)
    if format_ == "manifests":
        _manifests(stack, config, file, out)
        return
    if file is not None:
        raise InputError("--file: only for --format manifests; the other formats are of the program")
    with progress(f"declaring {stack}"):
        document = synthesize(stack, overrides=overrides_from(config))
        if format_ == "tfplan":
            from workbench.report.tfplan import tfplan

            document = tfplan(document)
    emit(json.dumps(document, indent=2, ensure_ascii=False), out)


def _manifests(stack: str, config: tuple[str, ...], file: Path | None, out: Path | None) -> None:
    from deployment.kubernetes_api.schemas import NEWEST
    from deployment.reader import graph_from_file, graph_from_json
    from policies.context import Context
    from policies.rules.kubernetes.schema_valid import declared_version
    from workbench.preview.synthesis import synthesize
    from workbench.report.manifests import manifests, write

    if out is None:
        raise InputError("--out: give the folder that the manifests are written to")
    if file is None:
        with progress(f"declaring {stack}"):
            graph = graph_from_json(synthesize(stack, overrides=overrides_from(config)), stack)
    else:
        graph = graph_from_file(str(file))
    found = manifests(graph, declared_version(Context(graph)) or NEWEST)
    write(found, out)
    click.echo(f"{len(found.files)} objects in {out}; kubectl apply --server-side -f {out}", err=True)
    for name in found.left_out:
        click.echo(f"left out, its values are secret: {name}; bring it from Secrets Manager", err=True)
    if file is None:
        click.echo(
            "ids and ARNs are the preview's stand-ins; for real ones: pulumi stack export >state.json, then --file",
            err=True,
        )
