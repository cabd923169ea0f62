r"""The patterns of AWS's service models are Java regular expressions: here they become Python's.

What differs: ``\p{L}`` and its like; ``\w``, ``\d`` and ``\s`` mean ASCII; characters beyond U+FFFF are written as
surrogate pairs; flags may begin in the middle; a hyphen after ``\w`` in a class is a hyphen.
"""

from __future__ import annotations

import functools
import itertools
import re
import sys
import unicodedata

_ESCAPE = re.compile(r"\\[pP]\{(\w+)\}|\\u([dD][89abAB]..)\\u([dD][c-fC-F]..)|\\u.{4}|\\.", re.DOTALL)
_NOBODY = "\\U0010ffff"
"""A character that is none: keeps a class from being empty."""
_FLAG = re.compile(r"\(\?([is]+)\)")
_CATEGORIES = frozenset("LMNPSZC")
_ASCII_CLASSES = {
    "ASCII": r"\x00-\x7f",
    "Alnum": "a-zA-Z0-9",
    "Graph": "!-~",
    "Print": " -~",
}


@functools.cache
def compile_pattern(pattern: str, highest: int = sys.maxunicode) -> re.Pattern[str] | None:
    r"""The pattern in Python's syntax, or None where it has no equivalent.

    To be matched against the whole value, as AWS does: IAM refuses a role named ``a b`` for ``[\w+=,.@-]+``.

    Args:
        pattern: As the service model has it.
        highest: No character beyond it is going to be matched; the Unicode classes of ASCII are quickly found.
    """
    try:
        return re.compile(_translate(pattern, highest), re.ASCII)
    except (re.error, KeyError):
        return None


def _translate(pattern: str, highest: int) -> str:
    result: list[str] = []
    to_close = [0]  # per open group: parentheses that a flag in the middle has opened
    in_class = False
    at = 0
    while at < len(pattern):
        escape, flag = _ESCAPE.match(pattern, at), _FLAG.match(pattern, at)
        if escape is not None:
            result.append(_escaped(escape, highest, in_class=in_class))
            at = escape.end()
            if in_class and escape[0] in (r"\w", r"\d", r"\s") and pattern[at : at + 1] == "-":
                result.append(r"\-")
                at += 1
            continue
        if flag is not None and not in_class:
            result.append(f"(?{flag[1]}:")
            to_close[-1] += 1
            at = flag.end()
            continue
        character = pattern[at]
        if in_class and pattern.startswith("&&", at):
            raise KeyError("&&")  # Java's intersection of classes; Python has none
        if in_class:
            in_class = character != "]"
        elif character == "[":
            in_class = True
        elif character == "(":
            to_close.append(0)
        elif character == ")":
            result.append(")" * to_close.pop())
        result.append(character)
        at += 1
    return "".join(result) + ")" * to_close[0]


def _escaped(found: re.Match[str], highest: int, *, in_class: bool) -> str:
    if found[1]:
        ranges = _ranges(found[1], highest, negative=found[0][1] == "P")
        return ranges if in_class else f"[{ranges}]"
    if found[2]:
        high, low = int(found[2], 16), int(found[3], 16)
        return f"\\U{0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00):08x}"
    return found[0]


@functools.cache
def _ranges(name: str, highest: int, *, negative: bool) -> str:
    """Characters of a Unicode category (``L``, ``Zs``) or a POSIX class, or all others, as the inside of a class.

    Raises:
        KeyError: There is no such class.
    """
    if len(name) > 2 and not negative:
        return _ASCII_CLASSES[name]
    if name[0] not in _CATEGORIES:
        raise KeyError(name)
    found: list[tuple[int, int]] = []
    for category, first, last in _runs(highest):
        if category.startswith(name) != negative:
            begins = found.pop()[0] if found and found[-1][1] == first - 1 else first
            found.append((begins, last))
    return _NOBODY + "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in found)


@functools.cache
def _runs(highest: int) -> list[tuple[str, int, int]]:
    """(category, first, last) of characters side by side that have one category: 3,400 runs of a million."""
    categories = map(unicodedata.category, map(chr, range(highest + 1)))
    runs: list[tuple[str, int, int]] = []
    first = 0
    for category, group in itertools.groupby(categories):
        last = first + sum(1 for _ in group) - 1
        runs.append((category, first, last))
        first = last + 1
    return runs
