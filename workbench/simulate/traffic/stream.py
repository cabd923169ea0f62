"""A rate over time, and who is behind it."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Segment:
    """A rate that changes linearly from `start` to `end` (seconds from the beginning of the simulation)."""

    start: float
    end: float
    start_rps: float
    end_rps: float

    def rate(self, now: float) -> float:
        """Requests a second at `now`."""
        if self.end_rps == self.start_rps:
            return self.start_rps
        return self.start_rps + (self.end_rps - self.start_rps) * (now - self.start) / (self.end - self.start)

    @property
    def requests(self) -> float:
        """Expected requests in the whole segment."""
        return (self.start_rps + self.end_rps) / 2 * (self.end - self.start)


@dataclass(frozen=True, slots=True)
class Intervals:
    """Recorded rows, interval by interval: what is drawn for a moment is one of its own."""

    interval_seconds: float
    begins: Ints
    """First row of each interval, and how many rows there are."""
    start: float = 0.0
    """Beginning of the first interval, seconds from the beginning of the simulation."""

    @classmethod
    def of(cls, interval_seconds: float, numbers: Ints, first: int, start: float = 0.0) -> Intervals:
        """Those of rows whose intervals have these `numbers`, in order, from the `first` on."""
        counts = np.bincount(numbers - first, minlength=1)
        return cls(interval_seconds, np.concatenate([[0], np.cumsum(counts)]), start)

    def draw(self, rng: np.random.Generator, times: Floats) -> Ints:
        """A row for each of `times`; the next one where an interval has none, for requests that spill over into it."""
        index = self._at(times)
        count = np.maximum(self.begins[index + 1] - self.begins[index], 1)
        rows: Ints = self.begins[index] + (rng.random(len(times)) * count).astype(np.int64)
        bounded: Ints = np.minimum(rows, self.begins[-1] - 1)
        return bounded

    def ratio_at(self, times: Floats, marked: Bools) -> Floats:
        """Share of the rows of each interval of `times` that are `marked`; 0 where it has none."""
        index, sums = self._at(times), np.concatenate([[0], np.cumsum(marked)])[self.begins]
        found: Floats = np.diff(sums)[index] / np.maximum(np.diff(self.begins), 1)[index]
        return found

    def later(self, seconds: float) -> Intervals:
        """The same, `seconds` later."""
        return replace(self, start=self.start + seconds)

    def _at(self, times: Floats) -> Ints:
        found: Ints = ((times - self.start) // self.interval_seconds).astype(np.int64).clip(0, len(self.begins) - 2)
        return found


@dataclass(frozen=True, slots=True)
class Senders:
    """Who sent the requests of a recording."""

    intervals: Intervals
    client: NDArray[np.int32]
    """Number of the client of each request, by interval."""
    heavy: Bools
    """Whether it went to a heavy path."""

    def draw(self, rng: np.random.Generator, times: Floats) -> tuple[Ints, Bools]:
        """Client and path of requests at `times`."""
        rows = self.intervals.draw(rng, times)
        return self.client[rows].astype(np.int64), self.heavy[rows]


@dataclass(frozen=True)
class Stream:
    """One kind of traffic. Outside its segments the rate is 0."""

    name: str
    """What the traffic is, e.g. ``flood``."""
    segments: tuple[Segment, ...]
    """In order, without overlap; gaps are silent."""
    addresses: int = 1000
    """Clients that share it evenly, each with an address and a user of its own."""
    heavy_path_ratio: float = 0.0
    """Share of the requests that goes to the heavy paths (0..1)."""
    senders: Senders | None = None
    """Who sends what instead, where that was recorded; all recordings of a simulation number the same clients."""

    @cached_property
    def _starts(self) -> list[float]:
        return [segment.start for segment in self.segments]

    def segment_at(self, now: float) -> Segment | None:
        """Segment that covers `now`, its end excluded."""
        index = bisect.bisect_right(self._starts, now) - 1
        if index < 0 or now >= self.segments[index].end:
            return None
        return self.segments[index]

    def rate(self, now: float) -> float:
        """Requests a second at `now`."""
        segment = self.segment_at(now)
        return 0.0 if segment is None else segment.rate(now)

    @cached_property
    def _cumulative(self) -> tuple[Floats, Floats, Floats, Floats]:
        """Start, first rate, slope and expected requests up to the end of each segment."""
        rows = np.array([(each.start, each.end, each.start_rps, each.end_rps) for each in self.segments]).reshape(-1, 4)
        start, end, first, last = rows.T
        return start, first, (last - first) / (end - start), np.cumsum((first + last) / 2 * (end - start))

    def expected(self, times: Floats) -> Floats:
        """Expected requests from the beginning up to each of `times`."""
        start, first, slope, total = self._cumulative
        if not len(start):
            return np.zeros_like(times)
        index = np.maximum(np.searchsorted(start, times, side="right") - 1, 0)
        ends = np.array([segment.end for segment in self.segments])
        elapsed = np.clip(times, start[index], ends[index]) - start[index]
        before = np.concatenate([[0.0], total])[index]
        found: Floats = before + elapsed * (first[index] + slope[index] * elapsed / 2)
        return found

    def times_of(self, counts: Floats) -> Floats:
        """When the expected requests from the beginning reach each of `counts`, the inverse of `expected`.

        So the times of a Poisson process of this rate are those of one of rate 1, carried over (time rescaling).
        """
        start, first, slope, total = self._cumulative
        index = np.minimum(np.searchsorted(total, counts), len(total) - 1)
        left = np.maximum(counts - np.concatenate([[0.0], total])[index], 0.0)
        root = np.sqrt(np.maximum(first[index] ** 2 + 2 * slope[index] * left, 0.0))
        with np.errstate(invalid="ignore"):
            elapsed = np.where(left > 0, 2 * left / (first[index] + root), 0.0)
        found: Floats = start[index] + elapsed
        return found

    @property
    def requests(self) -> float:
        """Expected requests in all."""
        return sum(segment.requests for segment in self.segments)

    def later(self, seconds: float) -> Stream:
        """The same stream, `seconds` later."""
        if not seconds:
            return self
        moved = (
            Segment(each.start + seconds, each.end + seconds, each.start_rps, each.end_rps) for each in self.segments
        )
        senders = self.senders and replace(self.senders, intervals=self.senders.intervals.later(seconds))
        return replace(self, segments=tuple(moved), senders=senders)

    @property
    def peak_rps(self) -> float:
        """Highest rate."""
        return max((max(each.start_rps, each.end_rps) for each in self.segments), default=0.0)


@dataclass(frozen=True, slots=True)
class Traffic:
    """All streams of a simulation."""

    streams: tuple[Stream, ...]
    duration_seconds: float
    """Length of the simulation."""

    def rate(self, now: float) -> float:
        """Requests a second at `now`, over all streams."""
        return sum(stream.rate(now) for stream in self.streams)

    def expected(self, times: Floats) -> Floats:
        """Expected requests from the beginning up to each of `times`, over all streams."""
        found: Floats = np.sum([stream.expected(times) for stream in self.streams], axis=0)
        return found

    @property
    def requests(self) -> float:
        """Expected requests in all."""
        return sum(stream.requests for stream in self.streams)


def from_points(points: Iterable[tuple[float, float]]) -> tuple[Segment, ...]:
    """Segments through (seconds, requests a second) points; two points of one time make a jump."""
    return tuple(Segment(start, end, low, high) for (start, low), (end, high) in pairwise(points) if end > start)


def from_counts(start: float, interval_seconds: float, counts: Sequence[float]) -> tuple[Segment, ...]:
    """Segments of constant rate, one for each interval; equal neighbours become one."""
    segments: list[Segment] = []
    for index, count in enumerate(counts):
        rate = count / interval_seconds
        begin = start + index * interval_seconds
        if segments and segments[-1].end_rps == rate:
            segments[-1] = Segment(segments[-1].start, begin + interval_seconds, rate, rate)
        else:
            segments.append(Segment(begin, begin + interval_seconds, rate, rate))
    return tuple(segments)
