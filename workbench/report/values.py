"""Old and new values of a property, short enough to read."""

from __future__ import annotations

import os.path
from typing import Any, Final

SHOWN_BEFORE: Final = 12
"""Characters before the first difference that are kept, to show where it is."""


def pair(old: Any, new: Any, width: int) -> tuple[str, str]:
    """`old` and `new` as text of at most `width` characters each, around their first difference."""
    before, after = _text(old), _text(new)
    if len(before) <= width and len(after) <= width:
        return before, after
    same = len(os.path.commonprefix([before, after]))  # noqa: RUF071 - characters are what is compared here
    start = max(0, same - SHOWN_BEFORE)
    return _window(before, start, width), _window(after, start, width)


def _text(value: Any) -> str:
    return "(none)" if value is None else str(value)


def _window(text: str, start: int, width: int) -> str:
    if len(text) <= width:
        return text
    head = "…" if start else ""
    rest = text[start:]
    room = width - len(head)
    return head + (rest if len(rest) <= room else rest[: room - 1] + "…")
