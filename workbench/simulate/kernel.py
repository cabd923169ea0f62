"""The compiled loops: every request on its own, first come first served at its target, and the quiet time between.

One call of `advance` carries the arrivals of a stretch of time through the edge, the load balancer and the targets,
closes the minutes on the way, and comes back when somebody has to decide: a policy's metric left its range, a health
check came late, or the stretch is over. All state lives in arrays that the caller owns (`workbench.simulate.engine`),
so memory depends on what is in flight, never on how many requests there were.

All compiled functions are in this one file: numba looks for changes in the file of a cached function only, so
a helper elsewhere could change without the cache noticing.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numba import njit  # type: ignore[import-untyped, unused-ignore]  # numba ships no type information
from numpy.typing import NDArray

from workbench.simulate.histogram import BUCKETS, EDGES_SECONDS, LOWEST_EXPONENT, PER_OCTAVE

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

# Columns of State.tally, one row for each pool (stable, canary). Sums over the minute.
OFFERED: Final = 0  # attempts that reached the load balancer (first tries and retries)
COMPLETED: Final = 1  # responses of the targets, failed ones included
FAILED: Final = 2  # attempts that somebody waited for and that were answered by a 5xx, CUT ones included
LATENCY: Final = 3  # seconds, sum over responses
WAIT: Final = 4  # seconds in the queue, sum over admitted requests
NO_TARGET: Final = 5  # 503 of the load balancer: nobody in rotation
BUSY: Final = 6  # 503: the target's queue was full
TIMED_OUT: Final = 7  # 504: the load balancer gave up before the response
REFUSED: Final = 8  # 429 of the firewall
RETRIED: Final = 9  # attempts that will be repeated
LOST: Final = 10  # requests that ended without a good response
ABANDONED: Final = 11  # 460: the client gave up before the response
ANSWERED: Final = 12  # requests that ended with a good response
WITHIN: Final = 13  # those of them within the response budget
UNREACHED: Final = 14  # attempts at a parked stack: nothing is there that could count or refuse them
UNHEARD: Final = 15  # responses that the load balancer no longer waited for, or that never came: no time is measured
UNHEARD_SECONDS: Final = 16  # their part of LATENCY
CUT: Final = 17  # 502 of the load balancer: the target ended meanwhile
TALLIES: Final = 18

# Places in State.counters.
RETRIES: Final = 0  # size of the heap of scheduled repeats
RANDOM: Final = 1  # state of the generator for routing, back-off and errors
TURN: Final = 2  # + pool: next target of the round robin
NEXT: Final = 4  # first request of the slice that has not arrived yet
MINUTE: Final = 5  # minutes closed so far
LOWEST: Final = 6  # first bucket of the minute's histograms that is not empty ...
HIGHEST: Final = 7  # ... and the last one
WAKE: Final = 8  # minute after which the caller wants to decide, whatever the metrics say
COUNTERS: Final = 9

# Columns of State.ring.
DONE_AT: Final = 0
ARRIVED_AT: Final = 1
CPU_SECONDS: Final = 2
TAG: Final = 3

UNBRANCHED: Final = 4
"""Requests that `_admit` compares without a branch: measured with 2 to 64 workers, three are as good."""

# Bits of a TAG.
FAILS: Final = 1  # the response is a 5xx
CANARY: Final = 2  # the request is of pool 1
GIVEN_UP: Final = 4  # nobody waits for the response any more

# Columns of Watch.rows: the tallies of pool 0, those of pool 1, then these.
PER_TARGET: Final = 2 * TALLIES  # + pool: requests of the counted targets in the minute, by their number
CPU: Final = PER_TARGET + 2  # + pool: mean CPU utilisation of the counted targets, percent
CREDITS: Final = CPU + 2  # fewest CPU credits of a target in rotation; NaN without credits
GAUGES: Final = CREDITS + 1  # then the caller's gauges

# What `advance` comes back with.
DONE: Final = 0  # the time that was asked for is reached
MINUTE_CLOSED: Final = 1  # a minute ended and somebody may want to decide
CHECK_LATE: Final = 2  # a target would not answer its health check in time, or did not before
NO_ROOM: Final = 3  # a target's ring is full: grow the rings and call again
SYNC_DUE: Final = 4  # the autoscaler of pods looks, and may change their number


class Slice(NamedTuple):
    """First attempts of a stretch of time, in order of time."""

    time: Floats
    cpu_seconds: Floats
    wait_seconds: Floats
    fails: Bools
    address: Ints
    heavy: Bools


class State(NamedTuple):
    """What lasts from call to call."""

    free_at: Floats  # [slot, worker]: when the worker is idle again
    ring: Floats  # [slot, place, (DONE_AT, ARRIVED_AT, CPU_SECONDS, TAG)]: requests at a target as they will be done
    ring_head: Ints  # [slot]: first place in use, modulo the places
    outstanding: Ints  # [slot]: admitted, and not known to be completed: recorded when somebody asks
    slot_requests: Ints  # [slot]: sent there since the beginning, those that it had no place for included
    slot_cpu: Floats  # [slot]: CPU-seconds of the completed requests since the beginning
    sync_requests: Ints  # [slot]: slot_requests when the autoscaler of pods looked last ...
    sync_cpu: Floats  # [slot]: ... and slot_cpu
    earned: Floats  # [slot]: vCPU-seconds of credit earned in a second (of cores without credits: theirs); 0: no bound
    balance: Floats  # [slot]: vCPU-seconds of credit ...
    balance_at: Floats  # ... at this time, when the last admitted request begins
    most: Floats  # [slot]: largest balance, beside ...
    launch: Floats  # [slot]: ... what is left of launch credits, which are spent first
    surplus: Floats  # [slot]: vCPU-seconds spent beyond what may be borrowed; NaN: the CPU slows down instead
    retry: Floats  # [n, 6]: heap of (time, attempt, cpu, wait, address, heavy)
    tally: Floats  # [pool, TALLIES]
    histogram: Ints  # [pool, bucket]: response times
    seen: NDArray[
        np.int32
    ]  # [rule, key, place, (tick, requests)]: ring (of a power of two) of what the firewall counted ...
    mark: Ints  # ... and [rule, key]: its oldest tick in the window, the first after it, its end; the window's sum
    counters: Ints


class Routing(NamedTuple):
    """What the control loop decides between calls, and what stays the same."""

    rotation: Ints  # [pool, place]: slots in rotation
    targets: Ints  # [pool]: how many places are in use
    parked: bool  # the stack is: there is no firewall, and no load balancer
    canary_ratio: float  # share of the requests that goes to pool 1
    canary_slowdown: float  # service time of pool 1 relative to pool 0
    canary_errors: float  # share of pool 1's responses that is a 5xx, beyond the others
    least_outstanding: bool  # else round robin
    queue_limit: int  # requests that may wait at one target
    budget_seconds: float  # a response within this time counts as WITHIN
    timeout_seconds: float  # the load balancer's idle timeout
    patience_seconds: float  # after which a client gives up
    max_attempts: int  # 1 = no retries
    backoff_seconds: float  # before the first repeat; doubles each time
    backoff_limit_seconds: float
    retry_after_seconds: float  # what the firewall tells a refused client to wait
    retry_errors: Floats  # [stretch]: share of the repeats that fails again ...
    retry_error_seconds: float  # ... in so many seconds each
    rule_heavy_only: Bools  # [rule]: counts and refuses requests of the heavy path only
    rule_keys: Ints  # [rule]: number of keys; address modulo this is the request's key
    rule_limit: Ints  # [rule]: requests of a key in the window
    rule_ticks: Ints  # [rule]: ticks of the window
    tick_seconds: float  # between two looks of the firewall at the rates
    lag_ticks: int  # looks until a decision is in force


class Watch(NamedTuple):
    """What `advance` watches and writes down by itself."""

    check_seconds: Floats  # [pool]: interval of the health checks
    check_timeout: Floats  # [pool]
    next_check: Floats  # [pool]
    ailing: Bools  # [pool]: a target has failed checks, so every one of them counts
    sync_seconds: float  # between two looks of the autoscaler of pods
    next_sync: Floats  # [1]: infinity without one
    sync_high: Floats  # [pool, (CPU-seconds, requests)]: of a pod between two looks; up to this, nothing changes
    counted: Ints  # [pool, place]: slots behind the policies' metrics
    counts: Ints  # [pool]: how many
    vcpus: Floats  # [pool]: of one target
    low: Floats  # [pool, (requests, CPU, requests offered per healthy target)]: below this, decide
    high: Floats  # [pool, the same]: above this, decide
    gauges: Floats  # what the caller wants in each row
    base_requests: Ints  # [slot]: State.slot_requests when the minute began
    base_cpu: Floats  # [slot]
    rows: Floats  # [minute, column]
    group_minutes: Ints  # [group]: period of a histogram of several minutes
    group_pool: Ints  # [group]: -1 both
    group_source: Ints  # [group]: an earlier one whose periods add up to its own; -1: the minutes
    group_histogram: Ints  # [group, bucket]
    group_range: Ints  # [group, (lowest, highest)]: its buckets that are not empty
    quantile_group: Ints  # [quantile]
    quantile: Floats  # [quantile]: 0..1
    quantile_last: Ints  # [quantile]: last bucket that counts
    quantiles: Floats  # [minute, quantile]: seconds; NaN where no period ends or nothing was counted


@njit(cache=True, inline="always")  # type: ignore[untyped-decorator, unused-ignore]
def _copy(found: Floats | Ints, into: Floats | Ints) -> None:
    """`into[:] = found`, which numba would compile for seconds longer: its message about wrong lengths does that."""
    for place in range(len(found)):
        into[place] = found[place]


@njit(cache=True)  # type: ignore[untyped-decorator, unused-ignore]
def _push(heap: Floats, size: int, row: Floats) -> None:
    """Add `row` to the binary heap ordered by column 0."""
    place = size
    while place > 0:
        parent = (place - 1) >> 1
        if heap[parent, 0] <= row[0]:
            break
        _copy(heap[parent], heap[place])
        place = parent
    _copy(row, heap[place])


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
        _copy(heap[child], heap[place])
        place = child
    _copy(heap[last], heap[place])


@njit(cache=True, inline="always")  # type: ignore[untyped-decorator, unused-ignore]
def _uniform(counters: Ints) -> float:
    """Next number in [0, 1) of a xorshift generator whose state is counters[RANDOM]."""
    x = np.uint64(counters[RANDOM])
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    counters[RANDOM] = np.int64(x)
    return float(x >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@njit(cache=True, inline="always")  # type: ignore[untyped-decorator, unused-ignore]
def _bucket(seconds: float) -> int:
    """Histogram bucket of a response time: exponent and first eight bits of the mantissa."""
    index = (np.float64(seconds).view(np.int64) >> np.int64(44)) - (1022 + LOWEST_EXPONENT) * PER_OCTAVE
    return int(min(max(index, np.int64(0)), np.int64(BUCKETS - 1)))


@njit(cache=True, inline="always")  # type: ignore[untyped-decorator, unused-ignore]
def _settle(slot: int, now: float, state: State, budget_seconds: float) -> None:
    """Record the responses of the target in `slot` up to `now`."""
    mask = state.ring.shape[1] - 1
    head = state.ring_head[slot]
    count = state.outstanding[slot]
    cpu = 0.0
    lowest, highest = state.counters[LOWEST], state.counters[HIGHEST]
    pool = 0
    while pool >= 0:  # each time round those of one pool, of which a target has one but while a rollout moves it
        pool, counted = -1, pool
        completed, failed, answered, within = 0, 0, 0, 0
        total, unheard, unheard_seconds = 0.0, 0, 0.0
        while count > 0:
            place = np.uint64(head & mask)
            done = state.ring[slot, place, DONE_AT]
            if done > now:
                break
            tag = int(state.ring[slot, place, TAG])
            if (tag >> 1) & 1 != counted:
                pool = (tag >> 1) & 1
                break
            latency = done - state.ring[slot, place, ARRIVED_AT]
            head += 1
            count -= 1
            cpu += state.ring[slot, place, CPU_SECONDS]
            completed += 1
            total += latency
            if tag & GIVEN_UP:
                unheard += 1
                unheard_seconds += latency
            elif tag & FAILS:
                failed += 1
            else:
                answered += 1
                if latency <= budget_seconds:
                    within += 1
            bucket = _bucket(latency)
            state.histogram[counted, bucket] += 1
            lowest = min(lowest, bucket)
            highest = max(highest, bucket)
        state.tally[counted, COMPLETED] += completed
        state.tally[counted, LATENCY] += total
        state.tally[counted, FAILED] += failed
        state.tally[counted, ANSWERED] += answered
        state.tally[counted, WITHIN] += within
        state.tally[counted, UNHEARD] += unheard
        state.tally[counted, UNHEARD_SECONDS] += unheard_seconds
    state.slot_cpu[slot] += cpu
    state.ring_head[slot] = head
    state.outstanding[slot] = count
    state.counters[LOWEST] = lowest
    state.counters[HIGHEST] = highest


@njit(cache=True, inline="always")  # type: ignore[untyped-decorator, unused-ignore]
def _pick(pool: int, now: float, state: State, routing: Routing) -> int:
    """Slot that the load balancer chooses in `pool`."""
    count = routing.targets[pool]
    turn = state.counters[TURN + pool]
    if turn >= count:
        turn = 0
    state.counters[TURN + pool] = turn + 1
    best = routing.rotation[pool, turn]
    if routing.least_outstanding and count > 1:
        mask = state.ring.shape[1] - 1
        place = turn
        fewest = np.int64(2**62)
        for _ in range(count):
            slot = routing.rotation[pool, place]
            if state.outstanding[slot] > 0 and state.ring[slot, state.ring_head[slot] & mask, DONE_AT] <= now:
                _settle(slot, now, state, routing.budget_seconds)
            if state.outstanding[slot] < fewest:
                best, fewest = slot, state.outstanding[slot]
            place = place + 1 if place + 1 < count else 0
    return int(best)


@njit(cache=True, inline="always")  # type: ignore[untyped-decorator, unused-ignore]
def _limited(rule: int, key: int, now: float, state: State, routing: Routing) -> bool:
    """Count a request of `key`; whether the decision in force refuses it.

    The firewall looks every `tick_seconds` at the ticks that are over, and what it decides is in force `lag_ticks`
    looks later: in tick T the window is the `rule_ticks` ticks up to T - 1 - lag. A key keeps the ticks that it was
    seen in, and its window is moved when it comes again, so a request costs the same whatever the window.
    """
    mask = state.seen.shape[2] - 1
    tick = np.int64(now / routing.tick_seconds)
    oldest, newest, end = state.mark[rule, key, 0], state.mark[rule, key, 1], state.mark[rule, key, 2]
    total = state.mark[rule, key, 3]
    last = tick - 1 - routing.lag_ticks
    while newest < end and state.seen[rule, key, newest & mask, 0] <= last:
        total += state.seen[rule, key, newest & mask, 1]
        newest += 1
    while oldest < newest and state.seen[rule, key, oldest & mask, 0] <= last - routing.rule_ticks[rule]:
        total -= state.seen[rule, key, oldest & mask, 1]
        oldest += 1
    if end > oldest and state.seen[rule, key, (end - 1) & mask, 0] == tick:
        state.seen[rule, key, (end - 1) & mask, 1] += 1
    else:
        state.seen[rule, key, end & mask, 0] = tick
        state.seen[rule, key, end & mask, 1] = 1
        end += 1
    state.mark[rule, key, 0], state.mark[rule, key, 1], state.mark[rule, key, 2] = oldest, newest, end
    state.mark[rule, key, 3] = total
    return bool(total > routing.rule_limit[rule])


@njit(cache=True, inline="always")  # type: ignore[untyped-decorator, unused-ignore]
def _admit(slot: int, now: float, work: float, wait: float, tag: int, state: State, routing: Routing) -> float:
    """Give a request to the target in `slot`; when it will be answered.

    CPU credits are a balance of vCPU-seconds that earns `earned` a second and pays for work when it begins, first
    come first served. While it lasts, work takes its own time; without it, work takes as long as its credits take
    to be earned, so no more work is ever done than was earned.
    """
    free_at = state.free_at[slot]
    worker, first = 0, free_at[0]
    for other in range(1, len(free_at)):
        if free_at[other] < first:
            worker, first = other, free_at[other]
    begin = max(now, first)
    busy = work
    earned = state.earned[slot]
    if earned > 0.0:
        most = state.most[slot] + state.launch[slot]
        balance = min(most, state.balance[slot] + earned * (begin - state.balance_at[slot]))
        if math.isnan(state.surplus[slot]):
            busy = max(work, (work - balance) / earned)
        balance -= work
        state.launch[slot] = max(0.0, state.launch[slot] - work)
        if balance < -state.most[slot] and not math.isnan(state.surplus[slot]):
            # Unlimited mode lends what a day earns, and what is earned later pays it back; what is beyond is charged.
            state.surplus[slot] -= balance + state.most[slot]
            balance = -state.most[slot]
        state.balance[slot] = balance
        state.balance_at[slot] = begin
    done = begin + busy + wait
    free_at[worker] = done
    patience = min(routing.patience_seconds, routing.timeout_seconds)
    if done - now > patience:
        tag |= GIVEN_UP
    # In order of completion: first come first served, so at most the other workers' requests end later. The last few
    # are compared one and all, without a branch: a processor guesses wrongly where to stop, and loses more by it.
    ring = state.ring[slot]
    mask = ring.shape[0] - 1
    last = state.ring_head[slot] + state.outstanding[slot]
    place = np.uint64(last & mask)
    ends, arrived, seconds, bits = done, now, work, float(tag)
    others = min(state.outstanding[slot], len(free_at) - 1)
    for back in range(1, min(others, UNBRANCHED) + 1):
        before = np.uint64((last - back) & mask)
        other_ends, other_arrived = ring[before, DONE_AT], ring[before, ARRIVED_AT]
        other_seconds, other_bits = ring[before, CPU_SECONDS], ring[before, TAG]
        later = other_ends > ends
        ring[place, DONE_AT] = other_ends if later else ends
        ring[place, ARRIVED_AT] = other_arrived if later else arrived
        ring[place, CPU_SECONDS] = other_seconds if later else seconds
        ring[place, TAG] = other_bits if later else bits
        ends = ends if later else other_ends
        arrived = arrived if later else other_arrived
        seconds = seconds if later else other_seconds
        bits = bits if later else other_bits
        place = before
    for back in range(UNBRANCHED + 1, others + 1):
        before = np.uint64((last - back) & mask)
        if ring[before, DONE_AT] <= ends:
            break
        for column in range(4):
            ring[place, column] = ring[before, column]
        place = before
    ring[place, DONE_AT] = ends
    ring[place, ARRIVED_AT] = arrived
    ring[place, CPU_SECONDS] = seconds
    ring[place, TAG] = bits
    state.outstanding[slot] += 1
    state.slot_requests[slot] += 1
    state.tally[(tag >> 1) & 1, WAIT] += begin - now
    return float(done)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def serve(end: float, requests: Slice, state: State, routing: Routing) -> bool:
    """Carry the requests, and the repeats that fall due, up to `end`; False when a ring is full.

    The caller guarantees room in the heap of repeats: for each request and each scheduled repeat one row.
    """
    counters = state.counters
    tally = state.tally
    arrivals = len(requests.time)
    rules = len(routing.rule_keys)
    workers = state.free_at.shape[1]
    places = state.ring.shape[1]
    crowd = min(places - 1, workers + routing.queue_limit)  # from here on it matters how many are still there
    patience = min(routing.patience_seconds, routing.timeout_seconds)
    row = np.empty(6)
    while True:
        # The next attempt is the earlier of the next arrival and the next repeat.
        index = counters[NEXT]
        has_arrival = index < arrivals and requests.time[index] < end
        has_retry = counters[RETRIES] > 0 and state.retry[0, 0] < end
        if has_arrival and not (has_retry and state.retry[0, 0] < requests.time[index]):
            has_retry = False
            now = requests.time[index]
            attempt = 1
            cpu = requests.cpu_seconds[index]
            wait = requests.wait_seconds[index]
            fails = requests.fails[index]
            address = requests.address[index]
            heavy = requests.heavy[index]
        elif has_retry:
            now = state.retry[0, 0]
            attempt = int(state.retry[0, 1])
            cpu = state.retry[0, 2]
            wait = state.retry[0, 3]
            address = int(state.retry[0, 4])
            heavy = state.retry[0, 5] > 0.5
            fails = False
        else:
            return True
        pool = 0
        if routing.canary_ratio > 0.0 and _uniform(counters) < routing.canary_ratio:
            pool = 1
        slot = -1
        if routing.targets[pool] > 0:
            slot = _pick(pool, now, state, routing)
            if state.outstanding[slot] >= crowd:
                _settle(slot, now, state, routing.budget_seconds)
        if has_retry:
            _drop_first(state.retry, counters[RETRIES])
            counters[RETRIES] -= 1
            stretch = min(int(now / routing.retry_error_seconds), len(routing.retry_errors) - 1)
            if routing.retry_errors[stretch] > 0.0:
                fails = _uniform(counters) < routing.retry_errors[stretch]
        else:
            counters[NEXT] += 1
        if pool == 1 and routing.canary_errors > 0.0:
            fails = fails or _uniform(counters) < routing.canary_errors

        again_at = -1.0  # when the client knows that this attempt failed
        refused = False
        for rule in range(0 if routing.parked else rules):
            # In order of priority: one that blocks ends the evaluation, so the rules after it don't count the request.
            if (heavy or not routing.rule_heavy_only[rule]) and not refused:
                refused = _limited(rule, address % routing.rule_keys[rule], now, state, routing)
        if routing.parked:
            tally[pool, UNREACHED] += 1
            again_at = now
        elif refused:
            tally[pool, REFUSED] += 1
            again_at = now
        else:
            tally[pool, OFFERED] += 1
            if slot < 0:
                tally[pool, NO_TARGET] += 1
                again_at = now
            elif state.outstanding[slot] >= workers + routing.queue_limit:
                tally[pool, BUSY] += 1
                state.slot_requests[slot] += 1
                again_at = now
            else:
                slow = routing.canary_slowdown if pool == 1 else 1.0
                tag = (FAILS if fails else 0) | (CANARY if pool == 1 else 0)
                done = _admit(slot, now, slow * cpu, slow * wait, tag, state, routing)
                if done - now > patience:
                    tally[pool, ABANDONED if routing.patience_seconds < routing.timeout_seconds else TIMED_OUT] += 1
                    again_at = now + patience
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
        if slot >= 0 and state.outstanding[slot] == places:
            return False


@njit(cache=True)  # type: ignore[untyped-decorator, unused-ignore]
def quantile_of(counts: Ints, lowest: int, highest: int, quantile: float) -> float:
    """Time that `quantile` (0..1) of the counted requests do not exceed, interpolated; NaN when nothing was counted.

    All counts lie in the buckets from `lowest` to `highest`.
    """
    total = np.int64(0)
    for bucket in range(lowest, highest + 1):
        total += counts[bucket]
    if total == 0:
        return math.nan
    rank = quantile * total
    before = total
    for bucket in range(highest, lowest - 1, -1):  # from above: high quantiles are asked for
        before -= counts[bucket]
        if counts[bucket] > 0 and (before < rank or before == 0):
            inside = min(max((rank - before) / counts[bucket], 0.0), 1.0)
            return float(EDGES_SECONDS[bucket] + inside * (EDGES_SECONDS[bucket + 1] - EDGES_SECONDS[bucket]))
    return math.nan


@njit(cache=True)  # type: ignore[untyped-decorator, unused-ignore]
def _gather(state: State, watch: Watch, minute: int) -> None:
    """Add the minute's histograms to those of longer periods, and read the quantiles of the periods that end."""
    lowest, highest = state.counters[LOWEST], state.counters[HIGHEST]
    for group in range(len(watch.group_minutes)):
        counts, pool = watch.group_histogram[group], watch.group_pool[group]
        if lowest <= highest and watch.group_source[group] < 0:
            for each in range(2):
                if pool != 1 - each and watch.rows[minute, each * TALLIES + COMPLETED] > 0:
                    for bucket in range(lowest, highest + 1):
                        counts[bucket] += state.histogram[each, bucket]
            watch.group_range[group, 0] = min(watch.group_range[group, 0], lowest)
            watch.group_range[group, 1] = max(watch.group_range[group, 1], highest)
        if (minute + 1) % watch.group_minutes[group] == 0:
            first, last = watch.group_range[group, 0], watch.group_range[group, 1]
            for index in range(len(watch.quantile)):
                if watch.quantile_group[index] == group:
                    counted = min(last, watch.quantile_last[index])
                    watch.quantiles[minute, index] = quantile_of(counts, first, counted, watch.quantile[index])
            if first <= last:
                for other in range(group + 1, len(watch.group_minutes)):
                    if watch.group_source[other] == group:
                        for bucket in range(first, last + 1):
                            watch.group_histogram[other, bucket] += counts[bucket]
                        watch.group_range[other, 0] = min(watch.group_range[other, 0], first)
                        watch.group_range[other, 1] = max(watch.group_range[other, 1], last)
                counts[first : last + 1] = 0
            watch.group_range[group, 0] = BUCKETS
            watch.group_range[group, 1] = -1
    if lowest <= highest:
        state.histogram[:, lowest : highest + 1] = 0
    state.counters[LOWEST] = BUCKETS
    state.counters[HIGHEST] = -1


@njit(cache=True)  # type: ignore[untyped-decorator, unused-ignore]
def settle_all(now: float, state: State, routing: Routing) -> None:
    """Record all responses up to `now`."""
    for slot in range(len(state.outstanding)):
        if state.outstanding[slot] > 0:
            _settle(slot, now, state, routing.budget_seconds)


@njit(cache=True)  # type: ignore[untyped-decorator, unused-ignore]
def close_minute(now: float, state: State, routing: Routing, watch: Watch) -> bool:
    """Write the minute that ends at `now` down; whether somebody may want to decide."""
    settle_all(now, state, routing)
    minute = state.counters[MINUTE]
    row = watch.rows[minute]
    for pool in range(2):
        for column in range(TALLIES):
            row[pool * TALLIES + column] = state.tally[pool, column]
            state.tally[pool, column] = 0.0
    _copy(watch.gauges, row[GAUGES:])
    row[CREDITS] = math.nan
    decide = minute == state.counters[WAKE]
    for pool in range(2):
        requests, cpu, count = 0.0, 0.0, watch.counts[pool]
        for place in range(count):
            slot = watch.counted[pool, place]
            requests += state.slot_requests[slot] - watch.base_requests[slot]
            cpu += state.slot_cpu[slot] - watch.base_cpu[slot]
        healthy = routing.targets[pool]
        for place in range(healthy):
            slot = routing.rotation[pool, place]
            if state.most[slot] > 0.0 and state.earned[slot] > 0.0:
                left = state.balance[slot] + state.earned[slot] * (now - state.balance_at[slot])
                left = max(0.0, min(state.most[slot] + state.launch[slot], left)) / 60
                row[CREDITS] = left if math.isnan(row[CREDITS]) else min(row[CREDITS], left)
        per_target = requests / count if count > 0 else math.nan
        percent = min(100.0, 100 * cpu / (60 * watch.vcpus[pool] * count)) if count > 0 else math.nan
        offered = row[pool * TALLIES + OFFERED] / healthy if healthy > 0 else math.nan
        row[PER_TARGET + pool] = per_target
        row[CPU + pool] = percent
        for index in range(3):
            value = per_target if index == 0 else percent if index == 1 else offered
            # NaN compares false: without data a policy keeps still, and its caller says with -inf that it does not.
            decide = decide or value < watch.low[pool, index] or value > watch.high[pool, index]
            decide = decide or watch.high[pool, index] == -math.inf
    _copy(state.slot_requests, watch.base_requests)
    _copy(state.slot_cpu, watch.base_cpu)
    _gather(state, watch, minute)
    state.counters[MINUTE] = minute + 1
    return bool(decide)


@njit(cache=True)  # type: ignore[untyped-decorator, unused-ignore]
def _late(pool: int, now: float, state: State, routing: Routing, watch: Watch) -> bool:
    """Whether a target in rotation would answer a health check too late: it queues behind the requests there."""
    for place in range(routing.targets[pool]):
        free = state.free_at[routing.rotation[pool, place]]
        first = free[0]
        for worker in range(1, len(free)):
            first = min(first, free[worker])
        if first - now > watch.check_timeout[pool]:
            return True
    return False


@njit(cache=True)  # type: ignore[untyped-decorator, unused-ignore]
def mark_sync(state: State) -> None:
    """The autoscaler of pods has looked: from here on it counts anew."""
    _copy(state.slot_requests, state.sync_requests)
    _copy(state.slot_cpu, state.sync_cpu)


@njit(cache=True)  # type: ignore[untyped-decorator, unused-ignore]
def _calm(state: State, routing: Routing, watch: Watch) -> bool:
    """Whether the autoscaler of pods, which looks now, changes nothing in any pool."""
    for pool in range(2):
        cpu, requests = 0.0, 0.0
        for place in range(routing.targets[pool]):
            slot = routing.rotation[pool, place]
            cpu += state.slot_cpu[slot] - state.sync_cpu[slot]
            requests += state.slot_requests[slot] - state.sync_requests[slot]
        pods = max(1, routing.targets[pool])
        if cpu > watch.sync_high[pool, 0] * pods or requests > watch.sync_high[pool, 1] * pods:
            return False
    return True


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
def advance(
    now: float, until: float, requests: Slice, state: State, routing: Routing, watch: Watch
) -> tuple[float, int]:
    """Simulate from `now` to `until`, or to the first moment at which somebody has to decide; that time and why.

    What happens at one moment happens in this order: responses, health checks, the caller's own events (`until`),
    the look of the autoscaler of pods, the end of a minute. So a minute that ends at `until` is closed by the next
    call.
    """
    while True:
        if now >= until:
            settle_all(now, state, routing)
            return now, DONE
        minute_end = 60.0 * (state.counters[MINUTE] + 1)
        if now >= minute_end:
            if close_minute(now, state, routing, watch):
                return now, MINUTE_CLOSED  # which has recorded all responses
            continue
        end = min(until, minute_end, watch.next_sync[0])
        for pool in range(2):
            end = min(end, watch.next_check[pool])
        # Most of a quiet day nobody comes between two health checks; a call of `serve` takes as long as a request.
        index = state.counters[NEXT]
        some = index < len(requests.time) and requests.time[index] < end
        some = some or (state.counters[RETRIES] > 0 and state.retry[0, 0] < end)
        if some and not serve(end, requests, state, routing):
            return now, NO_ROOM
        now = max(now, end)
        late = False
        for pool in range(2):
            if now >= watch.next_check[pool]:
                if watch.ailing[pool] or _late(pool, now, state, routing, watch):
                    late = True
                else:
                    watch.next_check[pool] = now + watch.check_seconds[pool]
        if late:
            settle_all(now, state, routing)
            return now, CHECK_LATE
        if now >= watch.next_sync[0] and now < until:
            settle_all(now, state, routing)
            if not _calm(state, routing, watch):
                return now, SYNC_DUE
            mark_sync(state)
            watch.next_sync[0] = now + watch.sync_seconds
