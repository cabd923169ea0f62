"""CloudWatch metrics in virtual time: datapoints, statistics, percentiles, metric math."""

from __future__ import annotations

import ast
import math
import operator
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

Key = tuple[str, str, frozenset[tuple[str, str]]]
"""Namespace, name, dimensions."""


def key_of(namespace: str, name: str, dimensions: Sequence[Mapping[str, str]] = ()) -> Key:
    """The identity of a metric; dimensions in the API's form."""
    return namespace, name, frozenset((item["Name"], item["Value"]) for item in dimensions)


class MetricStore:
    """All samples of all metrics."""

    def __init__(self) -> None:
        self._samples: dict[Key, list[tuple[datetime, float, int]]] = defaultdict(list)

    def put(self, key: Key, at: datetime, value: float, count: int = 1) -> None:
        """Add a sample, or ``count`` equal ones."""
        self._samples[key].append((at, value, count))

    def has_since(self, key: Key, start: datetime) -> bool:
        """Whether there is a sample at ``start`` or later."""
        samples = self._samples.get(key, ())
        return len(samples) > 0 and samples[-1][0] >= start

    def between(self, key: Key, start: datetime, end: datetime) -> list[tuple[datetime, float, int]]:
        """(moment, value, count) of the samples from ``start`` to just before ``end``."""
        return [sample for sample in self._samples.get(key, ()) if start <= sample[0] < end]

    def samples(self, key: Key, start: datetime, end: datetime) -> list[tuple[float, int]]:
        """(value, count) of the samples from ``start`` to just before ``end``."""
        found: list[tuple[float, int]] = []
        for at, value, count in reversed(self._samples.get(key, ())):
            if at < start:
                break
            if at < end:
                found.append((value, count))
        return found

    def statistic(self, key: Key, stat: str, start: datetime, period_seconds: int) -> float | None:
        """A statistic over one period; None without data."""
        found = self.samples(key, start, start + timedelta(seconds=period_seconds))
        return statistic(found, stat) if found else None


def statistic(samples: Sequence[tuple[float, int]], stat: str) -> float:
    """A statistic of (value, count) samples; ``pNN`` interpolates between ranks.

    Raises:
        ValueError: CloudWatch knows no such statistic, or it is not covered here.
    """
    count = sum(item[1] for item in samples)
    if stat == "SampleCount":
        return float(count)
    if stat == "Sum":
        return math.fsum(value * times for value, times in samples)
    if stat == "Average":
        return math.fsum(value * times for value, times in samples) / count
    if stat == "Minimum":
        return min(value for value, _ in samples)
    if stat == "Maximum":
        return max(value for value, _ in samples)
    if stat.startswith("p"):
        return _percentile(sorted(samples), count, float(stat[1:]))
    raise ValueError(f"statistic {stat!r} is not covered")


def _percentile(samples: Sequence[tuple[float, int]], count: int, percent: float) -> float:
    rank = (count - 1) * percent / 100
    low, share = int(rank), rank - int(rank)
    return _nth(samples, low) * (1 - share) + _nth(samples, min(low + 1, count - 1)) * share


def _nth(samples: Sequence[tuple[float, int]], index: int) -> float:
    for value, times in samples:
        if index < times:
            return value
        index -= times
    return samples[-1][0]


_BINARY: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: lambda a, b: a / b if b else None,  # CloudWatch drops a datapoint that divides by zero
}
_COMPARE: dict[type, Callable[[Any, Any], bool]] = {
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}


def metric_math(expression: str, values: Mapping[str, float | None]) -> float | None:
    """One datapoint of a metric-math expression; None where CloudWatch would have no datapoint.

    Covers numbers, ids, + - * /, comparisons, ``IF``, ``FILL`` with a number, ``MAX``, ``MIN`` and ``SUM`` of a list.

    Raises:
        ValueError: Anything else.
    """
    return _computed(expression, tuple(values.items()))


@lru_cache(maxsize=4096)  # most minutes are like the one before, and without any datapoint
def _computed(expression: str, values: tuple[tuple[str, float | None], ...]) -> float | None:
    result = _evaluate(_parsed(expression), dict(values))
    return None if result is None else float(result)


@lru_cache(maxsize=256)
def named_in(expression: str) -> frozenset[str]:
    """Ids that a metric-math expression reads, and the names of its functions."""
    return frozenset(node.id for node in ast.walk(_parsed(expression)) if isinstance(node, ast.Name))


@lru_cache(maxsize=256)  # a rollout's one expression is asked a hundred thousand times in a rehearsal
def _parsed(expression: str) -> ast.expr:
    return ast.parse(expression.replace("&&", " and ").replace("||", " or "), mode="eval").body


def _evaluate(node: ast.expr, values: Mapping[str, float | None]) -> float | bool | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return node.value
    if isinstance(node, ast.Name):
        if node.id not in values:
            raise ValueError(f"metric math: no metric has the id {node.id}")
        return values[node.id]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        operand = _evaluate(node.operand, values)
        return None if operand is None else -operand
    if isinstance(node, ast.BinOp) and type(node.op) in _BINARY:
        left, right = _pair(node.left, node.right, values)
        return None if left is None or right is None else _BINARY[type(node.op)](left, right)
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _COMPARE:
        left, right = _pair(node.left, node.comparators[0], values)
        return None if left is None or right is None else _COMPARE[type(node.ops[0])](left, right)
    if isinstance(node, ast.BoolOp):
        parts = [bool(_evaluate(item, values)) for item in node.values]
        return all(parts) if isinstance(node.op, ast.And) else any(parts)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return _function(node.func.id, node.args, values)
    raise ValueError(f"metric math: {ast.unparse(node)} is not covered")


def _pair(left: ast.expr, right: ast.expr, values: Mapping[str, float | None]) -> tuple[Any, Any]:
    """Both sides of an operator: of two metrics the one without a datapoint counts as 0 where the other has one
    (CloudWatch user guide, "Metric math syntax and functions", 2026-11); a number makes no datapoint."""
    found = _evaluate(left, values), _evaluate(right, values)
    if found.count(None) == 1 and all(
        any(isinstance(part, ast.Name) and part.id in values for part in ast.walk(side)) for side in (left, right)
    ):
        return (found[0] or 0.0, found[1] or 0.0)
    return found


def _function(name: str, nodes: list[ast.expr], values: Mapping[str, float | None]) -> float | bool | None:
    if name == "FILL":
        value = _evaluate(nodes[0], values)
        return _evaluate(nodes[1], values) if value is None else value
    if name == "IF":
        condition = _evaluate(nodes[0], values)
        if condition is None:
            return None
        chosen = _evaluate(nodes[1 if condition else 2], values)
        return 0.0 if condition and chosen is None else chosen  # dropped where it is false (the same, "IF expressions")
    if name in ("MAX", "MIN", "SUM"):
        items = nodes[0].elts if len(nodes) == 1 and isinstance(nodes[0], ast.List) else nodes
        known = [value for item in items if (value := _evaluate(item, values)) is not None]
        return {"MAX": max, "MIN": min, "SUM": math.fsum}[name](known) if known else None  # type: ignore[operator]
    raise ValueError(f"metric math: {name} is not covered")
