"""The one error of this package that is the user's to mend, and what its messages have in common."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import Final, TypeVar

T = TypeVar("T")
Made = TypeVar("Made")

SHAPE_ERRORS: Final = (
    TypeError,
    ValueError,
    AttributeError,
    KeyError,
    IndexError,
    ArithmeticError,
    RecursionError,
)
"""What reading a property of an unexpected shape raises."""


class InputError(Exception):
    """A file or setting from outside is wrong. One line for each problem; the command line exits with 2."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Gathered:
    """What is wrong with several things, told together: each in a ``with`` of its own, and `tell` behind the last."""

    def __init__(self) -> None:
        self._problems: list[str] = []

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if isinstance(error, InputError):
            self._problems += error.problems
        return isinstance(error, InputError)

    def tell(self) -> None:
        """Raises InputError where anything was wrong."""
        if self._problems:
            raise InputError(*dict.fromkeys(self._problems))


def of_each(make: Callable[[T], Made], things: Iterable[T]) -> list[Made]:
    """`make` of each of `things`. Raises InputError with what is wrong with all of them."""
    made, gathered = [], Gathered()
    for thing in things:
        with gathered:
            made.append(make(thing))
    gathered.tell()
    return made


class TooLargeError(InputError):
    """A file from outside is over the limit, packed or unpacked."""


class EncryptedError(InputError):
    """A file from outside is all there, and nobody without its key can read it."""


def first_line(error: Exception) -> str:
    """What `error` says, on one line; below it parsers quote what they stumbled over, some as bytes."""
    said = error.args[0] if error.args else ""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(error)
    return text.strip().partition("\n")[0].rstrip(".") or type(error).__name__


def why_not_json(error: Exception) -> str:
    """What `error` of reading JSON says, without what Python says of its own limits."""
    if isinstance(error, RecursionError):
        return "it is nested too deep"
    if "integer string conversion" in str(error):
        return f"a whole number has more than {sys.get_int_max_str_digits():,} digits"
    return str(error)


def meant(name: str, known: Iterable[str]) -> str:
    """Part of a message about an unknown `name`: ``; did you mean 'spike'?``, or nothing where no name is alike."""
    import difflib

    close = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""
