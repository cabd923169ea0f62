"""A rate over time, and who is behind it."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise


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

    def next_change(self, now: float) -> float:
        """First boundary of a segment after `now`; infinity when there is none."""
        segment = self.segment_at(now)
        if segment is not None:
            return segment.end
        index = bisect.bisect_right(self._starts, now)
        return self._starts[index] if index < len(self._starts) else float("inf")

    @property
    def requests(self) -> float:
        """Expected requests in all."""
        return sum(segment.requests for segment in self.segments)

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

    def next_change(self, now: float) -> float:
        """First boundary of any segment after `now`."""
        return min((stream.next_change(now) for stream in self.streams), default=float("inf"))

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
