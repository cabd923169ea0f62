"""Options and helpers that several commands share."""

from __future__ import annotations

import contextlib
import errno
import functools
import math
import operator
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TextIO, TypedDict

import click
from click.shell_completion import CompletionItem

from deployment.errors import InputError, meant, of_each

if TYPE_CHECKING:
    from decimal import Decimal

    from workbench.cluster import Cluster

COMPLETE: Final = "_PLANT_COMPLETE"
"""Environment variable by which a shell asks for completions (click's protocol)."""

BLOCKED: Final = 1
"""Exit status of a command whose answer is "no": a policy, the budget or the SLO is broken."""


@dataclass(frozen=True, slots=True)
class Output:
    """How a result is written, and where to."""

    format_: str
    out: Path | None
    """None: to the terminal."""


def collected(**groups: type) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Hand a command its options in objects: parameter -> dataclass, whose fields are the options that it takes.

    Stands below the options, next to the function. Options that no group has are handed over one by one.
    """

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(command)
        def run(**values: Any) -> Any:
            objects = {
                parameter: group(**{field.name: values.pop(field.name) for field in fields(group)})
                for parameter, group in groups.items()
            }
            return command(**objects, **values)

        return run

    return decorate


class Commands(click.Group):
    """A group whose help says of each command what it does in a whole sentence, however narrow the terminal is."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The table of commands; click itself cuts what does not fit on a line."""
        found = ((name, self.get_command(ctx, name)) for name in self.list_commands(ctx))
        with formatter.section("Commands"):
            formatter.write_dl([(name, each.get_short_help_str(LONGEST_SENTENCE)) for name, each in found if each])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the first of `args` names. Raises UsageError with the name that was probably meant."""
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            raise click.UsageError(f"no such command: {name}{meant(name, self.list_commands(ctx))}", ctx)
        return super().resolve_command(ctx, args)


LONGEST_SENTENCE: Final = 200


class StackName(click.ParamType[str]):
    """A stack's name; shells complete those that have a file here."""

    name = "stack"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Stacks whose names begin with `incomplete`."""
        from workbench.preview.stackfile import REPOSITORY, stacks

        return [CompletionItem(name) for name in stacks(REPOSITORY) if name.startswith(incomplete)]


class Whole(click.IntRange):
    """A whole number between bounds, called so in messages: to click it is an "integer range"."""

    name = "whole number"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """In one word."""
        return "NUMBER"


class Number(click.FloatRange):
    """A number between bounds; click's own range lets NaN through, which is neither below one nor above."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """`value` as a number. Raises BadParameter for what is none, or is not finite."""
        number = float(super().convert(value, param, ctx))
        if not math.isfinite(number):
            self.fail(f"{value} is not a finite number.", param, ctx)
        return number


class Moment(click.DateTime):
    """A day, or a time of it (`times`), in years that calendars and time zones are known for."""

    def __init__(self, times: bool = False) -> None:
        self.form = "YYYY-MM-DD[THH:MM]" if times else "YYYY-MM-DD"
        super().__init__(["%Y-%m-%dT%H:%M", "%Y-%m-%d"] if times else ["%Y-%m-%d"])

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """The form in which it is written."""
        return self.form

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """`value` as a datetime. Raises BadParameter for what is none, or is out of these years."""
        try:
            moment = super().convert(value, param, ctx)
        except click.BadParameter:
            self.fail(f"{value!r} is not of the form {self.form}.", param, ctx)
        if not 2000 <= moment.year <= 2100:
            self.fail(f"{value} is not in the years 2000 to 2100.", param, ctx)
        return moment


class Read(click.Path):
    """A file to read, called in messages what it was given as: a Path drops one slash of ``http://``."""

    def __init__(self, dir_okay: bool = False) -> None:
        super().__init__(path_type=Path, dir_okay=dir_okay)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """`value` as a Path. Raises InputError for an address, and BadParameter for a folder."""
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        if "://" in str(value) and not path.exists():
            raise InputError(f"{value}: is an address, and nothing is fetched from it; give a file")
        return path


class Written(click.Path):
    """A file to write to, whose folder is looked for before anything is computed."""

    def __init__(self, dir_okay: bool = False) -> None:
        super().__init__(path_type=Path, dir_okay=dir_okay)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """`value` as a Path. Raises BadParameter for a folder, InputError where nothing can be written."""
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        folder = Path(os.path.realpath(path)).parent
        if not folder.is_dir():
            raise InputError(f"{path}: can't be written: there is no folder {folder}")
        if not path.exists() and not os.access(folder, os.W_OK):
            raise InputError(f"{path}: can't be written: folder {folder} admits no new file")
        return path


class RegionName(click.ParamType[str]):
    """An AWS Region; whether there are prices for it is told by whoever prices."""

    name = "text"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """`value`, where it has the form of a Region's name. Raises InputError."""
        from cost.catalogue import Catalogue

        return Catalogue(value).region


def stack_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --stack and --config, which say what to synthesize."""
    command = click.option(
        "--config",
        "-c",
        "config",
        multiple=True,
        metavar="KEY=VALUE",
        help="Set a configuration value for this run only, e.g. plant:uptime.parked=true; repeatable.",
    )(command)
    return click.option(
        "--stack",
        "-s",
        type=StackName(),
        default="dev",
        show_default=True,
        metavar="STACK",
        help="Stack to use: Pulumi.<stack>.yaml.",
    )(command)


def cluster_at(scheduler: str | None) -> Cluster | None:
    """The Dask cluster that --scheduler names; None without one: this machine's cores, by threads.

    Raises InputError where no scheduler answers there.
    """
    if scheduler is None:
        return None
    from workbench.cluster import Cluster

    return Cluster(scheduler).reached()


def overrides_from(config: tuple[str, ...]) -> dict[str, str]:
    """The --config options as a mapping. Raises InputError, naming each that has no `=`."""
    return pairs(config, "--config", "plant:fleet.max_size=4")


def pairs(items: tuple[str, ...], option: str, example: str) -> dict[str, str]:
    """KEY=VALUE `items` of `option` as a mapping. Raises InputError, naming each that has no `=`."""
    wrong = [item for item in items if "=" not in item]
    if wrong:
        raise InputError(*(f"{option} {item}: must be KEY=VALUE, e.g. {example}" for item in wrong))
    return {key.strip(): value for key, _, value in (item.partition("=") for item in items)}


def readable(files: Iterable[Path | str | None]) -> None:
    """Look whether `files` can be read before anything is computed from them. Raises InputError that names each.

    They are not opened: what writes into a pipe would take it for the end. ``-`` is standard input, None no file.
    """
    problems = []
    for path in files:
        if path is None or str(path) == "-":
            continue
        try:
            if stat.S_ISDIR(os.stat(path).st_mode):  # noqa: PTH116 - a Path drops one slash of ``http://``
                problems.append(f"{path}: can't be read: {os.strerror(errno.EISDIR)}")
            elif not os.access(path, os.R_OK):
                problems.append(f"{path}: can't be read: {os.strerror(errno.EACCES)}")
        except OSError as error:
            problems.append(f"{path}: can't be read: {error.strerror}")
    if problems:
        raise InputError(*problems)


MOST_USD: Final = 1_000_000
"""Of a limit, as in the pack's configuration."""


def dollars_of(text: str | None, option: str) -> Decimal | None:
    """The dollars a month that `option` gives; None where it isn't given. Raises InputError."""
    from decimal import Decimal, InvalidOperation

    if text is None:
        return None
    try:
        amount = Decimal(text.removeprefix("$"))
    except InvalidOperation:
        amount = Decimal(-1)
    if not amount.is_finite() or not 0 <= amount <= MOST_USD:
        raise InputError(f"{option} {text}: must be dollars a month, from 0 to {MOST_USD:,}, e.g. 5.00")
    return amount


def all_checked(*checks: Callable[[], object]) -> None:
    """Run each of `checks`. Raises InputError with what all of them found wrong."""
    of_each(operator.call, checks)


def refuse_beside_file(file: object) -> None:
    """Raises InputError where `file` is given, and beside it an option of `stack_options`, which is of the program."""
    context = click.get_current_context()
    given = [
        f"--{name}"
        for name in ("stack", "config")
        if context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE
    ]
    if file is not None and given:
        raise InputError(f"--file is taken as it is; {' and '.join(given)}: only for the program")


def write_text(path: Path, text: str) -> None:
    """Write `text` to `path`, whole or not at all: a reader never sees half a file. Raises InputError."""
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, content: bytes) -> None:
    """Write `content` to `path`, whole or not at all: a reader never sees half a file. Raises InputError."""
    write_pieces(path, [content])


def write_pieces(path: Path, pieces: Iterable[bytes]) -> None:
    """Write `pieces`, one after the other, to `path`, all of them or nothing. Raises InputError.

    A link is followed; what is no regular file (a device, a pipe) is written to and stays what it is.
    """
    try:
        path = path.resolve()
        if path.exists() and not path.is_file():
            with path.open("wb") as device:
                device.writelines(pieces)
            return
        handle, temporary = tempfile.mkstemp(dir=path.parent or Path(), prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.writelines(pieces)
            umask = os.umask(0)
            os.umask(umask)
            Path(temporary).chmod(0o666 & ~umask)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise InputError(f"{path}: can't be written: {error.strerror or error}") from error


def emit(text: str, out: Path | None) -> None:
    """Print `text`, or write it to `out`."""
    if out is None:
        click.echo(text, nl=not text.endswith("\n"))
    else:
        write_text(out, text if text.endswith("\n") else text + "\n")


def emit_marked(text: str, out: Path | None) -> None:
    """As `emit`, in lines as wide as the terminal, and in colours where it wants them; else the text as it is."""
    look = layout(out)
    if out is None and sys.stdout is not None and sys.stdout.isatty():
        from workbench.report.marks import marked

        text = marked(text, look["width"], colours=look["colours"])
    emit(text, out)


def out_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --out, which writes the result to a file instead of standard output."""
    return click.option(
        "--out",
        "-o",
        type=Written(),
        help="Write to this file instead of the terminal.",
    )(command)


def colours_wanted() -> bool:
    """Whether standard output is a terminal that wants colours (https://no-color.org, read 2026-11-23)."""
    return is_smart_terminal(sys.stdout) and not os.environ.get("NO_COLOR")


NARROWEST: Final = 40
WIDEST: Final = 200
"""Bounds of a line in columns; longer ones are hard to follow."""
USUAL_WIDTH: Final = 80


def terminal_width() -> int:
    """Columns of the terminal on standard output; 80 where there is none, so that files are the same everywhere."""
    return width_of(sys.stdout)


def width_of(stream: TextIO | None) -> int:
    """Columns of the terminal `stream`; 80 where it is none."""
    if stream is None or not stream.isatty():
        return USUAL_WIDTH
    columns = shutil.get_terminal_size((0, 0)).columns  # of COLUMNS, or of standard output
    if not columns:
        with contextlib.suppress(OSError, ValueError):  # ValueError: of a stream that is no file
            columns = os.get_terminal_size(stream.fileno()).columns
    return min(max(columns or USUAL_WIDTH, NARROWEST), WIDEST)


def is_smart_terminal(stream: TextIO | None) -> bool:
    """Whether `stream` is a terminal that understands control sequences; a closed stream (None) is none."""
    return stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"


@contextlib.contextmanager
def progress(message: str) -> Iterator[Callable[[str], None]]:
    """Show what is being done on one line of a terminal's standard error, and wipe it at the end.

    Gives a function that changes the message. Silent where standard error is no terminal.
    """

    def show(text: str) -> None:
        if is_smart_terminal(sys.stderr):
            sys.stderr.write(f"\r\033[K{text} …")
            sys.stderr.flush()

    show(message)
    try:
        yield show
    finally:
        if is_smart_terminal(sys.stderr):
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()


class Layout(TypedDict):
    """What a report for people is laid out by."""

    colours: bool
    width: int
    """Columns."""


def layout(out: Path | None) -> Layout:
    """As the terminal wants it; plain and 80 columns wide for the file `out`, so that it is the same everywhere."""
    if out is not None:
        return {"colours": False, "width": USUAL_WIDTH}
    return {"colours": colours_wanted(), "width": terminal_width()}
