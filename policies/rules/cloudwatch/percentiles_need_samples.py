"""Percentile alarms ignore windows with too few samples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import METRIC_ALARM
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.table import must_be

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """An alarm on a percentile ignores windows with too few samples."""
    statistic = resource.get("extendedStatistic")
    if isinstance(statistic, str) and statistic.startswith("p"):
        yield from must_be("evaluateLowSampleCountPercentiles", "ignore").check(resource, context)


RULE = Rule(
    id="observability-percentiles-need-samples",
    title="Percentile alarms ignore windows with too few samples",
    severity=Severity.MEDIUM,
    why="A p95 of fewer than 200 requests is noise: it wakes people, and rolls good releases back.",
    fix="Set evaluateLowSampleCountPercentiles to ignore.",
    source="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/percentiles-with-low-samples.html",
    types=METRIC_ALARM,
    check=check,
    passing={"alarm": (METRIC_ALARM[0], {"extendedStatistic": "p95", "evaluateLowSampleCountPercentiles": "ignore"})},
    failing={"alarm": (METRIC_ALARM[0], {"extendedStatistic": "p95"})},
)
