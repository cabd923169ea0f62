"""What a pod's requested CPU is worth: on a full node it has that and no more, and here is what the p95 is then.

A pod without a limit takes what its node has left, so on a node with room even the smallest one is fast; the request
is what it has when every neighbour wants its own. The CPU of a request is then a station of its own, M/G/1 with
processor sharing (mean sojourn s / (1 - rho), whatever the distribution; Kleinrock, "Queueing Systems" II, 4.4),
taken as exponential, after the wait for everything else, exponential too.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from cost.estimate import Estimate
from workbench.simulate.declaration import Declaration

QUANTILE: Final = 0.95
STEP_MILLICORES: Final = 5
MOST_MILLICORES: Final = 4_000


@dataclass(frozen=True, slots=True)
class FullNode:
    """Pods of one size on nodes that have nothing left."""

    millicores: int
    p95_ms: float
    """Infinite when their CPU isn't enough."""


def on_full_nodes(declared: Declaration, pods: int, millicores: int) -> FullNode:
    """p95 at the declared peak of `pods` pods that have exactly `millicores` each."""
    vcpus = millicores / 1000
    cpu = declared.cpu_seconds / min(vcpus, 1.0)
    busy = declared.peak_rps / pods * declared.cpu_seconds / vcpus
    other = max(declared.service_seconds - declared.cpu_seconds, 1e-6)
    seconds = math.inf if busy >= 1 else _quantile(cpu / (1 - busy), other)
    return FullNode(millicores, seconds * 1000)


def smallest(declared: Declaration, pods: int) -> FullNode | None:
    """The smallest size that holds the response budget; None when even whole CPUs don't."""
    budget_ms = declared.promise.budget_seconds * 1000
    sizes = range(STEP_MILLICORES, MOST_MILLICORES + 1, STEP_MILLICORES)
    return next((found for size in sizes if (found := on_full_nodes(declared, pods, size)).p95_ms <= budget_ms), None)


def notes(declared: Declaration, estimate: Estimate | None) -> tuple[str, ...]:
    """What to know of the size of the stable pods, in sentences; none for a fleet of instances."""
    pods = declared.stable.pods
    if pods is None:
        return ()
    count, asked = declared.stable.desired_capacity, round(pods.cpu_request_vcpus * 1000)
    here, enough = on_full_nodes(declared, count, asked), smallest(declared, count)
    budget = declared.promise.budget_seconds * 1000
    told = f"{here.p95_ms:,.0f} ms" if math.isfinite(here.p95_ms) else "without end"
    found = [
        "pods are simulated on nodes that have CPU left; on full ones a pod has its"
        f" {asked}m only, and the p95 of {count} at the declared peak is {told} of {budget:g} ms"
    ]
    if enough is None:
        found.append("no size holds the response budget on full nodes: the rest of the service time alone is too long")
    elif enough.millicores > asked:
        dollars = _dollars(declared, estimate, enough.millicores)
        cost = f", which cost ${dollars[1]:.2f} a month and not ${dollars[0]:.2f}" if dollars else ""
        found.append(f"{count} pods of {enough.millicores}m hold it there, too ({enough.p95_ms:.0f} ms){cost}")
    return tuple(found)


def _dollars(declared: Declaration, estimate: Estimate | None, millicores: int) -> tuple[Decimal, Decimal] | None:
    """What the stable pods cost a month as they are, and with other CPU: the node's split is linear in both."""
    lines = [line for line in estimate.charges if line.name == declared.stable.name] if estimate else []
    cpu = sum((line.monthly_usd for line in lines if "CPU" in line.item), Decimal(0))
    memory = sum((line.monthly_usd for line in lines if "memory" in line.item), Decimal(0))
    now = sum((line.monthly_usd for line in lines), Decimal(0))
    if not cpu or declared.stable.pods is None:
        return None
    ratio = Decimal(millicores) / Decimal(round(declared.stable.pods.cpu_request_vcpus * 1000))
    return now, (cpu * ratio + memory) * now / (cpu + memory)


def _quantile(first: float, second: float) -> float:
    """Quantile of the sum of two exponentials with these means."""
    if math.isclose(first, second, rel_tol=1e-6):
        second *= 1 + 1e-4

    def tail(seconds: float) -> float:
        return (first * math.exp(-seconds / first) - second * math.exp(-seconds / second)) / (first - second)

    low, high = 0.0, 20 * (first + second)
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if tail(middle) > 1 - QUANTILE else (low, middle)
    return high
