"""Virtual time: nothing in a rehearsal waits for real."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

START = datetime(2026, 10, 19, 8, 0, tzinfo=UTC)
"""A Monday, one week before Europe's clocks go back and two before America's."""


class Clock:
    """The time of a rehearsal, and what is due when."""

    def __init__(self, start: datetime = START) -> None:
        self.now = start
        self._agenda: list[tuple[datetime, int, Callable[[], None]]] = []
        self._number = itertools.count()

    def at(self, moment: datetime, action: Callable[[], None]) -> None:
        """Do something when its moment comes; a past moment is now."""
        heapq.heappush(self._agenda, (max(moment, self.now), next(self._number), action))

    def advance(self, to: datetime | timedelta, until: Callable[[], bool] | None = None) -> None:
        """Let time pass, doing what falls due in order; stops early once ``until`` holds."""
        end = self.now + to if isinstance(to, timedelta) else to
        while self._agenda and self._agenda[0][0] <= end:
            moment, _, action = heapq.heappop(self._agenda)
            self.now = moment
            action()
            if until is not None and until():
                return
        self.now = end
