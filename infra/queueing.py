"""Queueing formulas: what a station of servers does to response times, without simulating it.

Rates are requests a second, times are seconds. All formulas assume a steady state, first come first
served, and an unbounded queue. Pure Python, so that `./plant preview` can afford them.

Sources: Erlang (1917) for B and C; Pollaczek-Khinchine for M/G/1; Lee and Longton (1959) for M/G/c;
Allen and Cunneen for G/G/c (Allen, "Probability, Statistics and Queueing Theory", 1990, chapter 5).
The last two are approximations and say so.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate, pairwise
from operator import mul


def erlang_b(servers: int, offered_load: float) -> float:
    """Probability that all `servers` are busy when blocked requests leave (M/M/c/c).

    `offered_load` is arrival rate x mean service time, in Erlangs. Uses the stable recursion
    B(0) = 1, B(k) = a B(k-1) / (k + a B(k-1)).
    """
    if servers < 0 or offered_load < 0:
        raise ValueError(f"servers and offered load must not be negative, got {servers} and {offered_load}")
    blocking = 1.0
    for count in range(1, servers + 1):
        blocking = offered_load * blocking / (count + offered_load * blocking)
    return blocking


def erlang_c(servers: int, offered_load: float) -> float:
    """Probability that a request has to wait in M/M/c; 1.0 when the station is saturated."""
    if offered_load >= servers:
        return 1.0
    blocking = erlang_b(servers, offered_load)
    return blocking / (1 - offered_load / servers * (1 - blocking))


@dataclass(frozen=True, slots=True)
class Station:
    """Identical parallel servers with one queue: M/M/c, and M/G/c or G/G/c by approximation."""

    servers: int
    """Requests served at the same time."""
    service_seconds: float
    """Mean service time."""
    service_cv2: float = 1.0
    """Squared coefficient of variation of the service time. Default: 1, exponential."""
    arrival_cv2: float = 1.0
    """Squared coefficient of variation of the time between arrivals. Default: 1, Poisson."""

    def utilisation(self, rate: float) -> float:
        """Share of the servers that is busy at `rate`; 1 or more means that the queue grows forever."""
        return rate * self.service_seconds / self.servers

    def waiting_probability(self, rate: float) -> float:
        """Probability that a request finds all servers busy (exact for M/M/c)."""
        return erlang_c(self.servers, rate * self.service_seconds)

    def mean_wait_seconds(self, rate: float) -> float:
        """Mean time in the queue; infinite when saturated.

        Exact for M/M/c and, with one server, for M/G/1 (Pollaczek-Khinchine); otherwise the M/M/c value
        times (Ca^2 + Cs^2) / 2 (Lee-Longton with Ca^2 = 1, Allen-Cunneen in general).
        """
        if self.utilisation(rate) >= 1:
            return math.inf
        spare = self.servers / self.service_seconds - rate
        return self.waiting_probability(rate) / spare * (self.arrival_cv2 + self.service_cv2) / 2

    def sojourn_tail(self, rate: float, seconds: float) -> float:
        """P(sojourn > seconds) in M/M/c (exact; ignores the coefficients of variation)."""
        if self.utilisation(rate) >= 1:
            return 1.0
        mu = 1 / self.service_seconds
        theta = self.servers * mu - rate
        waiting = self.waiting_probability(rate)
        if abs(theta - mu) < 1e-9 * mu:
            return math.exp(-mu * seconds) * (1 + waiting * mu * seconds)
        served = math.exp(-mu * seconds)
        queued = (theta * served - mu * math.exp(-theta * seconds)) / (theta - mu)
        return (1 - waiting) * served + waiting * queued

    def sojourn_quantile_seconds(self, rate: float, quantile: float) -> float:
        """Time that `quantile` (0..1) of the requests do not exceed in M/M/c; infinite when saturated."""
        if self.utilisation(rate) >= 1:
            return math.inf
        return _solve_decreasing(lambda t: self.sojourn_tail(rate, t) - (1 - quantile), self.service_seconds)


@dataclass(frozen=True, slots=True)
class Bracket:
    """Bounds of a figure that the balancing algorithm decides on."""

    optimistic_seconds: float
    """One shared queue: no request waits while any server of the fleet is idle. Where service is not exponential its
    own time, as if nobody waited: what is written of such queues is an approximation, and may be above the truth."""
    pessimistic_seconds: float
    """Random split: each target is on its own, and where service is not exponential each of its servers. A bound for
    any service: a shared queue makes nobody wait longer (Wolff, "An Upper Bound for Multi-Channel Queues", 1977)."""


def balanced_quantile(
    targets: int, station: Station, rate: float, quantile: float, service_points: tuple[float, ...] = ()
) -> Bracket:
    """Bracket of the sojourn quantile of `targets` equal stations behind a load balancer at total `rate`.

    Least outstanding requests lies between the two bounds, and so does round robin: its arrivals at one
    target are more regular than a random split's. Service is exponential, or given by equally likely
    `service_points` (seconds).
    """
    servers = targets * station.servers
    if not targets:
        return Bracket(math.inf, math.inf)
    if service_points:
        return Bracket(
            optimistic_seconds=_served_quantile(servers, rate, service_points, quantile),
            pessimistic_seconds=single_server_quantile(rate / servers, service_points, quantile),
        )
    return Bracket(
        *(
            Station(count, station.service_seconds).sojourn_quantile_seconds(arrivals, quantile)
            for count, arrivals in ((servers, rate), (station.servers, rate / targets))
        )
    )


def _served_quantile(servers: int, rate: float, service_points: tuple[float, ...], quantile: float) -> float:
    """Quantile of the service time alone; infinite when `servers` can't serve `rate`."""
    count = len(service_points)
    if rate * sum(service_points) / count >= servers:
        return math.inf
    return sorted(service_points)[math.ceil(quantile * count - 1e-9) - 1]


CELLS = 400
"""Steps of a wait that is computed: at first up to four times what is expected of its quantile, then up to that."""


def single_server_quantile(rate: float, service_points: tuple[float, ...], quantile: float) -> float:
    """Sojourn quantile of M/G/1 for equally likely `service_points` (seconds), at most a step too high.

    The wait is a geometric sum of what is left of service times (Pollaczek-Khinchine); they are rounded up to whole
    steps, so that the sum is one over their multiples, and nothing comes out too low.
    """
    count, mean = len(service_points), sum(service_points) / len(service_points)
    load = rate * mean
    if load >= 1:
        return math.inf
    points = sorted(service_points)
    sums = [0.0, *accumulate(points)]
    step = quantile_with_service(1, rate, service_points, quantile) * 4 / CELLS

    def left_within(seconds: float) -> float:
        index = bisect_right(points, seconds)
        return (sums[index] + (count - index) * seconds) / sums[-1]

    found = math.inf
    while True:
        edges = [left_within(cell * step) for cell in range(CELLS + 1)]
        left = [later - earlier for earlier, later in pairwise(edges)]
        wait = [1 - load]
        for cell in range(1, CELLS + 1):
            wait.append(load * sum(map(mul, left[:cell], reversed(wait))))
        beyond = max(0.0, 1 - sum(wait))

        def excess(seconds: float, wait: list[float] = wait, step: float = step, beyond: float = beyond) -> float:
            late = sum(
                chance * (count - bisect_right(points, seconds - cell * step)) for cell, chance in enumerate(wait)
            )
            return beyond + late / count - (1 - quantile)

        if excess(CELLS * step) > 0:
            step *= 2
            continue
        before, found = found, _solve_decreasing(excess, mean)
        if found > 0.98 * before:
            return found
        step = found / CELLS  # what comes out is too high by some steps, so shorter ones reach as far as is needed


def quantile_with_service(
    servers: int, rate: float, service_points: tuple[float, ...], quantile: float, arrival_cv2: float = 1.0
) -> float:
    """Sojourn quantile for any service-time distribution, given as equally likely `service_points` (seconds).

    The wait is taken as zero with probability 1 - C and exponential otherwise, with the Allen-Cunneen mean
    (an approximation, exact for exponential service); the service time is added to it without approximation.
    """
    count = len(service_points)
    mean = sum(service_points) / count
    if rate * mean >= servers:
        return math.inf
    variance = sum((point - mean) ** 2 for point in service_points) / count
    station = Station(servers, mean, variance / mean**2, arrival_cv2)
    waiting = station.waiting_probability(rate)
    mean_wait = station.mean_wait_seconds(rate)
    decay = waiting / mean_wait if mean_wait > 0 else math.inf

    def excess(seconds: float) -> float:
        tail = 0.0
        for point in service_points:
            if point > seconds:
                tail += 1.0
            elif waiting > 0:
                tail += waiting * math.exp(-decay * (seconds - point))
        return tail / count - (1 - quantile)

    return _solve_decreasing(excess, mean)


def _solve_decreasing(function: Callable[[float], float], scale: float) -> float:
    """Where the decreasing `function` crosses zero, to a relative precision of about 1e-9."""
    low, high = 0.0, scale
    while function(high) > 0:
        low, high = high, high * 2
    for _ in range(48):
        middle = (low + high) / 2
        if function(middle) > 0:
            low = middle
        else:
            high = middle
        if high - low <= 1e-9 * high:
            break
    return high
