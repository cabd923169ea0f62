"""Traffic from the access log of an Application Load Balancer, plain or gzip, streamed.

Fields as in "Access logs for your Application Load Balancer" (Elastic Load Balancing user guide, read 2026-11):
they are delimited by spaces, some are quoted, and new ones may be added at the end. The request's arrival is
`request_creation_time`, or else the response's `timestamp` less the three processing times.
"""

from __future__ import annotations

import gzip
import re
import zlib
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Final
from urllib.parse import unquote

import numpy as np
from numpy.typing import NDArray

from deployment.errors import InputError
from workbench.simulate.kernel import Bools, Floats, Ints
from workbench.simulate.service import Distribution, RecordedService
from workbench.simulate.traffic.rows import TABLES, RowReport
from workbench.simulate.traffic.stream import Intervals, Senders, Stream, from_counts

INTERVAL_SECONDS: Final = 10.0
"""Arrivals are counted in intervals of this length: the file may be of any size and out of order."""
MAX_LINE: Final = 16_384
"""Longer lines are bad rows (a user agent alone may have 8 KB)."""
MAX_INTERVALS: Final = 366 * 8640
LATEST: Final = datetime(2100, 12, 31, tzinfo=UTC).timestamp()
"""Seconds since 1970 of the last moment; calendars and time zones are known for no later ones."""
MAX_BYTES: Final = 20 * 2**30
"""Unpacked size that is read; more is refused."""
SAMPLES: Final = 100_000
"""Target times kept for the service-time distribution (reservoir sampling)."""
MAX_ADDRESSES: Final = 1_000_000

BY_NAME: Final = (
    "by its name it has to be an Application Load Balancer's access log, in text or gzip; the names of tables of counts"
    f" end in {', '.join(TABLES)}"
)
_PATH: Final = re.compile(r"\S+ [a-z]+://[^/?# ]*([^?# ]*)")
_FIELD: Final = re.compile(r'"([^"]*)"|(\S+)')
_TIMESTAMP, _CLIENT, _REQUEST_TIME, _TARGET_TIME, _RESPONSE_TIME, _STATUS, _TARGET_STATUS = 1, 3, 5, 6, 7, 8, 9
_REQUEST: Final = 12
_CREATION: Final = 21
_TYPES: Final = frozenset({"http", "https", "h2", "grpcs", "ws", "wss"})


@dataclass(frozen=True, slots=True)
class TargetTimes:
    """target_processing_time of the requests that reached a target; includes what queued there when it was recorded."""

    sample: Floats
    """Seconds, of SAMPLES requests at most."""
    count: int
    """Requests that were measured."""
    total_seconds: float
    """Their sum."""
    failed: int = 0
    """Those of them that the target answered with a 5xx."""
    number: Ints = field(default_factory=lambda: np.empty(0, np.int64), repr=False)
    """Interval of each request that was measured, since 1970, in order; ..."""
    seconds: NDArray[np.float32] = field(default_factory=lambda: np.empty(0, np.float32), repr=False)
    """... its time ..."""
    fails: Bools = field(default_factory=lambda: np.empty(0, np.bool_), repr=False)
    """... and whether it was answered with a 5xx."""

    @classmethod
    def pooled(cls, parts: Sequence[TargetTimes]) -> TargetTimes:
        """What several files hold together, each for as much as it measured."""
        parts = [part for part in parts if part.count]
        if len(parts) == 1:
            return parts[0]
        count = sum(part.count for part in parts)
        # As many equally likely times of each as are its share: all that were measured, where they fit.
        sizes = [part.count if count <= SAMPLES else round(SAMPLES * part.count / count) for part in parts]
        drawn = [
            part.sample if size == len(part.sample) else equally_likely(part.sample, size)
            for part, size in zip(parts, sizes, strict=True)
            if size
        ]
        total_seconds, failed = sum(part.total_seconds for part in parts), sum(part.failed for part in parts)
        if not parts:
            return cls(np.empty(0), 0, 0.0)
        number = np.concatenate([part.number for part in parts])
        order = np.argsort(number, kind="stable")
        seconds, fails = (
            np.concatenate(each)[order] for each in zip(*((p.seconds, p.fails) for p in parts), strict=True)
        )
        return cls(np.concatenate(drawn), count, total_seconds, failed, number[order], seconds, fails)

    def from_start(self, start: float) -> RecordedService | None:
        """The times by interval, from the moment `start` (since 1970) on; None where none was measured."""
        if not len(self.number):
            return None
        first = int(self.number[0])
        since = first * INTERVAL_SECONDS - start
        return RecordedService(Intervals.of(INTERVAL_SECONDS, self.number, first, since), self.seconds, self.fails)

    @property
    def mean_seconds(self) -> float:
        """Mean of all that were measured."""
        return self.total_seconds / self.count if self.count else 0.0

    @property
    def failed_ratio(self) -> float:
        """Share that the target answered with a 5xx."""
        return self.failed / self.count if self.count else 0.0

    @property
    def distribution(self) -> Distribution | None:
        """Their spread; None when nothing took any time."""
        return Distribution.empirical(self.sample) if self.sample.any() else None


def equally_likely(sample: Floats, size: int) -> Floats:
    """`size` quantiles of `sample`, equally spaced: numpy's, which for 100,000 of 100,000 takes six seconds."""
    ordered = np.sort(sample)
    place = (np.arange(size) + 0.5) / size * (len(ordered) - 1)
    below = np.floor(place).astype(np.int64)
    left, right, part = ordered[below], ordered[np.minimum(below + 1, len(ordered) - 1)], place - below
    # Linear between the two, from the nearer one, as numpy has it to the last bit.
    found: Floats = np.where(part < 0.5, left + (right - left) * part, right - (right - left) * (1 - part))
    return found


@dataclass(frozen=True, slots=True)
class RecordedTraffic:
    """What an access log holds."""

    stream: Stream
    """Arrivals, in intervals of INTERVAL_SECONDS."""
    start: float
    """Beginning of the first interval, seconds since 1970."""
    report: RowReport
    """Rows used and left out."""
    target_times: TargetTimes
    """What requests took at the target."""


def read_access_log(
    path: Path, clients: dict[str, int] | None = None, heavy_prefixes: tuple[str, ...] = ()
) -> RecordedTraffic:
    """Read a log file. Raises InputError when it can't be read or holds no usable row.

    `clients` numbers those of the logs before, and takes the new ones; paths that begin with any of `heavy_prefixes`
    are heavy.
    """
    report = RowReport(str(path))
    clients = {} if clients is None else clients
    intervals, senders, heavy = array("q"), array("i"), array("b")
    measured, seconds, fails = array("q"), array("f"), array("b")
    reservoir = np.empty(SAMPLES)
    total_seconds, binary = 0.0, False
    rng = np.random.default_rng(0)  # the sample must not depend on the run
    try:
        for number, line in _lines(path):
            binary = binary or "\0" in line
            parsed = _parse(line)
            if isinstance(parsed, str):
                report.reject(f"line {number}", parsed)
                continue
            arrival, client, target_seconds, status, target_status, request = parsed
            report.good += 1
            report.answers[f"{status[0]}xx" if status.isdecimal() else "no status"] += 1
            intervals.append(int(arrival // INTERVAL_SECONDS))
            if client not in clients and len(clients) < MAX_ADDRESSES:
                clients[client] = len(clients)
            senders.append(clients[client] if client in clients else zlib.crc32(client.encode()) % MAX_ADDRESSES)
            heavy.append(_path(request).startswith(heavy_prefixes) if heavy_prefixes else False)
            if target_seconds >= 0:
                seen = len(seconds)
                place = seen if seen < SAMPLES else int(rng.integers(0, seen + 1))
                if place < SAMPLES:
                    reservoir[place] = target_seconds
                fails.append(target_status.startswith("5"))
                measured.append(intervals[-1])
                seconds.append(target_seconds)
                total_seconds += target_seconds
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"{path}: {error}; it has to be a text file or a complete gzip file") from None
    if not intervals and binary:
        raise InputError(f"{path}: no text file; {BY_NAME}")
    if not intervals:
        raise InputError(f"{path}: no usable row; {BY_NAME}", *report.lines())
    numbers = np.frombuffer(intervals, np.int64)
    first = int(numbers.min())
    if numbers.max() - first >= MAX_INTERVALS:
        raise InputError(f"{path}: its rows span more than 366 days; cut it into shorter files")
    order, by_time = np.argsort(numbers, kind="stable"), np.argsort(measured, kind="stable")
    sent = Senders(
        Intervals.of(INTERVAL_SECONDS, numbers[order], first),
        np.frombuffer(senders, np.int32)[order],
        np.frombuffer(heavy, np.bool_)[order],
    )
    counts = np.diff(sent.intervals.begins).astype(float).tolist()
    return RecordedTraffic(
        Stream(path.name, from_counts(0.0, INTERVAL_SECONDS, counts), len(clients), senders=sent),
        first * INTERVAL_SECONDS,
        report,
        TargetTimes(
            reservoir[: min(len(seconds), SAMPLES)],
            len(seconds),
            total_seconds,
            fails.count(1),
            np.array(measured, np.int64)[by_time],
            np.array(seconds, np.float32)[by_time],
            np.array(fails, np.bool_)[by_time],
        ),
    )


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Numbered lines, each cut at MAX_LINE, so that no line and no compressed bomb fills the memory."""
    with path.open("rb") as raw:
        magic = raw.read(2)
        raw.seek(0)
        file: IO[bytes] = gzip.GzipFile(fileobj=raw) if magic == b"\x1f\x8b" else raw  # type: ignore[assignment]  # reads alike
        read = number = 0
        while line := file.readline(MAX_LINE + 1):
            number += 1
            read += len(line)
            if read > MAX_BYTES:
                raise InputError(f"{path}: more than {MAX_BYTES // 2**30} GiB unpacked; cut it into shorter files")
            text = line.decode("utf-8", "replace").removeprefix("\ufeff")
            while len(line) > MAX_LINE and not line.endswith(b"\n") and (line := file.readline(MAX_LINE + 1)):
                read += len(line)
            if text.strip():
                yield number, text


def _path(request: str) -> str:
    """Path of a request line such as ``GET https://api.example.com:443/v1/plants?page=2 HTTP/2.0``."""
    found = _PATH.match(request)
    return unquote(found[1]) if found else ""


def _parse(line: str) -> tuple[float, str, float, str, str, str] | str:
    """Arrival (seconds since 1970), client address, target seconds (-1: none), the load balancer's and the target's
    status, and the request line, or what is wrong."""
    if len(line) > MAX_LINE:
        return f"longer than {MAX_LINE:,} characters"
    fields = [quoted or plain for quoted, plain in _FIELD.findall(line)]
    if len(fields) < _RESPONSE_TIME + 1:
        return f"{len(fields)} fields; an access log entry has more than {_RESPONSE_TIME}"
    if fields[0] not in _TYPES:
        return f"type {fields[0][:20]!r}; allowed: {', '.join(sorted(_TYPES))}"
    try:
        request, target, response = (float(fields[index]) for index in (_REQUEST_TIME, _TARGET_TIME, _RESPONSE_TIME))
    except ValueError:
        return "a processing time is no number"
    if not all(-1 <= seconds < 1e6 for seconds in (request, target, response)):
        return "a processing time is out of range"
    arrival = _moment(fields[_CREATION]) if len(fields) > _CREATION else None
    if arrival is None:
        answered = _moment(fields[_TIMESTAMP])
        if answered is None:
            return f"{fields[_TIMESTAMP][:30]!r} is no timestamp"
        arrival = answered - sum(seconds for seconds in (request, target, response) if seconds > 0)
    if not 0 <= arrival <= LATEST:
        return "its time is not between 1970 and 2100"
    status, target_status = (*fields[_STATUS : _TARGET_STATUS + 1], "-", "-")[:2]
    request_line = fields[_REQUEST] if len(fields) > _REQUEST else ""
    return arrival, fields[_CLIENT].rpartition(":")[0], target, status, target_status, request_line


def _moment(text: str) -> float | None:
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()
