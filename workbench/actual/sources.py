"""Where exports are: files, folders, patterns; on this machine, or in a bucket by fsspec."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from deployment.errors import Gathered, InputError
from deployment.source import GZIP
from deployment.urn import plain
from workbench.file_systems import file_system

PARQUET: Final = b"PAR1"
ZIP: Final = b"PK\x03\x04"
ENDINGS: Final = (".parquet", ".csv", ".csv.gz")
"""Names of exports in a folder; others (manifests, metadata) are left alone. A file given by name may have any."""

MOST_FILES: Final = 10_000
"""Files of one run; a longer list is a wrong folder."""

PACKAGES: Final = {"s3": "s3fs", "gs": "gcsfs", "abfs": "adlfs", "az": "adlfs"}
"""Kinds of storage that people copy their exports to -> package of each one's fsspec file system."""

_PARTITION: Final = re.compile(r"(.*/BILLING_PERIOD=\d{4}-\d\d)/((?:[^/]+/)*)[^/]+$")
"""Folder of one billing period in an export, and the folders below it."""

_REMOTE: Final = re.compile(r"^([a-z][a-z0-9+]*)://")


@dataclass(frozen=True, slots=True)
class Source:
    """One file of an export."""

    path: str
    """As DuckDB opens it."""
    kind: str
    """``parquet``, ``csv`` or ``csv.gz``, by its first bytes."""

    @property
    def name(self) -> str:
        """The path for people."""
        return plain(self.path)

    @property
    def pattern(self) -> str:
        """A pattern that matches this path alone."""
        return re.sub(r"[*?\[]", lambda found: f"[{found[0]}]", self.path)


@dataclass(frozen=True, slots=True)
class Sources:
    """Files of all sources, each once, and the file systems that they are on."""

    files: tuple[Source, ...]
    file_systems: tuple[Any, ...]
    """Those of fsspec, for ``register_filesystem``."""


def sources_of(given: Iterable[str]) -> Sources:
    """Files that `given` name: each a file, a folder or a pattern (``*``), local or ``s3://…``. Raises InputError."""
    files: dict[str, Source] = {}
    systems: dict[str, Any] = {}
    gathered = Gathered()
    for text in given:
        found: list[Source] = []
        with gathered:
            scheme = _REMOTE.match(text)
            if scheme is None or scheme[1] == "file":
                found = _local(text.removeprefix("file://"))
            else:
                system = systems.setdefault(scheme[1], None) or _system(scheme[1], text)
                systems[scheme[1]] = system
                found = _remote(system, scheme[1], text)
        for source in found:
            files.setdefault(source.path, source)
        if len(files) > MOST_FILES:
            raise InputError(f"{plain(text)}: more than {MOST_FILES:,} files; give the folder of one month")
    gathered.tell()
    _refuse_versions(files)
    return Sources(tuple(files.values()), tuple(systems.values()))


def _refuse_versions(paths: Iterable[str]) -> None:
    """Refuse several deliveries of one billing period: an export that isn't overwritten keeps each in a folder of its
    own (AWS Data Exports user guide, export delivery, 2026-11), and together they count everything again."""
    versions: dict[str, set[str]] = defaultdict(set)
    for path in paths:
        if (found := _PARTITION.match(path)) is not None:
            versions[found[1]].add(found[2])
    for partition, folders in sorted(versions.items()):
        if len(folders) > 1:
            newest = max(folders)
            raise InputError(
                f"{plain(partition)}: {len(folders)} deliveries of one billing period, which count everything "
                f"{len(folders)} times; give the folder of one, e.g. {plain(partition)}/{plain(newest).rstrip('/')}"
            )


def _local(text: str) -> list[Source]:
    path = Path(text)
    try:
        if path.is_file():
            paths = [path]
        elif path.is_dir():
            paths = sorted(one for one in path.rglob("*") if one.name.endswith(ENDINGS) and one.is_file())
        elif "*" in text:
            root = Path(path.anchor or ".")
            pattern = str(path.relative_to(path.anchor)) if path.anchor else text
            paths = sorted(one for one in root.glob(pattern) if one.is_file())
        elif text == "-" or path.exists():
            raise InputError(f"{plain(text)}: is no regular file; a bill is read more than once, so save it first")
        else:
            paths = []
        found = []
        for one in paths:
            with one.open("rb") as file:
                # Absolute, so that nothing in a name is taken for a scheme.
                found.append(Source(str(one.resolve()), _kind(file.read(4), str(one))))
    except (OSError, ValueError) as error:
        raise InputError(f"{plain(text)}: can't be read: {getattr(error, 'strerror', None) or error}") from error
    if not found:
        raise InputError(f"{plain(text)}: no such file, and no folder with {', '.join(ENDINGS)} files")
    return found


def _system(scheme: str, text: str) -> Any:
    if scheme not in PACKAGES:
        allowed = ", ".join(f"{name}://" for name in ("file", *PACKAGES))
        raise InputError(f"{plain(text)}: no such kind of storage; allowed: {allowed}")
    return file_system(scheme, PACKAGES[scheme], (plain(text), scheme), "; or copy the files here")


def _remote(system: Any, scheme: str, text: str) -> list[Source]:
    try:
        if "*" in text:
            paths = system.glob(text)
        elif system.isfile(text):
            paths = [text]
        else:
            paths = [one for one in system.find(text) if one.endswith(ENDINGS)]
        found = []
        for one in sorted(paths):
            path = one if _REMOTE.match(one) else f"{scheme}://{one.lstrip('/')}"
            with system.open(path, "rb") as file:
                found.append(Source(path, _kind(file.read(4), path)))
    except InputError:
        raise
    except Exception as error:  # each cloud's library has errors of its own
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise InputError(f"{plain(text)}: can't be read: {plain(reason)}") from error
    if not found:
        raise InputError(f"{plain(text)}: nothing there that ends in {', '.join(ENDINGS)}")
    return found


def _kind(head: bytes, name: str) -> str:
    if not head:
        raise InputError(f"{plain(name)}: is empty")
    if head.startswith(ZIP):
        raise InputError(f"{plain(name)}: a zip archive; unpack it first")
    if head.startswith(GZIP):
        return "csv.gz"
    return "parquet" if head.startswith(PARQUET) else "csv"
