"""What an alarm would do: whether it goes off, and who hears of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from operator import itemgetter
from typing import Any, Final, TypeAlias, TypeVar

from deployment.graph import Resource
from deployment.tokens import METRIC_ALARM, TOPIC
from policies.checks import mappings, number
from policies.context import Context

ABOVE: Final = ("GreaterThanThreshold", "GreaterThanOrEqualToThreshold")


@dataclass(frozen=True, slots=True)
class Measure:
    """One metric of an alarm."""

    alarm: Resource
    metric: str
    namespace: str
    statistic: str
    period_seconds: Decimal | None
    target_group: str
    """ARN suffix of the target group it is narrowed to; "" for none."""

    def goes_off(self, value: Decimal, lasting_seconds: int) -> bool:
        """True when `value` of the metric, or of the expression over it, raises the alarm within the time."""
        threshold = number(self.alarm.get("threshold"))
        periods = number(self.alarm.get("datapointsToAlarm")) or number(self.alarm.get("evaluationPeriods"))
        if threshold is None or periods is None or self.period_seconds is None:
            return False
        in_time = 0 < periods * self.period_seconds <= lasting_seconds
        return in_time and self.alarm.get("comparisonOperator") in ABOVE and value > threshold


K = TypeVar("K", bound=Hashable)
Placed: TypeAlias = Mapping[K, Sequence[tuple[int, Measure]]]
"""Key -> measures, each with its place among all."""


def measures(context: Context) -> tuple[Measure, ...]:
    """Every metric of every metric alarm."""
    return context.once(_all_measures)


def _all_measures(context: Context) -> tuple[Measure, ...]:
    return tuple(one for alarm in context.graph.of_type(*METRIC_ALARM) for one in _measures(alarm))


def measures_by_alarm(context: Context) -> Mapping[str, Sequence[Measure]]:
    """URN of an alarm -> its metrics; for `Context.once`."""
    found: dict[str, list[Measure]] = {}
    for one in measures(context):
        found.setdefault(one.alarm.urn, []).append(one)
    return found


def measures_of(names: Collection[tuple[str, str]], context: Context) -> list[Measure]:
    """Those of `measures` whose (namespace, name) is among `names`, in the same order."""
    return in_order(context.once(_by_name), names)


def _by_name(context: Context) -> Placed[tuple[str, str]]:
    return placed(measures(context), lambda one: (one.namespace, one.metric))


def placed(found: Iterable[Measure], key: Callable[[Measure], K]) -> Placed[K]:
    """Key -> the measures that have it, each with its place among `found`."""
    index: dict[K, list[tuple[int, Measure]]] = {}
    for place, one in enumerate(found):
        index.setdefault(key(one), []).append((place, one))
    return index


def in_order(index: Placed[K], keys: Collection[K]) -> list[Measure]:
    """Measures that have one of `keys`, which differ, in the order of their places."""
    return [one for _, one in sorted((found for key in keys for found in index.get(key, ())), key=itemgetter(0))]


def _measures(alarm: Resource) -> Iterator[Measure]:
    found: list[Mapping[str, Any]] = []
    if (name := alarm.get("metricName")) is not None:
        own = {
            "metricName": name,
            "namespace": alarm.get("namespace"),
            "stat": alarm.get("extendedStatistic") or alarm.get("statistic"),
            "period": alarm.get("period"),
            "dimensions": alarm.get("dimensions"),
        }
        found.append(own)
    found += [metric for query in mappings(alarm.get("metricQueries")) for metric in mappings(query.get("metric"))]
    for metric in found:
        dimensions = (mappings(metric.get("dimensions")) or [{}])[0]
        yield Measure(
            alarm,
            _text(metric.get("metricName")),
            _text(metric.get("namespace")),
            _text(metric.get("stat")),
            number(metric.get("period")),
            _text(dimensions.get("TargetGroup")),
        )


def tells(alarm: Resource, context: Context) -> bool:
    """True when a topic hears of the alarm."""
    on = alarm.get("actionsEnabled") not in (False, "false")
    return on and bool(context.graph.referenced(alarm, "alarmActions", *TOPIC))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
