"""Which line of a stack file a finding is about: editors and code scanning show it there.

A finding names a property of a resource (``maxSize``), a stack file the setting that it comes from (``max_size``).
Where the file leaves a setting at its default, its group's line is the place to write it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import yaml

from infra.settings.loading import GROUPS, NAMESPACE

_WORD: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{3,}")
_SETTING: Final = re.compile(rf"{NAMESPACE}:[a-z_]+(?:\.[a-z0-9_]+)+")
_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def line_of(stack_file: str, *clues: str) -> int:
    """Line (from 1) of the text `stack_file` that sets what `clues` speak of, the first clue first.

    The line of ``config`` where none of them names a setting.
    """
    places = dict(_places(yaml.compose(stack_file, Loader=yaml.SafeLoader)))
    for clue in clues:
        for setting in _SETTING.findall(clue):  # named whole, nested or not: no other group has it
            group, *names = setting.split(".")
            if line := places.get((group, *names)):
                return line
    for clue in clues:
        for word in _WORD.findall(clue):
            name = _HUMP.sub("_", word).lower()
            for group, model in GROUPS.items():
                key = f"{NAMESPACE}:{group}"
                if name in model.model_fields:
                    line = places.get((key, name)) or places.get((key,))
                    if line is not None:
                        return line
    return places.get((), 1)


def _places(document: Any) -> Iterator[tuple[tuple[str, ...], int]]:
    """Path below ``config`` -> line, the outer ones first; () is ``config`` itself."""
    for key, value in getattr(document, "value", None) or ():
        if key.value == "config":
            yield (), key.start_mark.line + 1
            for group, settings in _pairs(value):
                yield (group.value,), group.start_mark.line + 1
                yield from _below((group.value,), settings)


def _below(path: tuple[str, ...], node: Any) -> Iterator[tuple[tuple[str, ...], int]]:
    for key, value in _pairs(node):
        yield (*path, key.value), key.start_mark.line + 1
        yield from _below((*path, key.value), value)


def _pairs(node: Any) -> Any:
    return node.value if isinstance(node, yaml.MappingNode) else ()
