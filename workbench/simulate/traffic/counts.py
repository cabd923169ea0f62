"""Traffic from a table of counts per interval: CSV or Parquet with the columns `timestamp` and `requests`.

A timestamp is ISO 8601, a day of eight digits (20261123) with hours, minutes and seconds after it where there are any
(2026112309), or seconds since 1970, up to the year 2100, or thousandths, millionths or billionths of them.
The interval is the commonest distance between two of them (where each is another, the usual one that most are near),
and every row has to lie on that grid, give or take JITTER of it. Rows may come in any order; a second of an interval
adds up; a missing interval has no requests, and both are counted. A CSV file may be gzip.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from deployment.errors import InputError
from deployment.source import GZIP
from workbench.simulate.traffic.rows import NAMED, RowReport
from workbench.simulate.traffic.stream import Stream, from_counts

COLUMNS: Final = ("timestamp", "requests")
MAX_ROWS: Final = 5_000_000
"""Rows that are read; more are refused."""
MAX_INTERVALS: Final = 600_000
"""Intervals from the first to the last timestamp (over a year of minutes)."""
JITTER: Final = 0.1
"""How far from its place a row may be, as a share of the interval: a collector that is a little late."""
SHORTEST: Final = 1 - JITTER
"""Seconds of an interval at least: what is closer counts in another unit, such as days."""
MAX_LINE: Final = 100_000
MAX_COUNT: Final = 1e9
SHOWN_CHARACTERS: Final = 60
"""Of a header that is wrong."""
LATEST: Final = datetime(2100, 12, 31, tzinfo=UTC).timestamp()
"""Seconds since 1970 of the last moment; calendars and time zones are known for no later ones."""
_DAY: Final = re.compile(r"((?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))")
"""A day without dashes; as seconds since 1970 it would be one of 1970."""
_TIME: Final = re.compile(r"(20\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))((?:[01]\d|2[0-3])(?:[0-5]\d){0,2})")
"""The same with an hour, minutes and seconds; since 1970 it would be seconds of 2033 on, thousandths or millionths of
1976 or before."""
_FINER: Final = ("ms", "us", "ns")
"""Units that a number of 1970 on may count in; each is tried where the coarser one would be a year of five digits."""

USUAL_SECONDS: Final = (
    1,
    5,
    10,
    15,
    20,
    30,
    60,
    120,
    300,
    600,
    900,
    1200,
    1800,
    3600,
    7200,
    10_800,
    21_600,
    43_200,
    86_400,
)
"""Intervals that collectors count in."""


def read_csv(path: Path) -> tuple[float, Stream, RowReport]:
    """First moment (seconds since 1970) and stream of a CSV file with a header.

    Raises InputError when it can't be used at all.
    """
    try:
        with path.open("rb") as raw:
            packed = raw.peek(2).startswith(GZIP)
            content = gzip.GzipFile(fileobj=raw) if packed else raw
            file = io.TextIOWrapper(content, encoding="utf-8-sig", errors="replace", newline="")
            reader = csv.reader(_bounded(file, path))
            header = [name.strip().lower() for name in next(reader, [])]
            missing = [name for name in COLUMNS if name not in header]
            if missing:
                raise InputError(
                    f"{path}: no column {', '.join(missing)}; the first line has to name {', '.join(COLUMNS)}, between"
                    f" commas, and is {','.join(header)[:SHOWN_CHARACTERS]!r}"
                )
            when, count = (header.index(name) for name in COLUMNS)
            rows = ((f"line {reader.line_num}", _cell(row, when), _cell(row, count)) for row in reader if row)
            return _stream(path, rows)
    except (OSError, EOFError, zlib.error, csv.Error) as error:
        raise InputError(f"{path}: {getattr(error, 'strerror', None) or error}") from None


def _bounded(file: io.TextIOWrapper, path: Path) -> Iterator[str]:
    """Lines of `file`; one that is longer than a table of two columns needs is refused before it fills the memory."""
    while line := file.readline(MAX_LINE):
        if len(line) == MAX_LINE:
            raise InputError(f"{path}: a line of more than {MAX_LINE:,} characters; is it a table of counts?")
        yield line


def read_parquet(path: Path) -> tuple[float, Stream, RowReport]:
    """The same of a Parquet file, read in batches. Raises InputError, also when pyarrow is not installed."""
    try:
        from pyarrow import ArrowException, parquet
    except ImportError:
        raise InputError(
            f"{path}: reading Parquet takes pyarrow, which is not installed; install the extra"
            " (pip install -e '.[parquet]') or convert the file to CSV"
        ) from None
    try:
        file = parquet.ParquetFile(path)
        missing = [name for name in COLUMNS if name not in file.schema_arrow.names]
        if missing:
            raise InputError(f"{path}: no column {', '.join(missing)}; it has to have {', '.join(COLUMNS)}")
        return _stream(path, _parquet_rows(file))
    except (OSError, ArrowException) as error:
        raise InputError(f"{path}: {error}") from None


def _cell(row: list[str], index: int) -> str | None:
    return row[index] if index < len(row) else None


def _parquet_rows(file: Any) -> Iterator[tuple[str, Any, Any]]:
    number = 0
    for batch in file.iter_batches(columns=list(COLUMNS)):
        for row in batch.to_pylist():
            number += 1
            yield f"row {number}", row["timestamp"], row["requests"]


def _stream(path: Path, rows: Iterable[tuple[str, Any, Any]]) -> tuple[float, Stream, RowReport]:
    report = RowReport(str(path))
    counts: dict[float, float] = {}
    named: dict[float, str] = {}
    for number, (place, when, count) in enumerate(rows):
        if number >= MAX_ROWS:
            raise InputError(f"{path}: more than {MAX_ROWS:,} rows; cut it into shorter files")
        moment, requests = _moment(when), _count(count)
        if moment is None:
            report.reject(place, f"{when!r} is no timestamp (ISO 8601, or seconds, ms, us or ns since 1970)")
        elif requests is None:
            report.reject(place, f"{count!r} is no number of requests from 0 to {MAX_COUNT:,.0f}")
        else:
            report.good += 1
            counts[moment] = counts.get(moment, 0.0) + requests
            named.setdefault(moment, f"{place} ({when})")
    if len(counts) < 2:
        raise InputError(f"{path}: {len(counts)} usable intervals; at least 2 are needed", *report.lines())
    moments = sorted(counts)
    gaps = [round(later - earlier, 6) for earlier, later in pairwise(moments)]
    usual = _usual(gaps)
    interval = _interval(gaps, usual)
    if interval < SHORTEST:
        raise InputError(f"{path}: its rows are {interval:g} s apart; at least {SHORTEST:g} s are needed")
    origin, places, stray = _on_grid(moments, interval)
    if (
        stray and usual and not (on_usual := _on_grid(moments, usual))[2]
    ):  # of late rows, too, many may be as late as the last
        interval, (origin, places, stray) = usual, on_usual
    if stray:
        raise InputError(
            f"{path}: most rows are {interval:.10g} s apart, and {len(stray)} of {len(moments)} are not on that grid;"
            " correct them, or cut the file where the interval changes",
            *(f"{path}: {named[moment]} is off the grid" for moment in stray[:NAMED]),
        )
    length = max(places.values()) + 1
    if length > MAX_INTERVALS:
        raise InputError(
            f"{path}: {length:,} intervals of {interval:g} s from the first to the last row;"
            f" allowed are {MAX_INTERVALS:,}"
        )
    dense = [0.0] * length
    for moment in moments:
        dense[places[moment]] += counts[moment]
    taken = len(set(places.values()))
    report.missing, report.repeated = length - taken, report.good - taken
    return origin, Stream(path.name, from_counts(0.0, interval, dense)), report


def _interval(gaps: Sequence[float], usual: float) -> float:
    """The commonest gap; of several, the shortest, which the others may be multiples of.

    Where none is common, because every row is a little late in its own way, the usual interval, if most are near it.
    """
    counted = Counter(gaps)
    commonest = min(counted, key=lambda gap: (-counted[gap], gap))
    return usual if 2 * counted[commonest] < len(gaps) < 2 * _near(gaps, usual) else commonest


def _usual(gaps: Sequence[float]) -> float:
    """The usual interval that most gaps are near; 0 where none is near any."""
    near, usual = max(((_near(gaps, usual), usual) for usual in USUAL_SECONDS), key=lambda each: each[0])
    return float(usual) if near else 0.0


def _near(gaps: Sequence[float], usual: float) -> int:
    return sum(abs(gap - usual) <= JITTER * usual for gap in gaps)


def _on_grid(moments: Sequence[float], interval: float) -> tuple[float, dict[float, int], list[float]]:
    """First moment of the grid of `interval`, the place of each moment on it, and the moments that are off it."""
    origin = _origin(moments, interval)
    places = {moment: round((moment - origin) / interval) for moment in moments}
    return (
        origin,
        places,
        [each for each in moments if abs(each - origin - places[each] * interval) > JITTER * interval],
    )


def _origin(moments: Sequence[float], interval: float) -> float:
    """First moment of the grid: the phase that most rows share, so that a late first row does not move them all."""
    phases = Counter(round(moment % interval, 6) for moment in moments)
    phase = min(phases, key=lambda each: (-phases[each], each))
    return round((moments[0] - phase) / interval) * interval + phase


def _moment(value: Any) -> float | None:
    """Seconds since 1970, or None."""
    if isinstance(value, bool) or not isinstance(value, (datetime, int, float, str)):
        return None
    seconds: float
    try:
        if isinstance(value, datetime):
            parsed = value
        elif isinstance(value, str) and not _is_number(value):
            parsed = datetime.fromisoformat(value.strip())
        elif plain := _DAY.fullmatch(str(value).strip()) or _TIME.fullmatch(str(value).strip()):
            parsed = datetime.fromisoformat("T".join(plain.groups()))
        else:
            seconds = float(value)
            for _ in _FINER:
                if seconds > LATEST:
                    seconds /= 1000
            return seconds if 0 <= seconds <= LATEST else None
        seconds = (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
    return seconds if 0 <= seconds <= LATEST else None


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _count(value: Any) -> float | None:
    if isinstance(value, bool) or value is None:
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if 0 <= number <= MAX_COUNT else None
