"""Usage files of an audit: one for all stacks, or one a stack, found by the stack's name."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cost.usage import RESOURCES, UsageFile
from deployment.errors import InputError
from deployment.urn import plain
from workbench.audit.location import Location
from workbench.cost.usage_file import read_usage

ENDINGS: Final = (".yaml", ".yml")
MOST_FILES: Final = 100_000
"""In a folder: what holds more is no folder of usage files."""


@dataclass
class Usages:
    """Which usage file a stack has, and which of its entries name something there."""

    every: UsageFile | None = None
    """For all stacks."""
    by_name: Mapping[str, UsageFile] = field(default_factory=dict)
    """``PROJECT/STACK`` (without a project, or in a folder of exports, the name that is listed) -> its file."""
    _taken: dict[str, dict[str, set[str]]] = field(default_factory=dict)
    """Source of a file that some judged stack has -> pattern -> usage keys of the resources that it names."""

    def of(self, location: Location) -> UsageFile | None:
        """The file for the stack at `location`; None where there is none."""
        return self.every or self.by_name.get(_name(location))

    def took(self, location: Location, used: Iterable[Sequence[str]]) -> None:
        """Note the entries that a judged stack had a resource for: a pattern, then its resources' usage keys."""
        if (usage := self.of(location)) is not None:
            taken = self._taken.setdefault(usage.source, defaultdict(set))
            for pattern, *keys in used:
                taken[pattern].update(keys)

    def unused(self) -> list[str]:
        """What was given for nothing, once every stack is judged: a slip, or of a stack that is gone."""
        return [*self._unused()]

    def _unused(self) -> Iterator[str]:
        for usage in self.by_name.values() if self.every is None else (self.every,):
            taken = self._taken.get(usage.source)
            if taken is None:
                yield f"{plain(usage.source)}: of no stack that could be judged"
                continue
            for pattern, entry in usage.by_resource.items():
                where = f"{plain(usage.source)}: {RESOURCES}.{plain(pattern)}"
                if pattern not in taken:
                    yield f"{where}: no such resource"
                else:
                    yield from (
                        f"{where}.{plain(key)}: no resource of that name has such a usage key"
                        for key in entry
                        if key not in taken[pattern]
                    )


def read_usages(place: Path | None) -> Usages:
    """The usage file, or the folder of usage files, at `place`. Raises InputError with every file that is wrong."""
    if place is None:
        return Usages()
    if not place.is_dir():
        usage = read_usage(place)
        if usage.transfers:
            name = usage.transfers[0].resource.name
            raise InputError(
                f"{plain(str(place))}: {plain(name)}: is no resource's, and whose of all stacks isn't said; "
                "give a folder with PROJECT/STACK.yaml"
            )
        return Usages(usage)
    problems: list[str] = []
    found: dict[str, UsageFile] = {}
    for path in _files(place):
        name = path.relative_to(place).with_suffix("").as_posix()
        if name in found:
            problems.append(f"{plain(str(path))}: a second file of {plain(name)}; keep one of them")
            continue
        try:
            found[name] = read_usage(path)
        except InputError as error:
            problems += error.problems
    if not found and not problems:
        problems.append(f"{plain(str(place))}: holds no usage file; they are named PROJECT/STACK.yaml")
    if problems:
        raise InputError(*problems)
    return Usages(by_name=found)


def _files(folder: Path) -> list[Path]:
    found: list[Path] = []
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += (Path(root, name) for name in sorted(names) if name.endswith(ENDINGS) and not name.startswith("."))
        if len(found) > MOST_FILES:
            raise InputError(f"{plain(str(folder))}: over {MOST_FILES:,} usage files")
    return found


def _name(location: Location) -> str:
    return f"{location.project}/{location.stack}" if location.project else location.stack
