"""Pulumi's own layout of a bucket: which objects are stacks, and who holds their locks.

Facts of pulumi/pulumi pkg/backend/diy (store.go, state.go, lock.go, meta.go; 3.260): a stack is
``.pulumi/stacks/<project>/<stack>.json``, in the older layout ``.pulumi/stacks/<stack>.json``, with ``.gz`` or ``.zst``
behind where it is packed; of several forms of one the newest counts. History, backups and journals lie elsewhere;
``.bak``, ``.attrs`` and kept checkpoints have other endings.
"""

from __future__ import annotations

import datetime
import json
import os
import posixpath
import stat
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from deployment.errors import InputError
from deployment.urn import plain
from workbench.audit import storage
from workbench.audit.location import Location
from workbench.file_systems import why

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

ENDINGS: Final = (".json", ".json.gz", ".json.zst")
NEWEST_VERSION: Final = 1
"""Of the layout, as ``.pulumi/meta.yaml`` tells it."""
MOST_META_BYTES: Final = 10_000
MOST_LOCK_BYTES: Final = 10_000
LONGEST_NAME: Final = 100
"""Characters of what a lock says that are shown."""


def stacks(url: str) -> list[Location]:
    """The stacks of the backend at `url`, by project and name. Raises InputError when it can't be listed."""
    filesystem, root = storage.opened(url)
    book = posixpath.join(root, ".pulumi")
    try:
        _check_version(filesystem, url, posixpath.join(book, "meta.yaml"))
        files = _listed(filesystem, posixpath.join(book, "stacks"))
        held = _locks(filesystem, posixpath.join(book, "locks"))
    except InputError:
        raise
    except Exception as error:  # each cloud's library has errors of its own
        raise InputError(f"{storage.told(url)}: can't be listed: {why(error)}") from error
    if not files and not _exists(filesystem, book):
        raise InputError(f"{storage.told(url)}: no Pulumi backend: there is no .pulumi folder in it")
    newest: dict[tuple[str, str], tuple[Any, str, Mapping[str, Any]]] = {}
    for path, info in sorted(files.items()):
        key = _stack_of(path, posixpath.join(book, "stacks"))
        if key is not None:
            modified = _modified(info)
            if key not in newest or modified >= newest[key][0]:
                newest[key] = (modified, path, info)
    return [
        Location(
            source=plain(f"{storage.told(url)}/{posixpath.relpath(path, root)}"),
            root=url,
            path=path,
            project=plain(project),
            stack=plain(stack),
            size=info.get("size"),
            fingerprint=_fingerprint(info, storage.marks(url)),
            lock=held.get(f"organization/{project}/{stack}" if project else stack, ""),
        )
        for (project, stack), (_, path, info) in sorted(newest.items())
    ]


def _stack_of(path: str, folder: str) -> tuple[str, str] | None:
    """Project ("" in the older layout) and stack of an object; None for one that is no stack."""
    parts = posixpath.relpath(path, folder).split("/")
    ending = next((one for one in reversed(ENDINGS) if parts[-1].endswith(one)), None)
    name = parts[-1].removesuffix(ending) if ending else ""
    if not name or len(parts) > 2:
        return None
    return ("" if len(parts) == 1 else parts[0]), name


def _listed(filesystem: AbstractFileSystem, folder: str) -> dict[str, Mapping[str, Any]]:
    """Objects below `folder` by path; none where there is no such folder."""
    if "file" in filesystem.protocol:
        return dict(_files(folder))
    try:
        found: dict[str, Mapping[str, Any]] = filesystem.find(folder, detail=True)
    except FileNotFoundError:
        return {}
    return found


def _files(folder: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Regular files below a folder of this machine, as the CLI finds them: through no link to a folder, which may lead
    back, and never a pipe, which nobody may ever write to (fsspec opens the first without end, and the second)."""
    for root, _, names in os.walk(folder):
        for name in names:
            path = posixpath.join(root, name)
            try:
                status = os.stat(path)  # noqa: PTH116 - names may be no text
            except OSError:
                continue  # a link to nothing
            if stat.S_ISREG(status.st_mode):
                yield path, {"size": status.st_size, "mtime": status.st_mtime}


def _exists(filesystem: AbstractFileSystem, folder: str) -> bool:
    return bool(filesystem.exists(folder))


def _modified(info: Mapping[str, Any]) -> float:
    """When an object was written, in seconds; 0 where the listing doesn't say."""
    for key in ("mtime", "LastModified", "last_modified", "updated", "created"):
        value = info.get(key)
        if isinstance(value, datetime.datetime):
            return value.timestamp()
        if isinstance(value, (int, float)):
            return float(value)
        if isinstance(value, str):
            try:
                return datetime.datetime.fromisoformat(value).timestamp()
            except ValueError:
                continue
    return 0.0


def _fingerprint(info: Mapping[str, Any], keys: tuple[str, ...]) -> str:
    return next((str(info[key]) for key in keys if info.get(key)), "")


def _check_version(filesystem: AbstractFileSystem, url: str, path: str) -> None:
    """Raise InputError for a layout that is newer than what is known here."""
    import yaml

    if not filesystem.exists(path):
        return
    text = filesystem.cat_file(path, start=0, end=MOST_META_BYTES)
    try:
        version = yaml.safe_load(text)["version"]
    except (yaml.YAMLError, TypeError, KeyError, UnicodeDecodeError):
        raise InputError(f"{storage.told(url)}: .pulumi/meta.yaml names no version of the layout") from None
    if version not in range(NEWEST_VERSION + 1):
        raise InputError(
            f"{storage.told(url)}: version {version!r} of the layout (.pulumi/meta.yaml); known: 0 and {NEWEST_VERSION}"
        )


def _locks(filesystem: AbstractFileSystem, folder: str) -> dict[str, str]:
    """Full name of each locked stack -> who holds the lock, and since when."""
    found: dict[str, list[str]] = {}
    for path in sorted(_listed(filesystem, folder)):
        if path.endswith(".json"):
            found.setdefault(posixpath.dirname(posixpath.relpath(path, folder)), []).append(path)
    return {name: "; ".join(_holders(filesystem, paths)) for name, paths in found.items()}


def _holders(filesystem: AbstractFileSystem, paths: list[str]) -> Iterator[str]:
    for path in paths:
        try:
            lock = json.loads(filesystem.cat_file(path, start=0, end=MOST_LOCK_BYTES))
            who, where, since = (str(lock[key])[:LONGEST_NAME] for key in ("username", "hostname", "timestamp"))
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            yield "somebody whose lock file can't be read"
        else:
            yield plain(f"{who}@{where} (process {str(lock.get('pid', '?'))[:20]}) since {since}")
