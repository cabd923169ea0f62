"""Per-request simulation of a load-balanced fleet: the arrays around the compiled loops."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from workbench.simulate import kernel
from workbench.simulate.histogram import BUCKETS
from workbench.simulate.kernel import Floats, Ints, Slice

POOLS = 2
"""Stable and canary."""
_NEVER = 2**62


@dataclass(frozen=True, slots=True, kw_only=True)
class RateRule:
    """A firewall rule that counts requests by key, as the engine sees it."""

    keys: int
    """Number of distinct keys; a client's key is its number modulo this."""
    limit: int = _NEVER
    """Requests of one key in the window before it is refused. Default: never."""
    ticks: int = 30
    """Looks at the rates that the window is long."""
    heavy_only: bool = False
    """Counts (and refuses) requests of the heavy path only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineOptions:
    """What stays the same for a whole run."""

    workers: int
    """Requests that one target serves at the same time."""
    queue_limit: int = 1024
    """Requests that may wait at one target before it refuses. Default: 1024, a usual accept backlog."""
    budget_seconds: float = 0.1
    """A good response within this time keeps the promise."""
    timeout_seconds: float = 60.0
    """Idle timeout of the load balancer. Default: 60, the AWS default."""
    patience_seconds: float = math.inf
    """Time after which a client gives up; its request is served all the same. Default: never."""
    least_outstanding: bool = False
    """Balance by least outstanding requests instead of round robin. Of targets with equally few the next in turn
    is taken: AWS does not document whom. Where service times are fixed, chance makes the p95 a tenth higher."""
    max_attempts: int = 1
    """Tries a client makes in all. Default: 1, no retries."""
    backoff_seconds: float = 1.0
    """Wait before the first repeat; doubles each time, with half of it random."""
    backoff_limit_seconds: float = 30.0
    """Longest wait before a repeat."""
    retry_after_seconds: float = 0.0
    """What the firewall tells a refused client to wait before it tries again."""
    retry_errors: float | Floats = 0.0
    """Share of the repeats that the application answers with a 5xx, like the first tries; ..."""
    retry_error_seconds: float = math.inf
    """... where there are several, each is of so many seconds."""
    rules: tuple[RateRule, ...] = ()
    """Rate rules at the edge."""
    tick_seconds: float = 10.0
    """Time between two looks of the firewall at the rates."""
    lag_ticks: int = 1
    """Looks until what the firewall decides is in force."""
    canary_slowdown: float = 1.0
    """Service time of the canary relative to the stable version."""
    canary_errors: float = 0.0
    """Share of the canary's responses that is a 5xx, beyond the others."""


class Afoot(NamedTuple):
    """Requests that have no end yet."""

    in_flight: int = 0
    """At a target."""
    pending: int = 0
    """Those of them whose client still waits for a good response."""
    waiting_retries: int = 0
    """To be tried again."""
    within: int = 0
    """At a target, with a good answer that will come within the response budget."""


class Engine:
    """Targets, their queues, the requests in flight and the clients that will try again.

    A target lives in a slot; the caller opens and closes slots and says who is in rotation.
    """

    def __init__(self, options: EngineOptions, *, slots: int, seed: int) -> None:
        self.options = options
        rules = options.rules
        keys = max((rule.keys for rule in rules), default=1)
        ticks = max((rule.ticks for rule in rules), default=0) + options.lag_ticks + 1
        counters = np.zeros(kernel.COUNTERS, np.int64)
        # A xorshift state must not be zero, and neighbouring seeds should not give similar streams.
        mixed = np.random.SeedSequence(seed).generate_state(1, np.uint64)[0] >> np.uint64(1)
        counters[kernel.RANDOM] = np.int64(mixed | np.uint64(1))
        counters[kernel.LOWEST], counters[kernel.HIGHEST], counters[kernel.WAKE] = BUCKETS, -1, -1
        places = 64
        self.state = kernel.State(
            free_at=np.zeros((slots, options.workers)),
            ring=np.zeros((slots, places, 4)),
            ring_head=np.zeros(slots, np.int64),
            outstanding=np.zeros(slots, np.int64),
            slot_requests=np.zeros(slots, np.int64),
            slot_cpu=np.zeros(slots),
            sync_requests=np.zeros(slots, np.int64),
            sync_cpu=np.zeros(slots),
            earned=np.zeros(slots),
            balance=np.zeros(slots),
            balance_at=np.zeros(slots),
            most=np.zeros(slots),
            launch=np.zeros(slots),
            surplus=np.zeros(slots),
            retry=np.empty((1024, 6)),
            tally=np.zeros((POOLS, kernel.TALLIES)),
            histogram=np.zeros((POOLS, BUCKETS), np.int64),
            seen=np.zeros((len(rules), keys, 2 ** ticks.bit_length() if rules else 1, 2), np.int32),
            mark=np.zeros((len(rules), keys, 4), np.int64),
            counters=counters,
        )
        self._rotation = np.zeros((POOLS, slots), np.int64)
        self._targets = np.zeros(POOLS, np.int64)
        self._rules = (
            np.array([rule.heavy_only for rule in rules], np.bool_),
            np.array([rule.keys for rule in rules], np.int64),
            np.array([rule.limit for rule in rules], np.int64),
            np.array([rule.ticks for rule in rules], np.int64),
        )
        self.canary_ratio = 0.0
        self.parked = False
        self.routing = self._make_routing()

    @property
    def slots(self) -> int:
        """Number of slots, used or free."""
        return len(self.state.outstanding)

    @property
    def slot_requests(self) -> Ints:
        """Requests sent to each slot since the beginning."""
        return self.state.slot_requests

    @property
    def slot_cpu(self) -> Floats:
        """CPU-seconds of the requests completed at each slot since the beginning."""
        return self.state.slot_cpu

    @property
    def tally(self) -> Floats:
        """Sums since the last minute was closed: a row for each pool, columns as named in the kernel."""
        return self.state.tally

    @property
    def histogram(self) -> Ints:
        """Response times since the last minute was closed: a row for each pool."""
        return self.state.histogram

    @property
    def in_flight(self) -> int:
        """Requests admitted and not yet answered."""
        return int(self.state.outstanding.sum())

    @property
    def waiting_retries(self) -> int:
        """Requests that will be tried again."""
        return int(self.state.counters[kernel.RETRIES])

    @property
    def pending(self) -> int:
        """Requests in flight whose client still waits for a good response."""
        tags = (self._tags(slot) for slot in range(self.slots))
        return sum(int(((tag & (kernel.FAILS | kernel.GIVEN_UP)) == 0).sum()) for tag in tags)

    @property
    def afoot(self) -> Afoot:
        """Requests that have no end yet; when each of them will be answered is known already."""
        within = 0
        for slot in range(self.slots):
            ring = self._ring(slot)
            soon = ring[:, kernel.DONE_AT] - ring[:, kernel.ARRIVED_AT] <= self.options.budget_seconds
            within += int((soon & ((self._tags(slot) & (kernel.FAILS | kernel.GIVEN_UP)) == 0)).sum())
        return Afoot(self.in_flight, self.pending, self.waiting_retries, within)

    def open_slot(self, slot: int, now: float) -> None:
        """Put a fresh target into `slot`: idle, without CPU credits to mind."""
        self.state.free_at[slot] = now
        self.state.earned[slot] = 0.0

    def give_credits(
        self,
        slot: int,
        now: float,
        *,
        earned: float,
        balance: float,
        most: float,
        launch: float = 0.0,
        unlimited: bool = False,
    ) -> None:
        """Make the target in `slot` burstable: `earned` vCPU-seconds a second, `balance` of at most `most` now.

        `launch` comes on top, for once: launch credits are spent first and don't count towards the limit (EC2 User
        Guide, "Standard mode concepts", read 2026-11).
        """
        state = self.state
        state.earned[slot], state.balance[slot], state.most[slot] = earned, min(balance, most) + launch, most
        state.launch[slot] = launch
        state.balance_at[slot], state.surplus[slot] = now, 0.0 if unlimited else math.nan

    def surplus(self, slot: int, now: float) -> float:
        """vCPU-seconds of credits that the target in `slot` is charged for if it ends `now`: 0 in standard mode.

        What it spent beyond a day's earnings, and what it still owes (EC2 User Guide, "Unlimited mode concepts", read
        2026-11: both are charged when an instance ends).
        """
        state = self.state
        if not state.earned[slot] or math.isnan(state.surplus[slot]):
            return 0.0
        owed = -(state.balance[slot] + state.earned[slot] * (now - state.balance_at[slot]))
        return float(state.surplus[slot] + max(0.0, owed))

    def cut_slot(self, slot: int) -> int:
        """Terminate the target in `slot` at once; how many requests died with it.

        Those that a client still waited for count as failed, and as lost where the response would have been a good one.
        """
        state, tags = self.state, self._tags(slot)
        for pool in range(POOLS):
            mine = tags[(tags & kernel.CANARY > 0) == (pool == 1)]
            waited = (mine & (kernel.FAILS | kernel.GIVEN_UP)) == 0
            state.tally[pool, [kernel.COMPLETED, kernel.UNHEARD]] += len(mine)
            state.tally[pool, [kernel.FAILED, kernel.CUT]] += int((mine & kernel.GIVEN_UP == 0).sum())
            state.tally[pool, kernel.LOST] += int(waited.sum())
        state.outstanding[slot] = 0
        state.earned[slot] = 0.0  # whoever is put into the slot owes nothing of this one's credits
        return len(tags)

    def idle_at(self, slot: int) -> float:
        """When the target in `slot` will have answered everything it admitted so far."""
        return float(self._ring(slot)[:, kernel.DONE_AT].max(initial=0.0))

    def next_free_at(self, slot: int) -> float:
        """When a request that arrives at `slot` now would be started."""
        return float(self.state.free_at[slot].min())

    def grow(self, slots: int) -> None:
        """Make room for at least `slots` slots."""
        more = slots - self.slots
        if more <= 0:
            return
        state, per_slot = self.state, {}
        for name in state._fields[: state._fields.index("retry")]:
            array = getattr(state, name)
            per_slot[name] = np.concatenate([array, np.zeros((more, *array.shape[1:]), array.dtype)])
        self.state = state._replace(**per_slot)
        self._rotation = np.hstack([self._rotation, np.zeros((POOLS, more), np.int64)])
        self.routing = self._make_routing()

    def set_rotation(self, stable: Sequence[int], canary: Sequence[int] = (), canary_ratio: float = 0.0) -> None:
        """Say which slots the load balancer sends requests to, and the canary's share of them (0..1)."""
        for pool, slots in enumerate((stable, canary)):
            self._rotation[pool, : len(slots)] = slots
            self._targets[pool] = len(slots)
        if canary_ratio != self.canary_ratio:
            self.canary_ratio = canary_ratio
            self.routing = self._make_routing()

    def set_parked(self, parked: bool) -> None:
        """Say whether the whole stack is gone for now: then attempts reach nobody."""
        self.parked = parked
        self.routing = self._make_routing()

    def make_room(self, requests: Slice) -> None:
        """Room for the repeats of `requests`, which are about to arrive; their first one is next."""
        self.state.counters[kernel.NEXT] = 0
        needed = 2 * (self.waiting_retries + len(requests.time)) + 1
        if needed > len(self.state.retry):
            larger = np.empty((2 * needed, 6))
            larger[: len(self.state.retry)] = self.state.retry
            self.state = self.state._replace(retry=larger)

    def run(self, end: float, requests: Slice) -> None:
        """Simulate up to `end` seconds; `requests` arrive in that time, in order."""
        self.make_room(requests)
        while not kernel.serve(float(end), requests, self.state, self.routing):
            self._grow_rings()
        kernel.settle_all(float(end), self.state, self.routing)

    def advance(self, now: float, until: float, requests: Slice, watch: kernel.Watch) -> tuple[float, int]:
        """Simulate from `now` up to `until` or the first moment that somebody has to decide at; that time and why.

        `requests` are those of a longer stretch; those that arrived already are passed over.
        """
        while True:
            # Whole numbers would have it compiled a second time.
            now, why = kernel.advance(float(now), float(until), requests, self.state, self.routing, watch)
            if why != kernel.NO_ROOM:
                return now, why
            self._grow_rings()

    def _ring(self, slot: int) -> Floats:
        """The requests at the target in `slot`, in order of completion; columns as in the kernel."""
        state = self.state
        places = (state.ring_head[slot] + np.arange(state.outstanding[slot])) & (state.ring.shape[1] - 1)
        found: Floats = state.ring[slot, places]
        return found

    def _tags(self, slot: int) -> Ints:
        return self._ring(slot)[:, kernel.TAG].astype(np.int64)

    def _grow_rings(self) -> None:
        """Twice the places, a power of two; each ring starts at place 0 again."""
        state = self.state
        size = state.ring.shape[1]
        order = (state.ring_head[:, None] + np.arange(size)) & (size - 1)
        ordered = np.take_along_axis(state.ring, order[:, :, None], 1)
        self.state = state._replace(
            ring=np.concatenate([ordered, np.zeros_like(ordered)], 1), ring_head=np.zeros_like(state.ring_head)
        )

    def _make_routing(self) -> kernel.Routing:
        options = self.options
        heavy_only, keys, limit, ticks = self._rules
        # Of one type each, so that one compilation serves all.
        return kernel.Routing(
            rotation=self._rotation,
            targets=self._targets,
            parked=self.parked,
            canary_ratio=float(self.canary_ratio),
            canary_slowdown=float(options.canary_slowdown),
            canary_errors=float(options.canary_errors),
            least_outstanding=options.least_outstanding,
            queue_limit=min(options.queue_limit, _NEVER),
            budget_seconds=float(options.budget_seconds),
            timeout_seconds=float(options.timeout_seconds),
            patience_seconds=float(options.patience_seconds),
            max_attempts=options.max_attempts,
            backoff_seconds=float(options.backoff_seconds),
            backoff_limit_seconds=float(options.backoff_limit_seconds),
            retry_after_seconds=float(options.retry_after_seconds),
            retry_errors=np.atleast_1d(np.asarray(options.retry_errors, float)),
            retry_error_seconds=float(options.retry_error_seconds),
            rule_heavy_only=heavy_only,
            rule_keys=keys,
            rule_limit=limit,
            rule_ticks=ticks,
            tick_seconds=float(options.tick_seconds),
            lag_ticks=options.lag_ticks,
        )
