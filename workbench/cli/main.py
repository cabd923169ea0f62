"""Entry point of `./plant`: finds the commands, and turns errors into lines and exit statuses.

0 is fine, 1 blocked (policy, budget, SLO), 2 bad input or usage.
"""

from __future__ import annotations

import contextlib
import errno
import importlib
import io
import logging
import os
import re
import shutil
import signal
import sys
import traceback
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import click
from click.shell_completion import shell_complete

from deployment.errors import InputError, meant
from deployment.urn import plain
from workbench.cli.common import COMPLETE, NARROWEST, USUAL_WIDTH, Commands, width_of

NOT_COMMANDS: Final = frozenset({"__init__", "__main__", "main", "common"})
"""Files of this folder that are no command."""

OWN_PACKAGES: Final = frozenset({"components", "cost", "deployment", "infra", "policies", "workbench"})
"""What comes with every installation; whatever else is missing belongs to an extra."""

NOT_ONE_OF: Final = re.compile(r"'([^']*)' is not one of (.*)")
"""What click says of a value that is none of an option's."""
LINE_BREAK: Final = re.compile(r"\s*\n\s*")

NARROW: Final = 60
"""Columns of help under which two columns beside one another break words."""

BAD_INPUT: Final = 2
INTERRUPTED: Final = 130


class Help(click.HelpFormatter):
    """Help as wide as a narrow terminal, where click writes 50 columns at least; wide ones get 80."""

    def __init__(self, indent_increment: int = 2, width: int | None = None, max_width: int | None = None) -> None:
        columns = min(max(shutil.get_terminal_size((USUAL_WIDTH, 24)).columns, NARROWEST), USUAL_WIDTH)
        super().__init__(indent_increment, columns - 2 if width is None else width, max_width)

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Definitions; on a narrow line each is below its name, so that words stay whole."""
        if self.width < NARROW:
            col_max, col_spacing = 1, 5
        super().write_dl(rows, col_max, col_spacing)


class CommandFiles(Commands):
    """A group whose commands are the files of this folder; each is imported when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of the commands, sorted."""
        return sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem not in NOT_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command in the file of that name, or None."""
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = importlib.import_module(f"workbench.cli.{cmd_name}").command
        return command


def _tell_version(ctx: click.Context, parameter: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from importlib.metadata import PackageNotFoundError, version

        told = []
        for name in ("pulumi", "pulumi-aws"):
            with contextlib.suppress(PackageNotFoundError):  # the pack alone needs no SDK of a cloud
                told.append(f"{name} {version(name)}")
        click.echo(f"plant {version('plant-api-stack')} (Python {sys.version.split()[0]}, {', '.join(told)})")
        ctx.exit()


click.Context.formatter_class = Help


@click.command(cls=CommandFiles, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_tell_version, help="Show versions and stop."
)
def plant() -> None:
    """Preview, price, check and rehearse the Plant API stack.

    Exit status: 0 fine, 1 blocked (policy, budget, SLO), 2 bad input or usage.
    """


class Notes(logging.Handler):
    """What the program says to people (`pulumi.log.warn`): once, however often it is declared."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.heard: dict[str, None] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it until the end."""
        self.heard[record.getMessage()] = None

    def tell(self) -> None:
        """Tell what was kept on standard error."""
        for message in self.heard:
            _say(f"note: {message}")


def main(arguments: list[str] | None = None) -> None:
    """Run the command line with `arguments` (default: the process's own) and exit."""
    notes = Notes()
    logging.getLogger().addHandler(notes)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # What the terminal has no character for is no reason to tell nothing; in a pipe, JSON stays JSON.
            stream.reconfigure(errors="replace" if stream.isatty() else "backslashreplace")
    for number in (signal.SIGTERM, signal.SIGHUP):
        # As an exception, so that temporary folders and child processes are cleaned up on the way out.
        signal.signal(number, lambda received, frame: sys.exit(128 + received))
    status = run(sys.argv[1:] if arguments is None else arguments)
    if status != BAD_INPUT:  # beside an error they only hide it
        notes.tell()
    sys.exit(status)


def run(arguments: list[str]) -> int:
    """Run the command line with `arguments` and return its exit status."""
    try:
        if instruction := os.environ.get(COMPLETE):
            return shell_complete(plant, {}, "plant", COMPLETE, instruction)
        if "" in arguments and arguments[0] != "test":  # what pytest is given is pytest's
            raise InputError("an argument is empty: was it a variable of the shell that is not set?")
        # Not `plant.main`: it exits with 1 when the reader goes away, and 1 says "blocked" here.
        with plant.make_context("./plant", list(arguments)) as context:
            plant.invoke(context)
        if sys.stdout is not None:
            sys.stdout.flush()
    except InputError as error:
        for problem in error.problems:
            _say(f"error: {plain(problem)}")
        return BAD_INPUT
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as error:
        said = error.format_message()
        if wrong := NOT_ONE_OF.search(said):
            said = said.removesuffix(".") + meant(wrong[1], re.findall(r"'([^']*)'", wrong[2]))
        if isinstance(error, click.exceptions.NoArgsIsHelpError):
            click.echo(said, err=True)
            said = "give a command"
        _say(f"error: {plain(LINE_BREAK.sub(' ', said))}")
        if isinstance(error, click.UsageError) and error.ctx is not None:
            click.echo(f"try: {error.ctx.command_path} --help", err=True)
        return BAD_INPUT
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped", err=True)
        return INTERRUPTED
    except BrokenPipeError:
        # The reader went away (`./plant preview | head`): no error, and the interpreter must not fail on flushing.
        _forget_output()
    except OSError as error:
        # A full disk, a read-only folder: theirs to mend, and nothing that a trace of ours would explain.
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)  # a stream has no name
        where = f"{error.filename}: " if error.filename else "standard output, or a temporary file: " * full
        _say(f"error: {plain(f'{where}{error.strerror or error}')}")
        _forget_output()
        return BAD_INPUT
    except SyntaxError as error:
        # The program may be what somebody is just editing (`preview --watch`): the line says all.
        _say(f"error: {plain(f'{error.filename}, line {error.lineno}: {error.msg}')}")
        return BAD_INPUT
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 0
    except Exception as error:
        if isinstance(error, ModuleNotFoundError) and (error.name or "").partition(".")[0] not in OWN_PACKAGES:
            _say(
                f"error: {error.name} is not installed here: this command needs all of the project, so run it in a"
                " clone (`./plant`), or install plant-api-stack[stack]"
            )
            return BAD_INPUT
        # Python's own status for this is 1, and 1 is a verdict here.
        traceback.print_exc()
        click.echo("error: ./plant itself has failed, as shown above; this is no verdict", err=True)
        return BAD_INPUT
    return 0


def _say(line: str) -> None:
    """Tell `line` on standard error: folded between words on a terminal, whole in a file."""
    if sys.stderr is not None and sys.stderr.isatty():
        from workbench.report.marks import folded

        line = folded(line, width_of(sys.stderr))
    click.echo(line, err=True)


def _forget_output() -> None:
    """What is left to write goes nowhere: the interpreter flushes on its way out, and would fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
