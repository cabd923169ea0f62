"""What reading a file of traffic found, its bad rows included: counted and named, never a crash."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

TABLES: Final = (".csv", ".csv.gz", ".parquet", ".pq")
"""Ends of the names of tables of counts; any other file is an access log."""
NAMED: Final = 5
"""Bad rows that are shown; the rest is counted."""


@dataclass(slots=True)
class RowReport:
    """Rows of one file."""

    source: str
    """Name of the file."""
    good: int = 0
    """Rows that were used."""
    bad: int = 0
    """Rows that were not."""
    missing: int = 0
    """Intervals between the first and the last row that have none: they are taken for silent."""
    repeated: int = 0
    """Rows of an interval that has one already: their requests are added up."""
    answers: Counter[str] = field(default_factory=Counter)
    """Class of the status (2xx, 5xx) -> rows; empty for a file without any."""
    examples: list[str] = field(default_factory=list)
    """The first bad rows: where and what."""

    def reject(self, where: str, why: str) -> None:
        """Count one bad row."""
        self.bad += 1
        if len(self.examples) < NAMED:
            self.examples.append(f"{where}: {why}")

    def lines(self) -> list[str]:
        """Sentences for people; empty where rows are good, there once and none is missing, and no request failed."""
        gaps = [f"{self.source}: {self.missing} intervals have no row, and are taken to have no requests"]
        twice = [
            f"{self.source}: {self.repeated} rows are of the interval of another, whose requests they are added to:"
            " local times without an offset, which are read as UTC, have such rows in the hour that clocks go back"
        ]
        counted = ", ".join(f"{count:,} x {kind}" for kind, count in sorted(self.answers.items()))
        answers = [f"{self.source}: it was answered with {counted}; each request comes here, whatever its answer was"]
        failed = any(kind not in ("2xx", "3xx") for kind in self.answers)
        return (
            self._bad()
            + (gaps if self.missing else [])
            + (twice if self.repeated else [])
            + (answers if failed else [])
        )

    def to_json(self) -> dict[str, Any]:
        """What was read, for programs."""
        return {
            "file": self.source,
            "rows": self.good,
            "badRows": self.bad,
            "missingIntervals": self.missing,
            "repeatedRows": self.repeated,
            "answers": dict(sorted(self.answers.items())),
        }

    def _bad(self) -> list[str]:
        if not self.bad:
            return []
        shown = [f"{self.source}: {self.bad} of {self.bad + self.good} rows were left out:"]
        shown += [f"  {example}" for example in self.examples]
        if self.bad > len(self.examples):
            shown.append(f"  and {self.bad - len(self.examples)} more")
        return shown
