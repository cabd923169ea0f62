"""CloudWatch's metrics of the simulated stack: the minutes that the kernel wrote down, by the period of each alarm."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from workbench.simulate import kernel
from workbench.simulate.declaration import Metric
from workbench.simulate.kernel import Floats
from workbench.simulate.known_metrics import CPU

GAUGES: Final = (
    "healthy",
    "registered",
    "unhealthy",
    "in_service",
    "starting",
    "desired",
    "attempts",
    "failures",
    "scale_events",
)
"""What the fleets are at the end of each minute, for the stable and the canary pool; the last three add up."""
RUNNING: Final = frozenset({"attempts", "failures", "scale_events"})
"""Gauges that count from the beginning: a period's value is the difference."""
POINTS: Final = 300
"""Most points that a run is drawn with; those of a longer one stand for several minutes each."""
STEP_MINUTES: Final = (1, 2, 5, 10, 15, 20, 30, 60, 120, 180, 240, 360, 720, 1440, 2880, 5760, 10080, 20160, 43200)
"""Whole minutes, hours and days that points, and ticks of an axis, may be apart."""
COLUMNS: Final = kernel.GAUGES + 2 * len(GAUGES)
"""Columns of a minute."""
ROWS: Final = 30
"""Most rows of a table over time; those of a longer run stand for several minutes each."""

Quantile = tuple[int, int | None, float, bool]
"""Minutes of the period, pool (None: both), quantile 0..1, and whether what nobody waited for is left out."""


def row_minutes(minutes: int) -> int:
    """Minutes that a row of a table stands for, so that a run of `minutes` has at most ROWS of them."""
    return _at_most(ROWS, minutes)


def point_minutes(minutes: int) -> int:
    """Minutes that one point stands for, so that a run of `minutes` has at most POINTS of them."""
    return _at_most(POINTS, minutes)


def _at_most(most: int, minutes: int) -> int:
    return next((step for step in STEP_MINUTES if minutes / step <= most), math.ceil(minutes / most))


@dataclass(frozen=True, slots=True)
class Minutes:
    """Minutes of a run: a row each, and the quantiles of the periods that end in it."""

    rows: Floats
    quantiles: Floats
    """[minute, quantile]: seconds."""
    known: Sequence[Quantile] = ()
    """What the columns of `quantiles` are."""

    def until(self, minute: int) -> Minutes:
        """The minutes before `minute`."""
        return Minutes(self.rows[:minute], self.quantiles[:minute], self.known)

    def since(self, minute: int) -> Minutes:
        """The minutes from `minute` on."""
        return Minutes(self.rows[minute:], self.quantiles[minute:], self.known)

    def periods(self, length: int, first: int = 0) -> Periods:
        """Whole periods of `length` minutes from the period `first` on."""
        return Periods(self, length, first)

    def gauge(self, name: str) -> Floats:
        """A gauge by minute and pool."""
        place = kernel.GAUGES + 2 * GAUGES.index(name)
        return self.rows[:, place : place + 2]


@dataclass(frozen=True, slots=True)
class Periods:
    """Consecutive periods of one length; values come as one number a period."""

    minutes: Minutes
    length: int
    first: int

    @property
    def count(self) -> int:
        """How many whole periods there are."""
        return max(0, len(self.minutes.rows) // self.length - self.first)

    def _cut(self, values: Floats) -> Floats:
        begin = self.first * self.length
        return values[begin : begin + self.count * self.length].reshape(self.count, self.length, *values.shape[1:])

    def total(self, pool: int | None, *columns: int) -> Floats:
        """Sum of tallies."""
        begin, length = self.first * self.length, self.length
        rows = self.minutes.rows[begin : begin + self.count * length]  # not all minutes since the beginning
        values = sum(rows[:, [column, kernel.TALLIES + column]] for column in columns)
        return _of(pool, np.asarray(values).reshape(self.count, length, 2).sum(axis=1))

    def mean(self, name: str, pool: int | None) -> Floats:
        """Mean of a gauge."""
        return _of(pool, self._cut(self.minutes.gauge(name)).mean(axis=1))

    def highest(self, name: str, pool: int | None) -> Floats:
        """Highest value of a gauge."""
        return _of(pool, self._cut(self.minutes.gauge(name)).max(axis=1, initial=0.0))

    def lowest(self, name: str, pool: int | None) -> Floats:
        """Lowest value of a gauge."""
        return _of(pool, self._cut(self.minutes.gauge(name)).min(axis=1, initial=np.inf))

    def last(self, name: str, pool: int | None) -> Floats:
        """A gauge at the end."""
        return _of(pool, self._cut(self.minutes.gauge(name))[:, -1])

    def gained(self, name: str, pool: int | None) -> Floats:
        """What a running gauge grew by."""
        running, begin = self.minutes.gauge(name), self.first * self.length
        ends = self._cut(running)[:, -1]
        before = running[begin - 1 : begin] if begin else np.zeros((1, 2))
        return _of(pool, ends - np.concatenate([before, ends[:-1]]))

    def cpu_percent(self, pool: int | None) -> Floats:
        """Mean CPU utilisation of a pool's targets past their warm-up; NaN without any."""
        columns = [kernel.CPU, kernel.CPU + 1] if pool is None else [kernel.CPU + pool]
        values = self._cut(self.minutes.rows)[..., columns].reshape(self.count, self.length * len(columns))
        known = ~np.isnan(values)
        with np.errstate(invalid="ignore"):
            mean: Floats = np.where(known, values, 0.0).sum(axis=1) / known.sum(axis=1)
        return mean

    def least_credits(self) -> Floats:
        """Fewest CPU credits; NaN without any."""
        values = self._cut(self.minutes.rows[:, kernel.CREDITS])
        lowest = np.where(np.isnan(values), np.inf, values).min(axis=1, initial=np.inf)
        return np.where(np.isinf(lowest), np.nan, lowest)

    def quantile(self, pool: int | None, quantile: float, *, heard: bool = False) -> Floats:
        """Response time in seconds; NaN where nothing was answered. Raises ValueError for what is not watched."""
        place = self.minutes.known.index((self.length, pool, quantile, heard))
        return self._cut(self.minutes.quantiles[:, place])[:, -1]


def _of(pool: int | None, values: Floats) -> Floats:
    chosen: Floats = values.sum(axis=1) if pool is None else values[:, pool]
    return chosen


Value = tuple[Floats, Floats]
"""Datapoints (NaN: none) and the number of samples behind each."""


def _some(total: Floats) -> Value:
    # The load balancer reports counts only when there are some (its guide: "There is a nonzero value").
    return np.where(total == 0, np.nan, total), total


def _count(*columns: int) -> Callable[[Periods, int | None, str], Value]:
    return lambda periods, pool, statistic: _some(periods.total(pool, *columns))


def quantile_of(statistic: str) -> float | None:
    """The quantile of a statistic such as p95 or Maximum; None for one that is none."""
    if statistic == "Maximum":
        return 1.0
    return float(statistic[1:]) / 100 if statistic.lower().startswith("p") else None


def _response_time(periods: Periods, pool: int | None, statistic: str) -> Value:
    # What the load balancer gave up on has no target_processing_time (-1 in its log), so no sample.
    samples = periods.total(pool, kernel.COMPLETED) - periods.total(pool, kernel.UNHEARD)
    quantile = quantile_of(statistic)
    if quantile is not None:
        return periods.quantile(pool, quantile, heard=True), samples
    if statistic == "SampleCount":
        return _some(samples)
    seconds = periods.total(pool, kernel.LATENCY) - periods.total(pool, kernel.UNHEARD_SECONDS)
    with np.errstate(invalid="ignore", divide="ignore"):
        return seconds / samples, samples


def _requests(periods: Periods, pool: int | None) -> Floats:
    """Requests that a target was chosen for: the load balancer counts no others (its guide, read 2026-11)."""
    return periods.total(pool, kernel.OFFERED) - periods.total(pool, kernel.NO_TARGET)


def _request_count(periods: Periods, pool: int | None, statistic: str) -> Value:
    # "Reported if there are registered targets" (its guide), 0 included.
    total = _requests(periods, pool)
    return np.where(periods.highest("registered", pool) > 0, total, np.nan), total


def _per_target(periods: Periods, pool: int | None, statistic: str) -> Value:
    # "Divided by the number of healthy targets", or of registered ones when none is healthy (its guide).
    healthy, registered = periods.mean("healthy", pool), periods.mean("registered", pool)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = _requests(periods, pool) / np.where(healthy > 0, healthy, registered)
    return np.where(np.isfinite(value), value, np.nan), np.ones(periods.count)


def _target_errors(periods: Periods, pool: int | None, statistic: str) -> Value:
    return _some(periods.total(pool, kernel.FAILED) - periods.total(pool, kernel.CUT))


def _gauge(
    read: Callable[[Periods, str, int | None], Floats], name: str
) -> Callable[[Periods, int | None, str], Value]:
    return lambda periods, pool, statistic: (read(periods, name, pool), np.full(periods.count, float(periods.length)))


def _hosts(name: str) -> Callable[[Periods, int | None, str], Value]:
    """A count of targets; "Reported if there are registered targets" (its guide), so a fleet at rest has none."""

    def value(periods: Periods, pool: int | None, statistic: str) -> Value:
        read = {"Maximum": periods.highest, "Minimum": periods.lowest}.get(statistic, periods.mean)
        some = periods.highest("registered", pool) > 0
        return np.where(some, read(name, pool), np.nan), np.full(periods.count, float(periods.length))

    return value


def _gained(name: str) -> Callable[[Periods, int | None, str], Value]:
    return lambda periods, pool, statistic: _some(periods.gained(name, pool))


def _launch_successes(periods: Periods, pool: int | None, statistic: str) -> Value:
    return _some(periods.gained("attempts", pool) - periods.gained("failures", pool))


def _launch_failure_percent(periods: Periods, pool: int | None, statistic: str) -> Value:
    attempts = periods.gained("attempts", pool)
    with np.errstate(invalid="ignore", divide="ignore"):
        return 100 * periods.gained("failures", pool) / attempts, attempts


def _cpu(periods: Periods, pool: int | None, statistic: str) -> Value:
    return periods.cpu_percent(pool), np.full(periods.count, float(periods.length))


def _credits(periods: Periods, pool: int | None, statistic: str) -> Value:
    return periods.least_credits(), np.full(periods.count, float(periods.length))


METRICS: Final[Mapping[str, Callable[[Periods, int | None, str], Value]]] = {
    CPU: _cpu,
    "RequestCount": _request_count,
    "RequestCountPerTarget": _per_target,
    "TargetResponseTime": _response_time,
    "HTTPCode_Target_5XX_Count": _target_errors,
    "HTTPCode_ELB_5XX_Count": _count(kernel.NO_TARGET, kernel.BUSY, kernel.TIMED_OUT, kernel.CUT),
    "HTTPCode_ELB_503_Count": _count(kernel.NO_TARGET, kernel.BUSY),
    "HTTPCode_ELB_504_Count": _count(kernel.TIMED_OUT),
    "HealthyHostCount": _hosts("healthy"),
    "UnHealthyHostCount": _hosts("unhealthy"),
    "BlockedRequests": _count(kernel.REFUSED),
    "GroupInServiceInstances": _gauge(Periods.last, "in_service"),
    "GroupDesiredCapacity": _gauge(Periods.last, "desired"),
    "CPUCreditBalance": _credits,
    "launch_attempts": _gained("attempts"),
    "launch_failures": _gained("failures"),
    "launch_successes": _launch_successes,
    "launch_failure_percent": _launch_failure_percent,
    "auto_scale_events": _gained("scale_events"),
}
"""Metric name -> its value over each period."""


def value_of(metric: Metric, periods: Periods) -> Value:
    """Datapoints of what an alarm watches; the samples are the fewest behind any of its metrics."""
    values: dict[str, Floats] = {}
    samples = np.full(periods.count, math.inf)
    for identifier, _, name, statistic in metric.names:
        values[identifier], count = METRICS[name](periods, metric.pool, statistic)
        samples = np.minimum(samples, count)
    found = np.broadcast_to(evaluate(metric.expression, values), (periods.count,))
    return np.asarray(found, float), samples


def quantiles_of(metric: Metric, period_seconds: int) -> list[Quantile]:
    """The quantiles that a metric's datapoints need."""
    wanted = ((quantile_of(statistic), name) for _, _, name, statistic in metric.names)
    minutes = max(1, period_seconds // 60)
    return [
        (minutes, metric.pool, quantile, True)
        for quantile, name in wanted
        if name == "TargetResponseTime" and quantile is not None
    ]


_OPERATORS: Final[Mapping[type[ast.AST], Callable[[Floats, Floats], Floats]]] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.divide,
    ast.Gt: np.greater,
    ast.GtE: np.greater_equal,
    ast.Lt: np.less,
    ast.LtE: np.less_equal,
    ast.Eq: np.equal,
    ast.NotEq: np.not_equal,
    ast.And: np.logical_and,
    ast.Or: np.logical_or,
}


class UnsupportedExpressionError(ValueError):
    """Metric math that the twin does not know."""


def evaluate(expression: str, values: Mapping[str, Floats]) -> Floats:
    """Metric math of many datapoints: arithmetic, comparisons, IF, FILL, MAX, MIN, SUM.

    A missing value (NaN) beside another metric's counts as 0, and as such in the branch of IF that is taken because its
    condition is true; beside a number the result is missing. A division by zero has no result (CloudWatch drops such
    datapoints). Raises UnsupportedExpressionError.
    """
    try:
        with np.errstate(invalid="ignore", divide="ignore"):
            return _node(_parsed(expression), values)
    except SyntaxError:
        raise UnsupportedExpressionError(expression) from None


@lru_cache(maxsize=256)
def _parsed(expression: str) -> ast.AST:
    return ast.parse(expression.strip(), mode="eval").body


def _node(node: ast.AST, values: Mapping[str, Floats]) -> Floats:
    match node:
        case ast.Constant(value=int() | float() as number):
            return np.asarray(float(number))
        case ast.Name(id=name) if name in values:
            return values[name]
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return -_node(inner, values)
        case ast.BinOp(left=left, op=kind, right=right) if type(kind) in _OPERATORS:
            return _apply(kind, _node(left, values), _node(right, values))
        case ast.Compare(left=left, ops=[kind], comparators=[right]) if type(kind) in _OPERATORS:
            return _apply(kind, _node(left, values), _node(right, values))
        case ast.BoolOp(op=kind, values=[first, *rest]):
            result = _node(first, values)
            for each in rest:
                result = _apply(kind, result, _node(each, values))
            return result
        case ast.Call(func=ast.Name(id="IF"), args=[condition, then, otherwise]):
            chosen = _node(condition, values)
            if_true = _node(then, values)
            if_true = np.where(np.isnan(if_true), 0.0, if_true)  # dropped where it is false ("IF expressions")
            picked = np.where(chosen != 0, if_true, _node(otherwise, values))
            return np.where(np.isnan(chosen), np.nan, picked)
        case ast.Call(func=ast.Name(id="FILL"), args=[inner, fallback]):
            value = _node(inner, values)
            return np.where(np.isnan(value), _node(fallback, values), value)
        case ast.Call(func=ast.Name(id=("MAX" | "MIN" | "SUM") as name), args=[ast.List(elts=[_, *_] as parts)]):
            known = np.stack(np.broadcast_arrays(*(_node(part, values) for part in parts)))
            missing, nothing = np.isnan(known), np.isnan(known).all(axis=0)
            neutral = -np.inf if name == "MAX" else np.inf if name == "MIN" else 0.0
            combined = np.where(missing, neutral, known)
            reduced = {"MAX": np.maximum, "MIN": np.minimum, "SUM": np.add}[name].reduce(combined, axis=0)
            return np.where(nothing, np.nan, reduced)
    raise UnsupportedExpressionError(ast.unparse(node))


def _apply(kind: ast.AST, left: Floats, right: Floats) -> Floats:
    if np.ndim(left) and np.ndim(right):  # of two metrics the missing one counts as 0 (CloudWatch guide, "Metric math")
        nothing_left, nothing_right = np.isnan(left), np.isnan(right)
        left, right = (
            np.where(nothing_left & ~nothing_right, 0.0, left),
            np.where(nothing_right & ~nothing_left, 0.0, right),
        )
    value = np.asarray(_OPERATORS[type(kind)](left, right), float)
    return np.where(np.isnan(left) | np.isnan(right) | np.isinf(value), np.nan, value)
