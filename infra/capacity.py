"""How many requests an instance may take before its p95 leaves the promise: queueing, and CPU credits.

Pure Python, no Pulumi. The queue is M/M/c (`infra.queueing`). The credits of a burstable instance in standard mode are
a balance that earns the baseline and pays for work: a compound Poisson process with drift. A new instance starts
with none (EC2 User Guide, "Launch credits": T3, T3a and T4g earn none), so what counts is how soon the balance has
drifted away from zero for good. Of more workers than its cores can keep busy the rest are left out, on the safe side.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache

from infra.burstable import burstable_type
from infra.queueing import Station

P95 = 0.95


def vcpus_of(instance_type: str) -> int | None:
    """vCPUs of an instance type, by its size; None where that does not tell (bare metal, accelerators, old families).

    Of current families a ``medium`` has 1, a ``large`` 2, an ``xlarge`` 4 and an ``Nxlarge`` 4N ("CPU options for
    Amazon EC2 instance types", EC2 User Guide, read 2026-11); burstable ones are in their table.
    """
    if burstable := burstable_type(instance_type):
        return burstable.vcpus
    family, _, size = instance_type.partition(".")
    if not re.fullmatch(r"(a|c|d|i|im|is|m|r|x|z)\d+[a-z-]*", family) or family in ("c1", "m1", "m2"):
        return None
    many = re.fullmatch(r"(\d*)xlarge", size)
    return 4 * int(many[1] or 1) if many else {"medium": 1, "large": 2}.get(size)


def busy_workers(workers: int, cores: float, service_time: float, cpu_time: float) -> int:
    """Workers that `cores` can keep busy: more of them wait for one another, and count as none."""
    return max(1, math.floor(min(workers, cores * service_time / max(cpu_time, 1e-9) + 1e-9)))


class UnreachableError(ValueError):
    """Not even an idle instance keeps the limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceCapacity:
    """One instance and the promise that it has to keep."""

    workers: int
    """Requests that it serves at a time."""
    service_time_ms: float
    """Mean time of one request at a worker; exponential."""
    cpu_time_ms: float
    """Mean CPU time within it; exponential."""
    p95_limit_ms: float
    """Response time that 95 % of the requests keep."""
    p95_window_seconds: float
    """Window that a p95 is taken over."""
    instance_types: tuple[str, ...]
    """Types that the fleet may be made of; the weakest one counts."""

    def late_share(self, rate: float) -> float:
        """Share of the requests in the first window of a new instance that miss the limit at `rate` a second.

        The tail of the M/M/c queue, and on top of it the share of the window in which the credit balance is below
        zero, so that requests wait for credits.
        """
        station = Station(self._servers, self.service_time_ms / 1000)
        return (
            station.sojourn_tail(rate, self.p95_limit_ms / 1000) + self._starved_seconds(rate) / self.p95_window_seconds
        )

    @property
    def _servers(self) -> int:
        cores = min((vcpus for name in self.instance_types if (vcpus := vcpus_of(name)) is not None), default=math.inf)
        return busy_workers(self.workers, cores, self.service_time_ms, self.cpu_time_ms)

    def _starved_seconds(self, rate: float) -> float:
        """Expected time that the balance of an instance that started with none spends below zero.

        After t seconds it is about normal with mean d t and variance s t, where d = baseline - rate x CPU time and
        s = rate x 2 CPU time^2 (second moment of an exponential time). The integral of Phi(-sqrt(d^2 t / s)) over
        all t is s / (2 d^2).
        """
        baseline = min(
            (kind.baseline_vcpus for name in self.instance_types if (kind := burstable_type(name)) is not None),
            default=math.inf,
        )
        if math.isinf(baseline):
            return 0.0
        cpu_seconds = self.cpu_time_ms / 1000
        drift = baseline - rate * cpu_seconds
        return rate * cpu_seconds**2 / drift**2 if drift > 0 else math.inf

    def highest_rate(self) -> float:
        """Requests a second at which 95 % of the requests in the first window of a new instance keep the limit.

        Raises UnreachableError when the limit is under the p95 of the service time alone (about 3 times its mean).
        """
        return _highest_rate(self)

    def requests_per_minute(self) -> int:
        """Target-tracking value for ALBRequestCountPerTarget: `highest_rate` as requests a minute, rounded down."""
        return max(1, math.floor(self.highest_rate() * 60 + 1e-9))


@lru_cache(maxsize=64)
def _highest_rate(one: InstanceCapacity) -> float:
    """As the method; the checks of the settings ask again for each stack that is declared."""
    if one.late_share(0.0) >= 1 - P95:
        idle_p95_ms = -math.log(1 - P95) * one.service_time_ms
        raise UnreachableError(
            f"the p95 of an idle instance is {idle_p95_ms:.0f} ms and the limit is {one.p95_limit_ms:g} ms;"
            f" allowed is up to {one.p95_limit_ms / -math.log(1 - P95):.1f} ms"
        )
    low, high = 0.0, one.workers / one.service_time_ms * 1000
    for _ in range(60):
        middle = (low + high) / 2
        if one.late_share(middle) < 1 - P95:
            low = middle
        else:
            high = middle
    return low
