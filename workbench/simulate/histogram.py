"""Response-time histogram with logarithmic buckets: bounded memory whatever the number of requests.

Each octave (factor of two) is cut into 256 equal parts, so a bucket is at most 0.4 % wide; a quantile is
interpolated inside its bucket, so its error stays far below that. The layout is HdrHistogram's.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

PER_OCTAVE: Final = 256
"""Buckets for each factor of two."""
LOWEST_EXPONENT: Final = -16
"""The first bucket starts at 2**-17 seconds (7.6 microseconds); it also holds everything below."""
OCTAVES: Final = 30
"""Range: up to 2**13 seconds (2.3 hours); the last bucket also holds everything above."""
BUCKETS: Final = PER_OCTAVE * OCTAVES
"""Number of buckets."""

Counts = NDArray[np.int64]


def _edges() -> NDArray[np.float64]:
    octave, part = np.divmod(np.arange(BUCKETS + 1), PER_OCTAVE)
    edges: NDArray[np.float64] = np.ldexp(0.5 + part / (2 * PER_OCTAVE), octave + LOWEST_EXPONENT)
    return edges


EDGES_SECONDS: Final = _edges()
"""Lower edges of the buckets, and the upper edge of the last one."""


def last_bucket(seconds: float) -> int:
    """The last bucket with times below `seconds`."""
    return max(0, min(int(np.searchsorted(EDGES_SECONDS, seconds)), BUCKETS) - 1)


def quantile_seconds(counts: Counts, quantile: float) -> float:
    """Time that `quantile` (0..1) of the counted requests do not exceed; NaN when nothing was counted."""
    cumulative = np.cumsum(counts)
    total = int(cumulative[-1])
    if total == 0:
        return math.nan
    rank = quantile * total
    bucket = int(np.searchsorted(cumulative, rank))
    before = int(cumulative[bucket - 1]) if bucket else 0
    inside = min(max((rank - before) / max(int(counts[bucket]), 1), 0.0), 1.0)
    low, high = EDGES_SECONDS[bucket], EDGES_SECONDS[bucket + 1]
    return float(low + inside * (high - low))
