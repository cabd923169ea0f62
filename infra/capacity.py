"""How many requests an instance may take before its p95 leaves the promise: the M/M/c queue.

Formulas for FCFS, Poisson arrivals and exponential service (a = rate * service time, rho = a / c):
Erlang B by recursion, Erlang C from it, and the tail of the sojourn time. See Gross et al., *Fundamentals of
Queueing Theory*, 4th edition, section 2.3. Pure Python, no Pulumi.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from infra.burstable import burstable_type

P95 = 0.95


class UnreachableError(ValueError):
    """Not even an idle instance keeps the limit."""


def erlang_c(servers: int, offered_load: float) -> float:
    """Probability that a request waits, with `offered_load` = arrival rate x mean service time < `servers`."""
    blocking = 1.0
    for count in range(1, servers + 1):
        blocking = offered_load * blocking / (count + offered_load * blocking)
    return blocking / (1 - offered_load / servers * (1 - blocking))


def sojourn_tail(servers: int, offered_load: float, service_times: float) -> float:
    """Probability that a request is in the system for longer than `service_times` mean service times."""
    waits = erlang_c(servers, offered_load)
    slack = servers - offered_load
    time = service_times
    if math.isclose(slack, 1.0, rel_tol=1e-9):
        return math.exp(-time) * (1 + waits * time)
    mixed = (slack * math.exp(-time) - math.exp(-slack * time)) / (slack - 1)
    return (1 - waits) * math.exp(-time) + waits * mixed


def highest_rate_per_instance(*, workers: int, service_time_ms: float, p95_limit_ms: float) -> float:
    """Requests per second at which the p95 of one instance just reaches `p95_limit_ms`.

    Raises UnreachableError when the limit is under the p95 of the service time alone (about 3 times its mean).
    """
    limit = p95_limit_ms / service_time_ms
    if sojourn_tail(workers, 0.0, limit) >= 1 - P95:
        raise UnreachableError(
            f"the p95 of an idle instance is {-math.log(1 - P95) * service_time_ms:.0f} ms and the limit is"
            f" {p95_limit_ms:g} ms; allowed is up to {p95_limit_ms / -math.log(1 - P95):.1f} ms"
        )
    low, high = 0.0, float(workers)
    for _ in range(60):
        middle = (low + high) / 2
        if sojourn_tail(workers, middle, limit) < 1 - P95:
            low = middle
        else:
            high = middle
    return low / service_time_ms * 1000


def sustained_rate_per_instance(*, instance_types: Sequence[str], cpu_time_ms: float) -> float:
    """Requests per second that the weakest of `instance_types` serves without CPU credits; infinite without any.

    A burstable instance in standard mode starts with no credits and is slowed down to its baseline, so a fleet
    that scales out must not count on more than that.
    """
    burstable = [kind for name in instance_types if (kind := burstable_type(name)) is not None]
    return min((kind.baseline_vcpus for kind in burstable), default=math.inf) / (cpu_time_ms / 1000)


def requests_per_target_per_minute(
    *, workers: int, service_time_ms: float, p95_limit_ms: float, instance_types: Sequence[str], cpu_time_ms: float
) -> int:
    """Target-tracking value for ALBRequestCountPerTarget: requests a minute, rounded down.

    The lower of what the response budget and what the CPU credits allow.
    """
    rate = min(
        highest_rate_per_instance(workers=workers, service_time_ms=service_time_ms, p95_limit_ms=p95_limit_ms),
        sustained_rate_per_instance(instance_types=instance_types, cpu_time_ms=cpu_time_ms),
    )
    return max(1, math.floor(rate * 60 + 1e-9))
