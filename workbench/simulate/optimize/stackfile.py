"""Changes settings in the text of a stack file, and leaves all else, comments included, as it is."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

import yaml

from deployment.errors import InputError

_INDENT: Final = "  "


def changed(text: str, settings: Mapping[str, Mapping[str, Any]], source: str) -> str:
    """`text` of a stack file with `settings` (group -> key -> value; None removes the key) in it.

    Raises InputError when the result would not say what was asked for: then the file is written in a style that
    this can't edit, such as a group on one line.
    """
    lines = text.splitlines()
    for group, values in settings.items():
        for key, value in values.items():
            _set(lines, group, key, value)
    result = "\n".join(lines) + "\n"
    try:
        config = yaml.safe_load(result)["config"]
        told = {group: config.get(group) or {} for group in settings}
    except (yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{source}: can't be edited ({error}); set the values by hand") from None
    for group, values in settings.items():
        for key, value in values.items():
            if told[group].get(key) != value:
                raise InputError(f"{source}: {group}.{key} can't be edited in its style; set it to {value!r} by hand")
    return result


def _set(lines: list[str], group: str, key: str, value: Any) -> None:
    start = _find(lines, 0, len(lines), group, 1)
    if start is None:
        if value is None:
            return
        lines.append(f"{_INDENT}{group}:")
        start = len(lines) - 1
    end = next(
        (
            index
            for index in range(start + 1, len(lines))
            if lines[index].strip() and not lines[index].startswith(_INDENT * 2)
        ),
        len(lines),
    )
    place = _find(lines, start + 1, end, key, 2)
    if value is None:
        if place is not None:
            del lines[place]
        return
    line = f"{_INDENT * 2}{key}: {json.dumps(value)}"
    if place is None:
        lines.insert(start + 1, line)
        return
    comment = re.search(r"\s+#.*$", lines[place])
    after = place + 1
    while after < end and lines[after].startswith(_INDENT * 3):
        after += 1  # a list or mapping written over several lines
    lines[place:after] = [line + (comment[0] if comment else "")]


def _find(lines: list[str], start: int, end: int, key: str, depth: int) -> int | None:
    pattern = re.compile(rf"^{_INDENT * depth}[\"']?{re.escape(key)}[\"']?\s*:(\s|$)")
    return next((index for index in range(start, end) if pattern.match(lines[index])), None)
