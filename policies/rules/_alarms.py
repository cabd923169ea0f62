"""Reads metric alarms: what they measure and how they judge it, however the alarm is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from deployment.graph import Resource
from deployment.tokens import METRIC_ALARM
from policies.checks import mappings, number
from policies.context import Context

STORY_METRICS: Final = ("api_latency", "traffic_spikes", "auto_scale_events")
"""Metrics that the story names (design.md, section 2)."""

CLUSTER_LOGS: Final = "/aws/eks/"
"""Beginning of the log group of a cluster's control plane, which is the cluster's owner's."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One metric of an alarm."""

    alarm: Resource
    metric: str
    namespace: str
    statistic: str
    period_seconds: Decimal | None

    @property
    def threshold(self) -> Decimal | None:
        """Value that the alarm compares with; None when it is not known or not a number."""
        return number(self.alarm.get("threshold"))

    @property
    def window_seconds(self) -> Decimal | None:
        """Time that a breach has to last."""
        periods = number(self.alarm.get("datapointsToAlarm")) or number(self.alarm.get("evaluationPeriods"))
        return None if periods is None or self.period_seconds is None else periods * self.period_seconds


def measures(context: Context) -> tuple[Measure, ...]:
    """Every metric of every metric alarm; read once an assessment."""
    return context.once(_all_measures)


def _all_measures(context: Context) -> tuple[Measure, ...]:
    return tuple(_measures(context))


def _measures(context: Context) -> Iterator[Measure]:
    for alarm in context.graph.of_type(*METRIC_ALARM):
        if alarm.get("metricName") is not None:
            statistic = alarm.get("extendedStatistic") or alarm.get("statistic")
            yield Measure(
                alarm,
                _text(alarm.get("metricName")),
                _text(alarm.get("namespace")),
                _text(statistic),
                number(alarm.get("period")),
            )
        for query in mappings(alarm.get("metricQueries")):
            for metric in mappings(query.get("metric")):
                yield Measure(
                    alarm,
                    _text(metric.get("metricName")),
                    _text(metric.get("namespace")),
                    _text(metric.get("stat")),
                    number(metric.get("period")),
                )


def expected_here(context: Context) -> bool:
    """True when the story's alarms have to be there: in its own stack, while it serves."""
    return context.is_plant_stack and not context.parked


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
