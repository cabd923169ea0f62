"""CloudWatch's metrics of the simulated stack: aggregated by the minute, then by the period of each alarm."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import numpy as np

from workbench.simulate import kernel
from workbench.simulate.declaration import Metric
from workbench.simulate.histogram import BUCKETS, quantile_seconds
from workbench.simulate.kernel import Floats, Ints


@dataclass(slots=True)
class Period:
    """Sums over one aggregation period; a row for each pool."""

    tally: Floats = field(default_factory=lambda: np.zeros((2, kernel.TALLIES)))
    histogram: Ints = field(default_factory=lambda: np.zeros((2, BUCKETS), np.int64))
    target_minutes: Floats = field(default_factory=lambda: np.zeros(2))
    """Sum over the minutes of the healthy targets."""
    registered: Floats = field(default_factory=lambda: np.zeros(2))
    """Sum over the minutes of the registered targets, healthy or not."""
    unhealthy: Floats = field(default_factory=lambda: np.zeros(2))
    """Highest number of unhealthy targets."""
    in_service: Floats = field(default_factory=lambda: np.zeros(2))
    desired: Floats = field(default_factory=lambda: np.zeros(2))
    attempts: Floats = field(default_factory=lambda: np.zeros(2))
    failures: Floats = field(default_factory=lambda: np.zeros(2))
    scale_events: Floats = field(default_factory=lambda: np.zeros(2))
    least_credits: float = math.inf
    minutes: int = 0

    def add(self, other: Period) -> None:
        """Add a later period of the same length or shorter."""
        for name in ("tally", "histogram", "target_minutes", "registered", "attempts", "failures", "scale_events"):
            ours: np.ndarray = getattr(self, name)
            ours += getattr(other, name)
        self.unhealthy = np.maximum(self.unhealthy, other.unhealthy)
        self.in_service, self.desired = other.in_service, other.desired
        self.least_credits = min(self.least_credits, other.least_credits)
        self.minutes += other.minutes


Value = tuple[float | None, float]
"""A datapoint and the number of samples behind it; None when there is no data."""


def _pools(pool: int | None) -> slice:
    return slice(None) if pool is None else slice(pool, pool + 1)


def _total(period: Period, pool: int | None, *columns: int) -> float:
    return float(period.tally[_pools(pool)][:, list(columns)].sum())


def _count(*columns: int) -> Callable[[Period, int | None, str], Value]:
    def value(period: Period, pool: int | None, statistic: str) -> Value:
        total = _total(period, pool, *columns)
        # The load balancer reports these only when there are some (its guide: "There is a nonzero value").
        return (None, 0.0) if total == 0 else (total, total)

    return value


def _response_time(period: Period, pool: int | None, statistic: str) -> Value:
    counts = period.histogram[_pools(pool)].sum(axis=0)
    samples = float(counts.sum())
    if samples == 0:
        return None, 0.0
    if statistic.lower().startswith("p"):
        return quantile_seconds(counts, float(statistic[1:]) / 100), samples
    if statistic == "Maximum":
        return quantile_seconds(counts, 1.0), samples
    return _total(period, pool, kernel.LATENCY) / _total(period, pool, kernel.COMPLETED), samples


def _per_target(period: Period, pool: int | None, statistic: str) -> Value:
    # "Divided by the number of healthy targets", or of registered ones when none is healthy (its guide).
    targets = float(period.target_minutes[_pools(pool)].sum()) or float(period.registered[_pools(pool)].sum())
    if targets == 0:
        return None, 0.0
    return _total(period, pool, kernel.OFFERED) / (targets / period.minutes), 1.0


def _gauge(name: str) -> Callable[[Period, int | None, str], Value]:
    def value(period: Period, pool: int | None, statistic: str) -> Value:
        array: Floats = getattr(period, name)
        return float(array[_pools(pool)].sum()), float(period.minutes)

    return value


def _launches(name: str) -> Callable[[Period, int | None, str], Value]:
    def value(period: Period, pool: int | None, statistic: str) -> Value:
        array: Floats = getattr(period, name)
        total = float(array[_pools(pool)].sum())
        return (None, 0.0) if total == 0 else (total, total)

    return value


def _healthy(period: Period, pool: int | None, statistic: str) -> Value:
    return float(period.target_minutes[_pools(pool)].sum()) / period.minutes, float(period.minutes)


def _credits(period: Period, pool: int | None, statistic: str) -> Value:
    return (None, 0.0) if math.isinf(period.least_credits) else (period.least_credits, float(period.minutes))


def _launch_successes(period: Period, pool: int | None, statistic: str) -> Value:
    total = float((period.attempts - period.failures)[_pools(pool)].sum())
    return (None, 0.0) if total == 0 else (total, total)


METRICS: Final[Mapping[str, Callable[[Period, int | None, str], Value]]] = {
    "RequestCount": _count(kernel.OFFERED),
    "RequestCountPerTarget": _per_target,
    "TargetResponseTime": _response_time,
    "HTTPCode_Target_5XX_Count": _count(kernel.FAILED),
    "HTTPCode_ELB_5XX_Count": _count(kernel.NO_TARGET, kernel.BUSY, kernel.TIMED_OUT),
    "HTTPCode_ELB_503_Count": _count(kernel.NO_TARGET, kernel.BUSY),
    "HTTPCode_ELB_504_Count": _count(kernel.TIMED_OUT),
    "HealthyHostCount": _healthy,
    "UnHealthyHostCount": _gauge("unhealthy"),
    "BlockedRequests": _count(kernel.REFUSED),
    "GroupInServiceInstances": _gauge("in_service"),
    "GroupDesiredCapacity": _gauge("desired"),
    "CPUCreditBalance": _credits,
    "launch_attempts": _launches("attempts"),
    "launch_failures": _launches("failures"),
    "launch_successes": _launch_successes,
    "auto_scale_events": _launches("scale_events"),
}
"""Metric name -> its value over a period."""


def value_of(metric: Metric, period: Period) -> Value:
    """Datapoint of what an alarm watches; the samples are the fewest behind any of its metrics."""
    values: dict[str, float | None] = {}
    samples = math.inf
    for identifier, _, name, statistic in metric.names:
        value, count = METRICS[name](period, metric.pool, statistic)
        values[identifier] = value
        samples = min(samples, count)
    return evaluate(metric.expression, values), samples


_OPERATORS: Final[Mapping[type[ast.AST], Callable[[float, float], float]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: lambda a, b: a / b,
    ast.Gt: lambda a, b: float(a > b),
    ast.GtE: lambda a, b: float(a >= b),
    ast.Lt: lambda a, b: float(a < b),
    ast.LtE: lambda a, b: float(a <= b),
    ast.Eq: lambda a, b: float(a == b),
    ast.NotEq: lambda a, b: float(a != b),
    ast.And: lambda a, b: float(bool(a) and bool(b)),
    ast.Or: lambda a, b: float(bool(a) or bool(b)),
}


class UnsupportedExpressionError(ValueError):
    """Metric math that the twin does not know."""


def evaluate(expression: str, values: Mapping[str, float | None]) -> float | None:
    """Metric math of one datapoint: arithmetic, comparisons, IF, FILL, MAX, MIN, SUM.

    A missing value makes the result missing, except inside FILL and in the branch of IF that is not taken; a
    division by zero has no result (CloudWatch drops such datapoints). Raises UnsupportedExpressionError.
    """
    try:
        return _node(_parsed(expression), values)
    except SyntaxError:
        raise UnsupportedExpressionError(expression) from None
    except ZeroDivisionError:
        return None


@lru_cache(maxsize=256)
def _parsed(expression: str) -> ast.AST:
    return ast.parse(expression.strip(), mode="eval").body


def _node(node: ast.AST, values: Mapping[str, float | None]) -> float | None:
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.Name(id=name) if name in values:
            return values[name]
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            value = _node(inner, values)
            return None if value is None else -value
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
            return None if chosen is None else _node(then if chosen else otherwise, values)
        case ast.Call(func=ast.Name(id="FILL"), args=[inner, fallback]):
            value = _node(inner, values)
            return _node(fallback, values) if value is None else value
        case ast.Call(func=ast.Name(id=("MAX" | "MIN" | "SUM") as name), args=[ast.List(elts=parts)]):
            known = [value for value in (_node(part, values) for part in parts) if value is not None]
            if not known:
                return None
            return max(known) if name == "MAX" else min(known) if name == "MIN" else sum(known)
    raise UnsupportedExpressionError(ast.unparse(node))


def _apply(kind: ast.AST, left: float | None, right: float | None) -> float | None:
    return None if left is None or right is None else _OPERATORS[type(kind)](left, right)
