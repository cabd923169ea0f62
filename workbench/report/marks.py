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
    (re.compile(r"^(?:verdict: pass|passed:).*"), {**GREEN, "bold": True}),
    (re.compile(r"^(?:verdict: |FAILED:).*"), {**RED, "bold": True}),
    (re.compile(r"^(?: {4})?ok\b"), GREEN),
    (re.compile(r"^(?: {4})?(?:FAILED|DIFFERS|LEFT)\b|\bfails: .*"), RED),
    (re.compile(r"^(?: {4})?n/a\b.*"), SKIPPED),
)
"""What a line holds -> how that is shown; the first that fits."""
NOTE: Final = "note: "


def marked(text: str, width: int) -> str:
    """`text` with ANSI colours; its notes, which may be long, in lines of at most `width` columns."""
    return "\n".join(_note(line, width) if line.startswith(NOTE) else _shown(line) for line in text.split("\n"))


def _note(line: str, width: int) -> str:
    rows = textwrap.wrap(line, max(width, 2 * len(NOTE)), subsequent_indent=" " * len(NOTE), break_on_hyphens=False)
    return "\n".join(click.style(row, **SKIPPED) for row in rows)


def _shown(line: str) -> str:
    for pattern, style in STYLES:
        if found := pattern.search(line):
            return line[: found.start()] + click.style(found[0], **style) + line[found.end() :]
    return line
