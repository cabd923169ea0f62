"""Per-request simulation of a load-balanced fleet, slice by slice: the arrays around the compiled loop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from workbench.simulate import kernel
from workbench.simulate.histogram import BUCKETS
from workbench.simulate.kernel import Floats, Ints, Slice

AnyArray = TypeVar("AnyArray", Floats, Ints)

POOLS = 2
"""Stable and canary."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RateRule:
    """A firewall rule that counts requests by key, as the engine sees it."""

    keys: int
    """Number of distinct keys; a client's key is its number modulo this."""
    heavy_only: bool = False
    """Counts (and refuses) requests of the heavy path only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineOptions:
    """What stays the same for a whole run."""

    workers: int
    """Requests that one target serves at the same time."""
    queue_limit: int = 1024
    """Requests that may wait at one target before it refuses. Default: 1024, a usual accept backlog."""
    timeout_seconds: float = 60.0
    """Idle timeout of the load balancer. Default: 60, the AWS default."""
    least_outstanding: bool = False
    """Balance by least outstanding requests instead of round robin."""
    max_attempts: int = 1
    """Tries a client makes in all. Default: 1, no retries."""
    backoff_seconds: float = 1.0
    """Wait before the first repeat; doubles each time, with half of it random."""
    backoff_limit_seconds: float = 30.0
    """Longest wait before a repeat."""
    retry_after_seconds: float = 0.0
    """What the firewall tells a refused client to wait before it tries again."""
    rules: tuple[RateRule, ...] = ()
    """Rate rules at the edge."""
    canary_slowdown: float = 1.0
    """Service time of the canary relative to the stable version."""


class Engine:
    """Targets, their queues, the requests in flight and the clients that will try again.

    A target lives in a slot; the caller opens and closes slots and says who is in rotation.
    """

    def __init__(self, options: EngineOptions, *, slots: int, seed: int) -> None:
        self.options = options
        keys = max((rule.keys for rule in options.rules), default=1)
        counters = np.zeros(kernel.COUNTERS, np.int64)
        # A xorshift state must not be zero, and neighbouring seeds should not give similar streams.
        mixed = np.random.SeedSequence(seed).generate_state(1, np.uint64)[0] >> np.uint64(1)
        counters[kernel.RANDOM] = np.int64(mixed | np.uint64(1))
        self._state = kernel.State(
            free_at=np.zeros((slots, options.workers)),
            speed=np.ones(slots),
            outstanding=np.zeros(slots, np.int64),
            slot_requests=np.zeros(slots, np.int64),
            slot_cpu=np.zeros(slots),
            flight_done=np.empty(1024),
            flight_row=np.empty(1024, np.int64),
            row_arrival=np.empty(1024),
            row_tag=np.empty(1024, np.int64),
            row_free=np.arange(1024),
            retry=np.empty((1024, 6)),
            tally=np.zeros((POOLS, kernel.TALLIES)),
            histogram=np.zeros((POOLS, BUCKETS), np.int64),
            window=np.zeros((len(options.rules), keys), np.int64),
            blocked=np.zeros((len(options.rules), keys), np.bool_),
            counters=counters,
        )
        self._rotation = np.zeros((POOLS, slots), np.int64)
        self._targets = np.zeros(POOLS, np.int64)
        self._rule_heavy_only = np.array([rule.heavy_only for rule in options.rules], np.bool_)
        self._rule_keys = np.array([rule.keys for rule in options.rules], np.int64)
        self.canary_ratio = 0.0
        self._routing = self._make_routing()

    @property
    def slots(self) -> int:
        """Number of slots, used or free."""
        return int(self._state.speed.shape[0])

    @property
    def speed(self) -> Floats:
        """CPU speed of each slot, 1 = full; the caller writes it."""
        return self._state.speed

    @property
    def slot_requests(self) -> Ints:
        """Requests admitted at each slot since `reset_tallies`."""
        return self._state.slot_requests

    def take_slot_cpu_seconds(self) -> Floats:
        """CPU-seconds of work admitted at each slot since the last call."""
        taken = self._state.slot_cpu.copy()
        self._state.slot_cpu[:] = 0
        return taken

    @property
    def tally(self) -> Floats:
        """Sums since `reset_tallies`: a row for each pool, columns as named in the kernel."""
        return self._state.tally

    @property
    def histogram(self) -> Ints:
        """Response times since `reset_tallies`: a row for each pool."""
        return self._state.histogram

    @property
    def window(self) -> Ints:
        """Requests each rate rule counted by key since `reset_window`."""
        return self._state.window

    @property
    def blocked(self) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
        """Keys that each rate rule refuses; the caller writes it."""
        return self._state.blocked

    @property
    def in_flight(self) -> int:
        """Requests admitted and not yet answered."""
        return int(self._state.counters[kernel.IN_FLIGHT])

    @property
    def waiting_retries(self) -> int:
        """Requests that will be tried again."""
        return int(self._state.counters[kernel.RETRIES])

    def open_slot(self, slot: int, now: float) -> None:
        """Put a fresh target into `slot`: idle, at full speed."""
        self._state.free_at[slot] = now
        self._state.speed[slot] = 1.0

    def cut_slot(self, slot: int) -> int:
        """Terminate the target in `slot` at once; how many requests died with it (counted as failed and lost)."""
        state, size = self._state, self.in_flight
        rows = state.flight_row[:size]
        mine = state.row_tag[rows] >> 2 == slot
        died = int(mine.sum())
        if died:
            pools = state.row_tag[rows[mine]] >> 1 & 1
            for pool in range(POOLS):
                count = int((pools == pool).sum())
                state.tally[pool, [kernel.COMPLETED, kernel.FAILED, kernel.LOST]] += count
            order = np.argsort(state.flight_done[:size][~mine], kind="stable")  # a sorted array is a heap
            done, kept = state.flight_done[:size][~mine][order], rows[~mine][order]
            state.row_free[size - died : size] = rows[mine]
            state.flight_done[: size - died] = done
            state.flight_row[: size - died] = kept
            state.counters[kernel.IN_FLIGHT] = size - died
        self._state.outstanding[slot] = 0
        return died

    def idle_at(self, slot: int) -> float:
        """When the target in `slot` will have answered everything it admitted so far."""
        return float(self._state.free_at[slot].max())

    def next_free_at(self, slot: int) -> float:
        """When a request that arrives at `slot` now would be started."""
        return float(self._state.free_at[slot].min())

    def outstanding(self, slot: int) -> int:
        """Requests at the target in `slot`, queued or in service."""
        return int(self._state.outstanding[slot])

    def grow(self, slots: int) -> None:
        """Make room for at least `slots` slots."""
        more = slots - self.slots
        if more <= 0:
            return
        state = self._state
        self._state = state._replace(
            free_at=np.vstack([state.free_at, np.zeros((more, self.options.workers))]),
            speed=np.append(state.speed, np.ones(more)),
            outstanding=np.append(state.outstanding, np.zeros(more, np.int64)),
            slot_requests=np.append(state.slot_requests, np.zeros(more, np.int64)),
            slot_cpu=np.append(state.slot_cpu, np.zeros(more)),
        )
        self._rotation = np.hstack([self._rotation, np.zeros((POOLS, more), np.int64)])
        self._routing = self._make_routing()

    def set_rotation(self, stable: Sequence[int], canary: Sequence[int] = (), canary_ratio: float = 0.0) -> None:
        """Say which slots the load balancer sends requests to, and the canary's share of them (0..1)."""
        for pool, slots in enumerate((stable, canary)):
            self._rotation[pool, : len(slots)] = slots
            self._targets[pool] = len(slots)
        self.canary_ratio = canary_ratio
        self._routing = self._make_routing()

    def run(self, start: float, end: float, requests: Slice) -> None:
        """Simulate from `start` to `end` seconds; `requests` arrive in that time, in order."""
        arrivals = len(requests.time)
        need_flight = self.in_flight + arrivals + self.waiting_retries + 1
        if need_flight > len(self._state.flight_done):
            self._grow_flight(need_flight)
        need_retry = 2 * (self.waiting_retries + arrivals) + 1
        if need_retry > len(self._state.retry):
            self._state = self._state._replace(retry=_grown(self._state.retry, 2 * need_retry))
        kernel.serve(start, end, requests, self._state, self._routing)

    def reset_tallies(self) -> None:
        """Start a new aggregation period."""
        self._state.tally[:] = 0
        self._state.histogram[:] = 0
        self._state.slot_requests[:] = 0

    def reset_window(self) -> None:
        """Start a new interval of the firewall's counts."""
        self._state.window[:] = 0

    def _grow_flight(self, rows: int) -> None:
        state, old = self._state, len(self._state.flight_done)
        rows = max(rows, 2 * old)
        free = np.arange(rows)
        free[:old] = state.row_free
        self._state = state._replace(
            flight_done=_grown(state.flight_done, rows),
            flight_row=_grown(state.flight_row, rows),
            row_arrival=_grown(state.row_arrival, rows),
            row_tag=_grown(state.row_tag, rows),
            row_free=free,
        )

    def _make_routing(self) -> kernel.Routing:
        options = self.options
        return kernel.Routing(
            rotation=self._rotation,
            targets=self._targets,
            canary_ratio=self.canary_ratio,
            canary_slowdown=options.canary_slowdown,
            least_outstanding=options.least_outstanding,
            queue_limit=options.queue_limit,
            timeout_seconds=options.timeout_seconds,
            max_attempts=options.max_attempts,
            backoff_seconds=options.backoff_seconds,
            backoff_limit_seconds=options.backoff_limit_seconds,
            retry_after_seconds=options.retry_after_seconds,
            rule_heavy_only=self._rule_heavy_only,
            rule_keys=self._rule_keys,
        )


def _grown(array: AnyArray, rows: int) -> AnyArray:
    """A copy of `array` with room for `rows` rows; the new ones hold anything."""
    larger = np.empty((rows, *array.shape[1:]), array.dtype)
    larger[: len(array)] = array
    return larger
