"""Results by the hash of what they are about: an interrupted audit goes on from them, and the next one begins there."""

from __future__ import annotations

import importlib.util
import sqlite3
import zlib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from deployment.errors import InputError
from deployment.kept import code
from deployment.urn import plain
from policies.registry import GROUP

ROOT: Final = Path(__file__).resolve().parents[2]
CODE: Final = ("deployment", "cost", "policies", "workbench/audit", "workbench/cost")
"""Folders that a result depends on: what reads, prices and judges, with its tables."""

APPLICATION: Final = 0x706C616E
"""Marks a file of ours for SQLite ("plan" in ASCII)."""
SMALLEST_BYTES: Final = 512
"""Of a database: its smallest page (https://www.sqlite.org/fileformat2.html). SQLite takes less for an empty file."""


class Kept:
    """A file of results; each is safe once `put` returns. SQLite, so that a killed process leaves it whole."""

    def __init__(self, path: Path | None) -> None:
        """None: for this run only. Raises InputError for a file that is something else."""
        self.lasting = path is not None
        if path is not None and path.exists() and (not path.is_file() or 0 < path.stat().st_size < SMALLEST_BYTES):
            raise InputError(f"{plain(str(path))}: is no file of an audit's results; --cache takes one of its own")
        try:
            self._database = sqlite3.connect("" if path is None else path, isolation_level=None)
            # What the machine loses by a power cut is judged again; what a killed process wrote is there.
            self._database.execute("PRAGMA synchronous = OFF")
            mark = self._database.execute("PRAGMA application_id").fetchone()[0]
            if mark == 0 and not self._database.execute("SELECT 1 FROM sqlite_master").fetchone():
                self._database.execute(f"PRAGMA application_id = {APPLICATION}")
            elif mark != APPLICATION:
                raise InputError(f"{plain(str(path))}: a database of something else; --cache takes a file of its own")
            self._database.execute("CREATE TABLE IF NOT EXISTS results (key TEXT PRIMARY KEY, content BLOB NOT NULL)")
            self._database.execute(
                "CREATE TABLE IF NOT EXISTS seen"
                " (place TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, digest TEXT NOT NULL)"
            )
        except sqlite3.Error as error:
            raise InputError(f"{plain(str(path))}: can't be used for --cache: {error}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()

    def get(self, key: str) -> bytes | None:
        """The result under `key`; None where there is none."""
        row = self._database.execute("SELECT content FROM results WHERE key = ?", (key,)).fetchone()
        try:
            return None if row is None else zlib.decompress(row[0])
        except zlib.error:  # somebody has changed the file
            return None

    def put(self, key: str, content: bytes) -> None:
        """Keep a result."""
        self._database.execute("INSERT OR REPLACE INTO results VALUES (?, ?)", (key, zlib.compress(content, 1)))

    def digest(self, place: str, fingerprint: str) -> str | None:
        """Hash of what lay at `place` when it had that `fingerprint`; None where nobody looked."""
        row = self._database.execute(
            "SELECT digest FROM seen WHERE place = ? AND fingerprint = ?", (place, fingerprint)
        ).fetchone()
        return None if row is None else str(row[0])

    def saw(self, place: str, fingerprint: str, digest: str) -> None:
        """Note the hash of what lies at `place`."""
        self._database.execute("INSERT OR REPLACE INTO seen VALUES (?, ?, ?)", (place, fingerprint, digest))


@cache
def code_hash() -> str:
    """Hash of the files in `CODE`, and of other teams' rules: with others a result would be another."""
    return code(*(ROOT / name for name in CODE), *_team_places())[0]


def _team_places() -> Iterator[Path]:
    """The packages (or single modules) that other teams' rules come from."""
    names = {point.value.partition(":")[0].partition(".")[0] for point in entry_points(group=GROUP)}
    for name in sorted(names):
        spec = importlib.util.find_spec(name)
        places = [] if spec is None else list(spec.submodule_search_locations or [spec.origin or ""])
        yield from map(Path, filter(None, places))
