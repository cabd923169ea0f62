"""Several independent runs of one scenario, and what they show together: means with confidence intervals."""

from __future__ import annotations

import math
import os
import statistics
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from workbench.simulate.declaration import Declaration
from workbench.simulate.options import SimulationOptions
from workbench.simulate.result import RunResult
from workbench.simulate.service import ServiceModel
from workbench.simulate.simulation import simulate
from workbench.simulate.traffic.stream import Traffic

if TYPE_CHECKING:
    from workbench.cluster import Cluster

_STUDENT_975: Final = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
    2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
)  # fmt: skip
"""97.5 % quantile of Student's t for 1 to 30 degrees of freedom."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over replications with its 95 % confidence interval."""

    mean: float
    half_width: float
    """NaN with a single replication."""

    @property
    def low(self) -> float:
        """Lower end."""
        return self.mean - self.half_width

    @property
    def high(self) -> float:
        """Upper end."""
        return self.mean + self.half_width

    def to_json(self, digits: int) -> dict[str, float | int | None]:
        """Both figures, rounded; None for what is not known."""
        return {"mean": rounded(self.mean, digits), "halfWidth95": rounded(self.half_width, digits)}


def rounded(value: float, digits: int) -> float | int | None:
    """`value` for JSON: a whole number where it is one, None where it is no number."""
    if math.isnan(value) or math.isinf(value):
        return None
    found = round(value, digits)
    return int(found) if found == int(found) else found


def interval(values: Sequence[float]) -> Interval:
    """95 % confidence interval of the mean of independent `values`; NaN values are left out."""
    known = [value for value in values if not math.isnan(value)]
    if not known:
        return Interval(math.nan, math.nan)
    mean = statistics.fmean(known)
    if len(known) == 1:
        return Interval(mean, math.nan)
    degrees = len(known) - 1
    # Beyond the table by its expansion in 1 / degrees (Abramowitz and Stegun 26.7.5), good to four digits there.
    further = 1.959964 + 2.372270 / degrees + 2.822493 / degrees**2
    quantile = _STUDENT_975[degrees - 1] if degrees <= len(_STUDENT_975) else further
    return Interval(mean, quantile * statistics.stdev(known) / math.sqrt(len(known)))


@dataclass(frozen=True, slots=True)
class Run:
    """One run: all that it depends on."""

    declared: Declaration
    traffic: Traffic
    service: ServiceModel
    options: SimulationOptions

    def result(self) -> RunResult:
        """Simulate it."""
        return simulate(self.declared, self.traffic, self.service, self.options)


def replicate(run: Run, count: int, cluster: Cluster | None = None) -> list[RunResult]:
    """`count` runs like `run` with the seeds options.seed, options.seed + 1, ..., on all cores, or on `cluster`.

    The compiled loop and the random numbers leave the interpreter's lock alone, and no run knows of another, so the
    results are the same on any number of cores, threads or processes. Raises InputError when a run is lost.
    """
    runs = [replace(run, options=replace(run.options, seed=run.options.seed + index)) for index in range(count)]
    if cluster is not None:
        from workbench.cluster import results

        return results(Run.result, runs, cluster)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(Run.result, runs))
