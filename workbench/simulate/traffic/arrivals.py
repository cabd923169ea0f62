"""Arrivals drawn from rates: a non-homogeneous Poisson process, or burstier ones."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from workbench.simulate.kernel import Floats, Ints
from workbench.simulate.traffic.stream import Stream, Traffic

BATCH_GAP_SECONDS: Final = 0.05
"""Mean time between the requests of one batch: a page that fetches its parts."""


class Burstiness(StrEnum):
    """How regular the arrivals are at a given rate."""

    POISSON = "poisson"
    BATCHED = "batched"
    MODULATED = "modulated"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivalOptions:
    """Kind of randomness."""

    burstiness: Burstiness = Burstiness.POISSON
    """poisson: independent clients; batched: each client sends several requests in quick succession
    (compound Poisson); modulated: the rate itself is random from slice to slice (gamma)."""
    batch_size: float = 4.0
    """Mean requests of a batch (geometric)."""
    modulation_cv: float = 0.5
    """Coefficient of variation of the rate from slice to slice."""


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Requests of a slice in order of time."""

    time: Floats
    address: Ints
    heavy: np.ndarray[tuple[int], np.dtype[np.bool_]]

    def __len__(self) -> int:
        return len(self.time)


class ArrivalSource:
    """Draws the arrivals of one traffic, slice after slice; each stream has a generator of its own."""

    def __init__(self, traffic: Traffic, options: ArrivalOptions, seed: np.random.SeedSequence) -> None:
        self._traffic = traffic
        self._options = options
        children = seed.spawn(len(traffic.streams))
        self._generators = [np.random.default_rng(child) for child in children]
        self._late: list[Floats] = [np.empty(0) for _ in traffic.streams]
        # Streams must not share addresses: a flood's clients are not the regular ones.
        self._first_address = np.cumsum([0, *(stream.addresses for stream in traffic.streams)]).tolist()

    @property
    def addresses(self) -> int:
        """Number of clients in all."""
        return max(1, int(self._first_address[-1]))

    def draw(self, start: float, end: float) -> Arrivals:
        """Arrivals in [start, end); the slice must not span a change of segment (`Traffic.next_change`)."""
        parts = []
        for index, stream in enumerate(self._traffic.streams):
            time = self._times(index, stream, start, end)
            if len(time):
                parts.append((index, stream, time))
        drawn = [self._clients(index, stream, time) for index, stream, time in parts]
        if len(drawn) == 1:
            return drawn[0]
        if not drawn:
            return Arrivals(np.empty(0), np.empty(0, np.int64), np.empty(0, np.bool_))
        time = np.concatenate([each.time for each in drawn])
        order = np.argsort(time, kind="stable")
        return Arrivals(
            time[order],
            np.concatenate([each.address for each in drawn])[order],
            np.concatenate([each.heavy for each in drawn])[order],
        )

    def _times(self, index: int, stream: Stream, start: float, end: float) -> Floats:
        late = self._late[index]
        segment = stream.segment_at(start)
        options, rng = self._options, self._generators[index]
        first, last = (segment.rate(start), segment.rate(end)) if segment else (0.0, 0.0)
        mean = (first + last) / 2 * (end - start)
        if mean <= 0:
            return self._with_late(index, np.empty(0), late, end)
        if options.burstiness is Burstiness.MODULATED:
            shape = options.modulation_cv**-2
            mean *= rng.gamma(shape, 1 / shape)
        if options.burstiness is Burstiness.BATCHED:
            heads = ordered_times(rng, rng.poisson(mean / options.batch_size), start, end, first, last)
            sizes = rng.geometric(1 / options.batch_size, len(heads))
            offsets = rng.exponential(BATCH_GAP_SECONDS, int(sizes.sum()))
            begin = np.cumsum(sizes) - sizes
            offsets[begin] = 0.0
            total = np.cumsum(offsets)
            within = total - np.repeat(total[begin], sizes)
            return self._with_late(index, np.sort(np.repeat(heads, sizes) + within), late, end)
        return self._with_late(index, ordered_times(rng, rng.poisson(mean), start, end, first, last), late, end)

    def _with_late(self, index: int, time: Floats, late: Floats, end: float) -> Floats:
        """Merge what spilled over from earlier slices, and keep what spills over this one."""
        if len(late):
            time = np.sort(np.concatenate([late, time]))
        elif self._options.burstiness is not Burstiness.BATCHED:
            return time
        cut = int(np.searchsorted(time, end))
        self._late[index] = time[cut:]
        return time[:cut]

    def _clients(self, index: int, stream: Stream, time: Floats) -> Arrivals:
        rng, count = self._generators[index], len(time)
        address = rng.integers(0, stream.addresses, count) + self._first_address[index]
        if stream.heavy_path_ratio > 0:
            return Arrivals(time, address, rng.random(count) < stream.heavy_path_ratio)
        return Arrivals(time, address, np.zeros(count, np.bool_))


def ordered_times(rng: np.random.Generator, count: int, start: float, end: float, first: float, last: float) -> Floats:
    """`count` times in order whose density rises linearly from `first` to `last` over [start, end).

    Uniform order statistics are ratios of cumulative exponentials, so nothing has to be sorted; the linear
    density is the inverse of its quadratic distribution function.
    """
    if count == 0:
        return np.empty(0)
    gaps = rng.standard_exponential(count + 1)
    total = np.cumsum(gaps)
    uniform = total[:-1] / total[-1]
    if first != last:
        uniform = (np.sqrt(first**2 + uniform * (last**2 - first**2)) - first) / (last - first)
    time = start + uniform * (end - start)
    bounded: Floats = np.minimum(time, np.nextafter(end, start))
    return bounded
