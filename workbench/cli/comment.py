"""`./plant comment`: the comment on a pull request, from the previews that its run left."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import click

from deployment.errors import InputError, of_each
from workbench.cli.common import Read, emit, out_option


@click.command()
@click.argument("files", nargs=-1, metavar="[FILE]...", type=Read())
@click.option("--artifact", metavar="URL", help="Where the report of the run is; linked at the end.")
@out_option
def command(files: tuple[Path, ...], artifact: str | None, out: Path | None) -> None:
    """Write the comment on a pull request, from its previews.

    FILEs are what `preview --format json` wrote, of one stack each; one comment is about all.

    Files are taken for what they are, somebody else's: values are checked, and shown as text. One that holds no
    preview (the error that a run printed instead, as preview-STACK.err) is told as a stack without a preview. The
    exit status is 0 whatever the verdicts are: they are the run's.
    """
    from workbench.report.comment import read, render

    if artifact is not None and (urlsplit(artifact).scheme != "https" or not _is_plain(artifact)):
        raise InputError(f"--artifact {artifact}: must be an https address")
    previews = of_each(read, files)
    emit(render(previews, artifact=artifact), out)


def _is_plain(address: str) -> bool:
    return address.isascii() and address.isprintable() and not set(address) & set("()<>\\ \"'`|")
