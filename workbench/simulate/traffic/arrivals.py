"""Arrivals drawn from rates: a non-homogeneous Poisson process, or burstier ones."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from workbench.simulate.kernel import Floats, Ints
from workbench.simulate.traffic.stream import Stream, Traffic

BLOCK: Final = 16_384
"""Requests that are drawn at once, about."""
LARGEST: Final = 2**20
"""Requests that are drawn at once at most, about."""
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
    (compound Poisson); modulated: the rate itself is random, anew every ten seconds (gamma)."""
    batch_size: float = 4.0
    """Mean requests of a batch (geometric)."""
    modulation_cv: float = 0.5
    """Coefficient of variation of the rate from one ten seconds to the next."""


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Requests of a stretch of time, in order."""

    time: Floats
    address: Ints
    heavy: np.ndarray[tuple[int], np.dtype[np.bool_]]

    def __len__(self) -> int:
        return len(self.time)


class ArrivalSource:
    """Draws the arrivals of one traffic, stretch after stretch; each stream has a generator of its own."""

    def __init__(
        self, traffic: Traffic, options: ArrivalOptions, seed: np.random.SeedSequence, *, named: bool = True
    ) -> None:
        """`named`: clients have addresses; without anybody who looks at them they need not be drawn."""
        self._traffic = traffic
        self._named = named
        self._options = options
        children = seed.spawn(len(traffic.streams))
        self._generators = [np.random.default_rng(child) for child in children]
        self._late: list[Floats] = [np.empty(0) for _ in traffic.streams]
        # Streams must not share addresses: a flood's clients are not the regular ones. Recordings do.
        recorded = max((each.addresses for each in traffic.streams if each.senders is not None), default=0)
        own = [0 if each.senders is not None else each.addresses for each in traffic.streams]
        self._first_address = np.cumsum([recorded, *own]).tolist()

    @property
    def addresses(self) -> int:
        """Number of clients in all."""
        return max(1, int(self._first_address[-1]))

    def block_end(self, start: float, duration: float) -> float:
        """End of the stretch from `start` that holds about BLOCK requests: whole minutes, at most to `duration`.

        A minute that holds more than LARGEST is cut, so that memory is bounded at every rate.
        """
        ends = 60.0 * (start // 60 + 2.0 ** np.arange(0, 13))
        expected = self._traffic.expected(np.minimum(np.concatenate([[start], ends]), duration))
        fits = int(np.searchsorted(expected - expected[0], BLOCK, side="right")) - 1
        end = float(min(ends[max(fits - 1, 0)], duration))
        pieces = math.ceil((expected[1] - expected[0]) / LARGEST)
        return end if pieces <= 1 else start + (end - start) / pieces

    def draw(self, start: float, end: float) -> Arrivals:
        """Arrivals in [start, end)."""
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
        late, options, rng = self._late[index], self._options, self._generators[index]
        edges = np.array([start, end])
        if options.burstiness is Burstiness.MODULATED:
            edges = np.unique(np.concatenate([edges, np.arange(start // 10 + 1, end / 10) * 10.0]))
        expected = stream.expected(edges)
        mean = np.diff(expected)
        if not mean.any():
            return self._with_late(index, np.empty(0), late, end)
        if options.burstiness is Burstiness.MODULATED:
            shape = options.modulation_cv**-2
            counts = rng.poisson(mean * rng.gamma(shape, 1 / shape, len(mean)))
            return self._with_late(index, _spread(rng, stream, expected, counts, end), late, end)
        if options.burstiness is Burstiness.BATCHED:
            heads = _spread(rng, stream, expected, rng.poisson(mean / options.batch_size), end)
            sizes = rng.geometric(1 / options.batch_size, len(heads))
            offsets = rng.exponential(BATCH_GAP_SECONDS, int(sizes.sum()))
            begin = np.cumsum(sizes) - sizes
            offsets[begin] = 0.0
            total = np.cumsum(offsets)
            within = total - np.repeat(total[begin], sizes)
            return self._with_late(index, np.sort(np.repeat(heads, sizes) + within), late, end)
        return self._with_late(index, _spread(rng, stream, expected, rng.poisson(mean), end), late, end)

    def _with_late(self, index: int, time: Floats, late: Floats, end: float) -> Floats:
        """Merge what spilled over from earlier stretches, and keep what spills over this one."""
        if len(late):
            time = np.sort(np.concatenate([late, time]))
        elif self._options.burstiness is not Burstiness.BATCHED:
            return time
        cut = int(np.searchsorted(time, end))
        self._late[index] = time[cut:]
        return time[:cut]

    def _clients(self, index: int, stream: Stream, time: Floats) -> Arrivals:
        rng, count = self._generators[index], len(time)
        if self._named and stream.senders is not None:
            return Arrivals(time, *stream.senders.draw(rng, time))
        if self._named:
            address = rng.integers(0, stream.addresses, count) + self._first_address[index]
        else:
            address = np.zeros(count, np.int64)
        if stream.heavy_path_ratio > 0:
            return Arrivals(time, address, rng.random(count) < stream.heavy_path_ratio)
        return Arrivals(time, address, np.zeros(count, np.bool_))


def _spread(rng: np.random.Generator, stream: Stream, expected: Floats, counts: Ints, end: float) -> Floats:
    """`counts` arrivals in the stretches between `expected` requests, in order, as the rate of `stream` has it.

    Given their number, the arrivals of a Poisson process are uniform in its expected requests. Uniform order
    statistics are ratios of cumulative exponentials, so nothing has to be sorted.
    """
    total = int(counts.sum())
    gaps = rng.standard_exponential(total + len(counts))
    parts, first = [], 0
    for index, count in enumerate(counts):
        running = np.cumsum(gaps[first : first + count + 1])
        parts.append(expected[index] + running[:-1] / running[-1] * (expected[index + 1] - expected[index]))
        first += count + 1
    times = stream.times_of(np.concatenate(parts))
    bounded: Floats = np.minimum(times, np.nextafter(end, 0.0))
    return bounded
