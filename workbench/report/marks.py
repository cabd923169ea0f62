"""Colour for text that says everything in words already: the verdict, what passes, what fails, what can be skipped.

What the colours mean is in `workbench/report/findings_text.py`, as for all reports.
"""

from __future__ import annotations

import re
import textwrap
from typing import Any, Final

import click

GREEN: Final = {"fg": "green"}
RED: Final = {"fg": "red"}
SKIPPED: Final = {"dim": True}

STYLES: Final[tuple[tuple[re.Pattern[str], dict[str, Any]], ...]] = (
    (re.compile(r"^(?:verdict: pass|passed:).*", re.DOTALL), {**GREEN, "bold": True}),
    (re.compile(r"^(?:verdict: |FAILED:).*", re.DOTALL), {**RED, "bold": True}),
    (re.compile(r"^(?: {4})?ok\b"), GREEN),
    (re.compile(r"^(?: {4})?(?:FAILED|DIFFERS|LEFT)\b|\bfails: .*", re.DOTALL), RED),
    (re.compile(r"^(?:note: |(?: {4})?n/a\b).*", re.DOTALL), SKIPPED),
)
"""What a line holds -> how that is shown; the first that fits."""
TOLD: Final = ("note: ", "error: ")
"""Beginnings of what is told of a run."""


LABEL: Final = re.compile(r"^ *(?:\S+ ){0,3}\S+ {2,}(?=\S)")
"""What stands before the words of a line in a column of its own."""
DIFFERENCE: Final = ("+", "-", "@")
"""Beginnings of what is to be copied as it is."""
GAP: Final = re.compile(r"\S {2,}\S")
FURTHER: Final = 4
"""Columns by which the rest of a long line stands further in."""


def marked(text: str, width: int, *, colours: bool = True) -> str:
    """`text` in lines of at most `width` columns, with ANSI colours where they are wanted."""
    lines = (folded(line, width) for line in text.split("\n"))
    return "\n".join(_shown(line) for line in lines) if colours else "\n".join(lines)


def folded(line: str, width: int) -> str:
    """`line`, its rest under its first words where it is longer than `width` columns."""
    if len(line) <= width or line.startswith(DIFFERENCE):
        return line
    label = LABEL.match(line)
    if label is not None and GAP.search(line, label.end()):  # a row of a table, whose last column may be words
        hang = max(gap.end() for gap in GAP.finditer(line)) - 1
        if hang > width * 2 // 3:
            return line
    elif line.startswith(TOLD):
        hang = line.index(": ") + 2
    elif label is not None and len(label[0]) <= width // 2:
        hang = len(label[0])
    else:
        hang = len(line) - len(line.lstrip()) + FURTHER
        rows = textwrap.wrap(line, width, subsequent_indent=" " * hang, break_on_hyphens=False, break_long_words=False)
        return "\n".join(rows)
    rows = textwrap.wrap(line[hang:], max(width - hang, 2 * FURTHER), break_on_hyphens=False, break_long_words=False)
    return line[:hang] + ("\n" + " " * hang).join(rows)


def _shown(line: str) -> str:
    for pattern, style in STYLES:
        if found := pattern.search(line):
            return line[: found.start()] + click.style(found[0], **style) + line[found.end() :]
    return line
