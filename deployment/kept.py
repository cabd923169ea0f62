"""Results that follow from their inputs alone and take long to come by, kept from run to run.

They lie in the virtual environment that runs us, and go with it; `PLANT_KEPT` names another folder, and empty turns
keeping off. Where nothing can be written nothing is kept. What is damaged, or not what was asked for, counts as not
there.
"""

from __future__ import annotations

import contextlib
import hashlib
import math
import os
import sys
import tempfile
import time
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

FOLDER_VARIABLE: Final = "PLANT_KEPT"
MOST_ENTRIES: Final = 2_000
MOST_BYTES: Final = 100_000_000
"""Of all entries together; past either bound those that were not used for longest go."""
LARGEST_BYTES: Final = 20_000_000
"""Of one entry; what is larger is not kept."""
SUFFIX: Final = ".kept"
"""Of our files: in a folder that is somebody else's, too, no others go."""
STARTED: Final = time.time()
"""When this process began to read the project's code, about."""
_DIGEST_BYTES: Final = 32


def key_of(*parts: str | bytes) -> str:
    """Name of the result of `parts`: other parts, or the same ones divided otherwise, have another."""
    digest = hashlib.sha256()
    for part in parts:
        content = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        digest.update(b"%d:" % len(content))
        digest.update(content)
    return digest.hexdigest()


def code(*places: Path) -> tuple[str, bool]:
    """What is in `places`, files or folders, and whether this process runs just that: no file is newer than it.

    Of a file that can't be read, a link to nowhere or one that goes meanwhile, nobody knows that.
    """
    found: list[str | bytes] = []
    newest = 0.0
    for place in places:
        for path in [place] if place.is_file() else _files(place):
            try:
                found += [str(path.relative_to(place.parent)), path.read_bytes()]
                newest = max(newest, path.stat().st_mtime)
            except OSError:
                newest = math.inf
    return key_of(*found), newest < STARTED


def read(key: str) -> bytes | None:
    """What was kept under `key`; None where that is nothing, or nothing that is whole."""
    place = folder()
    if place is None:
        return None
    path = place / (key + SUFFIX)
    try:
        with path.open("rb") as stream:
            entry = stream.read(LARGEST_BYTES + 1)
        content = zlib.decompress(entry[_DIGEST_BYTES:])
    except (OSError, zlib.error):
        return None
    if entry[:_DIGEST_BYTES] != _digest(key, content):
        return None
    with contextlib.suppress(OSError):
        os.utime(path)  # it is used: others go first
    return content


def write(key: str, content: bytes) -> None:
    """Keep `content` under `key`, whole or not at all; where nothing can be kept, nothing happens."""
    place = folder()
    entry = _digest(key, content) + zlib.compress(content, 1)
    if place is None or len(entry) > LARGEST_BYTES:
        return
    with contextlib.suppress(OSError):
        place.mkdir(mode=0o700, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=place, prefix=".", suffix=SUFFIX)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(entry)
            Path(temporary).replace(place / (key + SUFFIX))
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        _prune(place)


def _digest(key: str, content: bytes) -> bytes:
    return hashlib.sha256(key.encode() + content).digest()


def folder() -> Path | None:
    """Where entries lie; None where nothing is kept."""
    chosen = os.environ.get(FOLDER_VARIABLE)
    if chosen is not None:
        return Path(chosen) if chosen else None
    return Path(sys.prefix, "kept") if sys.prefix != sys.base_prefix else None


def _files(folder: Path) -> Iterable[Path]:
    """Files below `folder`, links to folders followed as an import follows them; none that leads back to above it."""
    for parent, folders, names in os.walk(folder, followlinks=True):
        folders[:] = sorted(name for name in folders if name != "__pycache__" and not name.startswith("."))
        folders[:] = [name for name in folders if not _leads_back(Path(parent, name))]
        yield from (Path(parent, name) for name in sorted(names) if not name.startswith("."))


def _leads_back(folder: Path) -> bool:
    return folder.is_symlink() and folder.parent.resolve().is_relative_to(folder.resolve())


def _prune(folder: Path) -> None:
    """Back within the bounds; what a run left half-written goes as the oldest does."""
    entries = sorted((status.st_mtime, status.st_size, entry.path) for entry, status in _entries(folder))
    number, size = len(entries), sum(entry[1] for entry in entries)
    for _, entry_bytes, path in entries:
        if number <= MOST_ENTRIES and size <= MOST_BYTES:
            return
        with contextlib.suppress(OSError):
            Path(path).unlink()
        number, size = number - 1, size - entry_bytes


def _entries(folder: Path) -> Iterable[tuple[os.DirEntry[str], os.stat_result]]:
    with os.scandir(folder) as found:
        for entry in found:
            if entry.name.endswith(SUFFIX):
                yield entry, entry.stat()
