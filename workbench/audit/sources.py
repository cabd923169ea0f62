"""What `./plant audit SOURCE` may name: a backend's URL, a folder, a file, or the CLI."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from deployment.errors import InputError
from deployment.urn import plain
from workbench.audit import backend, pulumi_cli, storage
from workbench.audit.location import Location

SKIPPED: Final = frozenset({"node_modules", "__pycache__"})
"""Folders that hold no exports; hidden ones are skipped as well."""


def found(sources: Iterable[str]) -> list[Location]:
    """Every stack of `sources`, each once, by project, name and place.

    Raises InputError with every source that is wrong.
    """
    problems: list[str] = []
    stacks: dict[str, Location] = {}
    for source in sources:
        try:
            listed = list(_stacks(source))
        except InputError as error:
            problems += error.problems
            continue
        if not listed:
            problems.append(f"{storage.told(source) if '://' in source else source}: holds no stack")
        stacks.update((location.source, location) for location in listed)
    if problems:
        raise InputError(*problems)
    return sorted(stacks.values(), key=lambda one: (one.project, one.stack, one.source))


def read(location: Location) -> bytes:
    """Content of `location`, wherever it is. Raises InputError."""
    return storage.read(location) if location.root else pulumi_cli.read(location)


def is_local(location: Location) -> bool:
    """True for what only this machine can be sure to read."""
    return not location.root or location.root.startswith("file:")


def _stacks(source: str) -> Iterable[Location]:
    if source == pulumi_cli.SCHEME or source.startswith(f"{pulumi_cli.SCHEME}:"):
        return pulumi_cli.stacks(source)
    if "://" in source:
        return backend.stacks(source)
    path = Path(source).expanduser()
    if path.is_file():
        return [_export(path, path.parent)]
    if not path.is_dir():
        raise InputError(f"{plain(source)}: no such file or folder; or give a backend's URL, or `pulumi` for the CLI")
    root = path.resolve().parent if path.resolve().name == ".pulumi" else path
    if (root / ".pulumi" / "stacks").is_dir():
        return backend.stacks(root.absolute().as_uri())
    return _exports(path)


def _exports(folder: Path) -> Iterator[Location]:
    """The exports in a folder and those below it."""
    for root, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in SKIPPED)
        for name in sorted(files):
            if name.endswith(backend.ENDINGS) and not name.startswith(".") and (Path(root) / name).is_file():
                yield _export(Path(root) / name, folder)


def _export(path: Path, folder: Path) -> Location:
    name = path.relative_to(folder).as_posix()
    for ending in reversed(backend.ENDINGS):
        name = name.removesuffix(ending)
    return Location(
        source=plain(str(path)),
        root="file:///",
        path=str(path.absolute()),
        project="",
        stack=plain(name),
        size=path.stat().st_size,
    )
