"""`./plant emulator`: somewhere to go for a real `pulumi up`, with no account."""

from __future__ import annotations

import os
from pathlib import Path

import click

from workbench.cli.common import Commands, Whole


@click.group(cls=Commands)
def command() -> None:
    """Run an AWS emulator that the Pulumi CLI can deploy to.

    \b
    ./plant emulator start
    eval "$(./plant emulator env)"
    pulumi stack init dev
    pulumi up --stack dev --policy-pack policies
    ./plant emulator stop
    """


@command.command()
@click.option("--port", type=Whole(0, 65535), default=0, show_default=True, help="0 takes a free one.")
def start(port: int) -> None:
    """Start the server on loopback and put the provider in place. Starting twice is fine."""
    from workbench.emulator import process
    from workbench.preview.stackfile import REPOSITORY

    folder = process.folder_of(REPOSITORY)
    lost = process.left_behind(folder)
    server = process.start(folder, port, _platform(REPOSITORY))
    if lost:
        click.echo("warning: the server before this one died, and its resources with it: stacks start anew", err=True)
    click.echo(f"AWS emulator on {server.endpoint} (process {server.pid})")
    click.echo('next: eval "$(./plant emulator env)"', err=True)


def _platform(root: Path) -> list[str]:
    """Ids that the stacks refer to and do not make; a stack that cannot be recorded is left out, with its reason."""
    from deployment.errors import InputError
    from workbench.emulator.seed import references
    from workbench.preview.synthesis import synthesize

    found: set[str] = set()
    for path in sorted(root.glob("Pulumi.*.yaml")):
        stack = path.name.removeprefix("Pulumi.").removesuffix(".yaml")
        try:
            found |= set(references(synthesize(stack, root=root)))
        except InputError as error:
            click.echo(f"warning: stack {stack} refers to nothing yet: {error.problems[0]}", err=True)
    return sorted(found)


@command.command()
def stop() -> None:
    """Stop the server; its resources and the stacks' state go with it."""
    from workbench.emulator import process
    from workbench.emulator.plugin import ENVIRONMENT
    from workbench.preview.stackfile import REPOSITORY

    ran = process.stop(process.folder_of(REPOSITORY))
    click.echo("stopped" if ran else "the emulator was not running")
    if ENVIRONMENT in os.environ:
        click.echo("this shell still points at it: open another one, or start it and `eval` again", err=True)


@command.command()
@click.option("--region", default="us-east-1", show_default=True, help="Default region of the provider.")
def env(region: str) -> None:
    """Print the environment for the Pulumi CLI, for `eval`."""
    from workbench.emulator import process
    from workbench.preview.stackfile import REPOSITORY

    click.echo(process.shell_lines(process.folder_of(REPOSITORY), region))
