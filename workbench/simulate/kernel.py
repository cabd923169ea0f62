"""The compiled inner loop: every request on its own, first come first served at its target.

One call of `serve` carries the arrivals of one time slice through the edge, the load balancer and the
targets. All state lives in arrays that the caller owns (`workbench.simulate.engine`), so memory depends
on what is in flight, never on how many requests there were.

All compiled functions are in this one file: numba looks for changes in the file of a cached function only, so
a helper elsewhere could change without the cache noticing.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numba import njit  # type: ignore[import-untyped, unused-ignore]  # numba ships no type information
from numpy.typing import NDArray

from workbench.simulate.histogram import BUCKETS, LOWEST_EXPONENT, PER_OCTAVE

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# Columns of State.tally, one row for each pool (stable, canary). Sums over the slice.
OFFERED: Final = 0  # attempts that reached the load balancer (first tries and retries)
COMPLETED: Final = 1  # responses of the targets, failed ones included
FAILED: Final = 2  # responses that were a 5xx of the application
LATENCY: Final = 3  # seconds, sum over responses
WAIT: Final = 4  # seconds in the queue, sum over admitted requests
NO_TARGET: Final = 5  # 503 of the load balancer: nobody in rotation
BUSY: Final = 6  # 503: the target's queue was full
TIMED_OUT: Final = 7  # 504: the client side gave up before the response
AREA: Final = 8  # request-seconds in the system (time integral of the number in the system)
REFUSED: Final = 9  # 429 of the firewall
RETRIED: Final = 10  # attempts that will be repeated
LOST: Final = 11  # requests that ended without a good response
TALLIES: Final = 12

# Places in State.counters.
IN_FLIGHT: Final = 0  # size of the heap of admitted requests
RETRIES: Final = 1  # size of the heap of scheduled repeats
RANDOM: Final = 2  # state of the routing generator
TURN: Final = 3  # + pool: next target of the round robin
COUNTERS: Final = 5


class Slice(NamedTuple):
    """First attempts of one time slice, in order of time."""

    time: Floats
    cpu_seconds: Floats
    wait_seconds: Floats
    fails: NDArray[np.bool_]
    address: Ints
    heavy: NDArray[np.bool_]


class State(NamedTuple):
    """What lasts from slice to slice."""

    free_at: Floats  # [slot, worker]: when the worker is idle again
    speed: Floats  # [slot]: CPU speed, 1 = full
    outstanding: Ints  # [slot]: admitted, not yet completed
    slot_requests: Ints  # [slot]: admitted in the slice
    slot_cpu: Floats  # [slot]: CPU-seconds of work admitted in the slice
    flight_done: Floats  # heap of completion times of the admitted requests ...
    flight_row: Ints  # ... with the row of each request in the next two
    row_arrival: Floats  # [row]: time of arrival
    row_tag: Ints  # [row]: slot * 4 + pool * 2 + fails
    row_free: Ints  # stack of unused rows; those in use: COUNTERS[IN_FLIGHT]
    retry: Floats  # [n, 6]: heap of (time, attempt, cpu, wait, address, heavy)
    tally: Floats  # [pool, TALLIES]
    histogram: Ints  # [pool, bucket]: response times
    window: Ints  # [rule, key]: requests counted by the firewall in the slice
    blocked: NDArray[np.bool_]  # [rule, key]
    counters: Ints


class Routing(NamedTuple):
    """What the control loop decides between slices."""

    rotation: Ints  # [pool, place]: slots in rotation
    targets: Ints  # [pool]: how many places are in use
    canary_ratio: float  # share of the requests that goes to pool 1
    canary_slowdown: float  # service time of pool 1 relative to pool 0
    least_outstanding: bool  # else round robin
    queue_limit: int  # requests that may wait at one target
    timeout_seconds: float  # the load balancer's idle timeout
    max_attempts: int  # 1 = no retries
    backoff_seconds: float  # before the first repeat; doubles each time
    backoff_limit_seconds: float
    retry_after_seconds: float  # what a refusal of the firewall tells the client to wait at least
    rule_heavy_only: NDArray[np.bool_]  # [rule]: counts requests of the heavy path only
    rule_keys: Ints  # [rule]: number of keys; address modulo this is the request's key


@njit(cache=True)  # type: ignore[untyped-decorator, unused-ignore]
def _push(heap: Floats, size: int, row: Floats) -> None:
    """Add `row` to the binary heap ordered by column 0."""
    place = size
    while place > 0:
        parent = (place - 1) >> 1
        if heap[parent, 0] <= row[0]:
            break
        heap[place] = heap[parent]
        place = parent
    heap[place] = row


@njit(cache=True)  # type: ignore[untyped-decorator, unused-ignore]
def _drop_first(heap: Floats, size: int) -> None:
    """Remove the first row of the heap of `size` rows."""
    last = size - 1
    place = 0
    while True:
        child = 2 * place + 1
        if child >= last:
            break
        if child + 1 < last and heap[child + 1, 0] < heap[child, 0]:
            child += 1
        if heap[child, 0] >= heap[last, 0]:
            break
        heap[place] = heap[child]
        place = child
    heap[place] = heap[last]


@njit(cache=True)  # type: ignore[untyped-decorator, unused-ignore]
def _uniform(counters: Ints) -> float:
    """Next number in [0, 1) of a xorshift generator whose state is counters[RANDOM]."""
    x = np.uint64(counters[RANDOM])
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    counters[RANDOM] = np.int64(x)
    return float(x >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@njit(cache=True)  # type: ignore[untyped-decorator, unused-ignore]
def _admit(state: State, done: float, arrival: float, tag: int) -> None:
    """Add a request that completes at `done` to the heap of requests in flight."""
    size = state.counters[IN_FLIGHT]
    row = state.row_free[size]
    state.row_arrival[row] = arrival
    state.row_tag[row] = tag
    heap, rows = state.flight_done, state.flight_row
    place = size
    while place > 0:
        parent = (place - 1) >> 1
        if heap[parent] <= done:
            break
        heap[place] = heap[parent]
        rows[place] = rows[parent]
        place = parent
    heap[place] = done
    rows[place] = row
    state.counters[IN_FLIGHT] = size + 1


@njit(cache=True)  # type: ignore[untyped-decorator, unused-ignore]
def _release_first(state: State) -> None:
    """Remove the request that completes first."""
    heap, rows = state.flight_done, state.flight_row
    last = state.counters[IN_FLIGHT] - 1
    state.row_free[last] = rows[0]
    moved, moved_row = heap[last], rows[last]
    place = 0
    while True:
        child = 2 * place + 1
        if child >= last:
            break
        if child + 1 < last and heap[child + 1] < heap[child]:
            child += 1
        if heap[child] >= moved:
            break
        heap[place] = heap[child]
        rows[place] = rows[child]
        place = child
    heap[place] = moved
    rows[place] = moved_row
    state.counters[IN_FLIGHT] = last


@njit(cache=True)  # type: ignore[untyped-decorator, unused-ignore]
def _bucket(seconds: float) -> int:
    """Histogram bucket of a response time."""
    mantissa, exponent = math.frexp(seconds)
    index = (exponent - LOWEST_EXPONENT) * PER_OCTAVE + int((mantissa - 0.5) * (2 * PER_OCTAVE))
    return min(max(index, 0), BUCKETS - 1)


@njit(cache=True)  # type: ignore[untyped-decorator, unused-ignore]
def _complete_until(now: float, state: State, last: float, in_system: int) -> tuple[float, int]:
    """Record the responses up to `now`; the time and the number in the system after the last of them."""
    while state.counters[IN_FLIGHT] > 0 and state.flight_done[0] <= now:
        done = state.flight_done[0]
        row = state.flight_row[0]
        tag = state.row_tag[row]
        pool = (tag >> 1) & 1
        latency = done - state.row_arrival[row]
        state.tally[0, AREA] += in_system * (done - last)
        last = done
        in_system -= 1
        state.tally[pool, COMPLETED] += 1
        state.tally[pool, LATENCY] += latency
        state.tally[pool, FAILED] += tag & 1
        state.histogram[pool, _bucket(latency)] += 1
        state.outstanding[tag >> 2] -= 1
        _release_first(state)
    return last, in_system


@njit(cache=True)  # type: ignore[untyped-decorator, unused-ignore]
def _pick(pool: int, state: State, routing: Routing) -> int:
    """Slot that the load balancer chooses in `pool`."""
    count = routing.targets[pool]
    turn = state.counters[TURN + pool]
    if turn >= count:
        turn = 0
    state.counters[TURN + pool] = turn + 1
    best = routing.rotation[pool, turn]
    if routing.least_outstanding:
        place = turn
        for _ in range(1, count):
            place = place + 1 if place + 1 < count else 0
            slot = routing.rotation[pool, place]
            if state.outstanding[slot] < state.outstanding[best]:
                best = slot
    return int(best)


@njit(cache=True)  # type: ignore[untyped-decorator, unused-ignore]
def serve(start: float, end: float, requests: Slice, state: State, routing: Routing) -> None:
    """Carry `requests`, and the repeats that fall due, from `start` to `end`.

    The caller guarantees room in the two heaps: for each arrival and each scheduled repeat one row.
    """
    counters = state.counters
    tally = state.tally
    arrivals = len(requests.time)
    rules = len(routing.rule_keys)
    workers = state.free_at.shape[1]
    row = np.empty(6)
    last = start
    in_system = counters[IN_FLIGHT]
    index = 0
    while True:
        # The next attempt is the earlier of the next arrival and the next repeat.
        has_retry = counters[RETRIES] > 0 and state.retry[0, 0] < end
        if index < arrivals and not (has_retry and state.retry[0, 0] < requests.time[index]):
            now = requests.time[index]
            attempt = 1
            cpu = requests.cpu_seconds[index]
            wait = requests.wait_seconds[index]
            fails = requests.fails[index]
            address = requests.address[index]
            heavy = requests.heavy[index]
            index += 1
        elif has_retry:
            now = state.retry[0, 0]
            attempt = int(state.retry[0, 1])
            cpu = state.retry[0, 2]
            wait = state.retry[0, 3]
            address = int(state.retry[0, 4])
            heavy = state.retry[0, 5] > 0.5
            fails = False
            _drop_first(state.retry, counters[RETRIES])
            counters[RETRIES] -= 1
        else:
            break
        last, in_system = _complete_until(now, state, last, in_system)

        pool = 0
        if routing.canary_ratio > 0.0 and _uniform(counters) < routing.canary_ratio:
            pool = 1
        again_at = -1.0  # when the client knows that this attempt failed
        refused = False
        for rule in range(rules):
            if heavy or not routing.rule_heavy_only[rule]:
                key = address % routing.rule_keys[rule]
                state.window[rule, key] += 1
                refused = refused or state.blocked[rule, key]
        if refused:
            tally[pool, REFUSED] += 1
            again_at = now
        else:
            tally[pool, OFFERED] += 1
            if routing.targets[pool] == 0:
                tally[pool, NO_TARGET] += 1
                again_at = now
            else:
                slot = _pick(pool, state, routing)
                if state.outstanding[slot] >= workers + routing.queue_limit:
                    tally[pool, BUSY] += 1
                    again_at = now
                else:
                    worker = 0
                    for other in range(1, workers):
                        if state.free_at[slot, other] < state.free_at[slot, worker]:
                            worker = other
                    begin = max(now, state.free_at[slot, worker])
                    slowdown = routing.canary_slowdown if pool == 1 else 1.0
                    done = begin + slowdown * (cpu / state.speed[slot] + wait)
                    state.free_at[slot, worker] = done
                    state.outstanding[slot] += 1
                    state.slot_requests[slot] += 1
                    state.slot_cpu[slot] += slowdown * cpu
                    tally[pool, WAIT] += begin - now
                    tally[0, AREA] += in_system * (now - last)
                    last = now
                    in_system += 1
                    _admit(state, done, now, slot * 4 + pool * 2 + (1 if fails else 0))
                    if done - now > routing.timeout_seconds:
                        tally[pool, TIMED_OUT] += 1
                        again_at = now + routing.timeout_seconds
                    elif fails:
                        again_at = done
        if again_at >= 0.0:
            if attempt < routing.max_attempts:
                longest = min(routing.backoff_seconds * 2.0 ** (attempt - 1), routing.backoff_limit_seconds)
                at_least = routing.retry_after_seconds if refused else 0.0
                row[0] = again_at + at_least + longest * (0.5 + 0.5 * _uniform(counters))
                row[1] = attempt + 1
                row[2] = cpu
                row[3] = wait
                row[4] = address
                row[5] = 1.0 if heavy else 0.0
                _push(state.retry, counters[RETRIES], row)
                counters[RETRIES] += 1
                tally[pool, RETRIED] += 1
            else:
                tally[pool, LOST] += 1
    last, in_system = _complete_until(end, state, last, in_system)
    tally[0, AREA] += in_system * (end - last)
