"""CloudWatch alarms, as far as the twin simulates what they watch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from deployment import tokens
from deployment.graph import Resource, ResourceGraph
from workbench.simulate.alarms import COMPARISONS, AlarmRule, MissingData
from workbench.simulate.declaration import DeclaredAlarm, Metric
from workbench.simulate.known_metrics import CPU, CREDITS, expression_names, is_simulated
from workbench.simulate.reading.values import as_float, reading

ALARM: Final = tokens.METRIC_ALARM[0]
OF_GROUP: Final = "AutoScalingGroupName"
"""Dimension that names an Auto Scaling group."""


def read_alarms(
    graph: ResourceGraph, suffixes: Sequence[str], groups: Sequence[Resource] = ()
) -> tuple[list[DeclaredAlarm], list[str]]:
    """Alarms on what the twin simulates, and the names of the others.

    `suffixes` are the metric names (arnSuffix) of the fleets' target groups, the stable one first, `groups` the fleets.
    """
    known: list[DeclaredAlarm] = []
    unwatched: list[str] = []
    for resource in graph.of_type(ALARM):
        with reading(resource.name):
            declared = read_alarm(graph, resource, suffixes, groups)
        if declared is None:
            unwatched.append(resource.name)
        else:
            known.append(declared)
    return known, unwatched


def read_alarm(
    graph: ResourceGraph, alarm: Resource, suffixes: Sequence[str], groups: Sequence[Resource] = ()
) -> DeclaredAlarm | None:
    """The alarm, or None when it watches something that the twin does not simulate."""
    metrics = _metrics(alarm)
    threshold = alarm.get("threshold")
    comparison = str(alarm.get("comparisonOperator"))
    missing = alarm.get("treatMissingData", "missing")
    if not metrics or comparison not in COMPARISONS or not isinstance(threshold, (int, float)):
        return None
    if missing not in list(MissingData):  # not known yet, for instance
        return None
    names, expression, period, dimensions = metrics
    if not all(is_simulated(namespace, name) for _, namespace, name, _ in names) or not expression_names(
        expression
    ) <= {n for n, *_ in names}:
        return None
    target_group = dimensions.get("TargetGroup")
    if target_group is not None and target_group not in suffixes:
        return None
    pool = suffixes.index(target_group) if target_group is not None else None
    if OF_GROUP in dimensions:
        kind, paths = tokens.SCALING_GROUP[0], ("dimensions", "metricQueries")
        named = [each for path in paths for each in graph.referenced(alarm, path, kind)]
        pool = next((groups.index(each) for each in named if each in groups), None)
        if pool is None:
            return None
    if pool is None and any(name in (CPU, CREDITS) for _, _, name, _ in names):  # of one instance
        return None
    if any(name == CPU and kind != "Average" for _, _, name, kind in names):
        return None
    statistic = names[0][3]
    percentile = float(statistic[1:]) if len(names) == 1 and statistic.startswith("p") else None
    periods = int(as_float(alarm.get("evaluationPeriods"), 1))
    return DeclaredAlarm(
        rule=AlarmRule(
            name=alarm.name,
            threshold=float(threshold),
            comparison=comparison,
            period_seconds=period,
            evaluation_periods=periods,
            datapoints_to_alarm=int(as_float(alarm.get("datapointsToAlarm"), periods)),
            missing=MissingData(missing),
            percentile=percentile,
            ignore_low_samples=alarm.get("evaluateLowSampleCountPercentiles") == "ignore",
        ),
        metric=Metric(
            names=tuple(names),
            expression=expression,
            pool=pool,
        ),
    )


def _metrics(
    alarm: Resource,
) -> tuple[list[tuple[str, str, str, str]], str, int, Mapping[str, Any]] | None:
    """(id, namespace, name, statistic) of each metric, the expression, the period and the dimensions."""
    name = alarm.get("metricName")
    if isinstance(name, str):
        statistic = str(alarm.get("extendedStatistic") or alarm.get("statistic") or "Average")
        dimensions = alarm.get("dimensions", {})
        row = ("m", str(alarm.get("namespace", "")), name, statistic)
        return [row], "m", int(as_float(alarm.get("period"), 60)), dimensions if isinstance(dimensions, Mapping) else {}
    queries = [query for query in alarm.all("metricQueries[*]") if isinstance(query, Mapping)]
    rows: list[tuple[str, str, str, str]] = []
    expression, period, shared = "", 60, dict[str, Any]()
    for query in queries:
        metric = query.get("metric")
        if isinstance(metric, Mapping):
            rows.append(
                (
                    str(query.get("id")),
                    str(metric.get("namespace", "")),
                    str(metric.get("metricName", "")),
                    str(metric.get("stat", "")),
                )
            )
            period = int(as_float(metric.get("period"), 60))
            dimensions = metric.get("dimensions")
            shared.update(dimensions if isinstance(dimensions, Mapping) else {})
        elif query.get("returnData") is True:
            expression = str(query.get("expression", ""))
    if not rows:
        return None
    return rows, expression or rows[0][0], period, shared
