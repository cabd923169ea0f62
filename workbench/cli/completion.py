"""`./plant completion`: what a shell needs to complete commands, options and stacks."""

from __future__ import annotations

import shlex

import click
from click.shell_completion import get_completion_class

from workbench.cli.common import COMPLETE
from workbench.preview.stackfile import REPOSITORY

SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
def command(shell: str) -> None:
    """Print the script by which SHELL completes.

    It works for `./plant` and for `plant` on PATH.

    \b
    bash: in ~/.bashrc, whole path
      eval "$(./plant completion bash)"
    zsh: in ~/.zshrc, behind compinit
      eval "$(./plant completion zsh)"
    fish: in ~/.config/fish/config.fish
      ./plant completion fish | source
    """
    from workbench.cli.main import plant

    found = get_completion_class(shell)
    assert found is not None  # noqa: S101 - click has all three
    launcher = shlex.quote(str(REPOSITORY / "plant"))
    # click's scripts call a program on PATH; ours is called by its place, from whatever folder.
    script = found(plant, {}, "plant", COMPLETE).source()
    script = script.replace("    (( ! $+commands[plant] )) && return 1\n", "")
    script = script.replace('string split ","', 'string split --max 1 ","')  # else help ends at its first comma
    script = script.replace("bash_complete $1", f"bash_complete {launcher}")
    script = script.replace("zsh_complete plant", f"zsh_complete {launcher}")
    click.echo(script.replace("COMP_CWORD=(commandline -t) plant", f"COMP_CWORD=(commandline -t) {launcher}"))
