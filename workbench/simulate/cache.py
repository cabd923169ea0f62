"""Hit ratio of a cache with a time to live and invalidation on update.

A key that was fetched stays valid until it expires or is updated, whichever is first; every request in that
time is a hit, the next one a miss that fetches it again. For Poisson requests of rate r and Poisson updates of
rate u, a cycle is one miss and r E[valid time] hits (renewal theory), with
E[valid time] = (1 - exp(-u TTL)) / u, or the TTL itself without updates.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPopularity:
    """Which keys the requests ask for: Zipf over a finite set."""

    keys: int = 500
    """Distinct keys (pages, filters). An assumption: measure it."""
    exponent: float = 0.9
    """Zipf exponent; 0 is uniform. Web traces are near 0.6 to 1.0 (Breslau et al., INFOCOM 1999: 0.64-0.83)."""
    updates_per_hour: float = 2.0
    """Updates of one key in an hour; each invalidates it. An assumption: measure it."""

    def shares(self) -> Sequence[float]:
        """Share of the requests of each key, most popular first."""
        return _zipf(self.keys, self.exponent)


@lru_cache(maxsize=8)
def _zipf(keys: int, exponent: float) -> tuple[float, ...]:
    weights = [(rank + 1) ** -exponent for rank in range(keys)]
    total = sum(weights)
    return tuple(weight / total for weight in weights)


@lru_cache(maxsize=4096)
def hit_ratio(rate: float, ttl_seconds: float, popularity: KeyPopularity) -> float:
    """Share of the requests at `rate` (requests a second, over all keys) that the cache answers."""
    if rate <= 0 or ttl_seconds <= 0:
        return 0.0
    updates = popularity.updates_per_hour / 3600
    valid = -math.expm1(-updates * ttl_seconds) / updates if updates > 0 else ttl_seconds
    return sum(share * (hits := rate * share * valid) / (1 + hits) for share in popularity.shares())
