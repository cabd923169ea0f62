"""AWS WAF rate-based rules: a sliding count by key, looked at every ten seconds or so.

Source: AWS WAF Developer Guide, "Rate-based rule high-level settings" and "caveats" (limits are approximate;
up to several minutes, usually under 30 seconds, pass before a rate is noticed), and the API reference of
RateBasedStatement (checks about every 10 seconds), read 2026-11.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.simulate.declaration import RateLimit
from workbench.simulate.kernel import Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class FirewallConstants:
    """What the guide leaves open."""

    check_seconds: int = 10
    """Time between two looks at the rates ("about every 10 seconds")."""
    lag_checks: int = 1
    """Checks until a decision reaches the edge. The guide: usually under 30 s; 1 makes it 10 to 20 s."""


class RateWindow:
    """Counts of one rule by key over its window."""

    def __init__(self, rule: RateLimit, keys: int, constants: FirewallConstants) -> None:
        self.rule = rule
        slots = max(1, rule.window_seconds // constants.check_seconds)
        self._counts = np.zeros((slots, keys), np.int64)
        self._sum = np.zeros(keys, np.int64)
        self._next = 0
        none = np.zeros(keys, np.bool_)
        self._pending = [none] * constants.lag_checks

    def check(self, counts: Ints) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Add the counts since the last check; the keys that are refused from now on."""
        self._sum += counts - self._counts[self._next]
        self._counts[self._next] = counts
        self._next = (self._next + 1) % len(self._counts)
        decided = self._sum > self.rule.limit
        if self.rule.counts_only:
            decided = np.zeros_like(decided)
        self._pending.append(decided)
        return self._pending.pop(0)
