"""Alarms over several metrics can be computed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from deployment.graph import Resource
from deployment.tokens import METRIC_ALARM
from deployment.unknown import UNKNOWN
from policies.checks import is_absent, mappings, shown
from policies.context import Context
from policies.examples import each
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

QUOTED: Final = re.compile(r"'[^']*'|\"[^\"]*\"")
QUERY: Final = re.compile(r"\s*select\b", re.IGNORECASE)
"""A query of Metrics Insights, which names metrics and no ids."""
WORD: Final = re.compile(r"(?<![\w])([a-z]\w*)(?![\w(])")


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """One query is compared, each has an id, and an expression names queries that are there."""
    queries = mappings(resource.get("metricQueries"))
    plain = not is_absent(resource.get("metricName"))
    if resource.get("metricQueries") is UNKNOWN or resource.get("metricName") is UNKNOWN:
        return
    if resource.gives("evaluationCriteria") and not plain and not queries:
        return  # it asks in PromQL, and so names no metric
    if plain == bool(queries):
        yield Problem("the alarm needs either metricName or metricQueries; give one of them", "metricName")
    if plain:
        given = [path for path in ("statistic", "extendedStatistic") if not is_absent(resource.get(path))]
        if len(given) != 1:
            yield Problem("the alarm needs either statistic or extendedStatistic; give one of them", "statistic")
        for path in ("namespace", "period"):
            if is_absent(resource.get(path)):
                yield Problem(f"{path} is not set; give it with metricName", path)
        return
    yield from query_problems(queries, resource.get("thresholdMetricId"))


def query_problems(queries: list[Any], band: Any) -> Iterator[Problem]:
    """What is wrong with the queries of an alarm; `band` is the id of the one that is its threshold, if any."""
    ids = [query.get("id") for query in queries]
    if isinstance(band, str) and band not in ids:
        yield Problem(f"thresholdMetricId is {band}, which is no id of the metricQueries", "thresholdMetricId")
    if len(set(map(str, ids))) < len(ids):
        yield Problem("two metricQueries have the same id; give each its own", "metricQueries")
    # An anomaly detection band is returned beside what it is compared with.
    returned = [query for query in queries if query.get("returnData") in (True, "true") and query.get("id") != band]
    if queries and len(returned) != 1:
        yield Problem(
            f"{len(returned)} of the metricQueries have returnData true; set it on the one compared", "metricQueries"
        )
    for query in queries:
        if is_absent(query.get("expression")) == is_absent(query.get("metric")):
            yield Problem(
                f"the query {shown(query.get('id'))} needs either expression or metric; give one of them",
                "metricQueries",
            )
        expression = query.get("expression")
        if isinstance(expression, str) and not QUERY.match(expression):
            for word in sorted(set(WORD.findall(QUOTED.sub("", expression))) - set(ids)):
                yield Problem(f"the expression names {word}, which is no id of the metricQueries", "metricQueries")


def _alarm(expression: str) -> tuple[str, dict[str, Any]]:
    metric = {"metricName": "RequestCount", "namespace": "AWS/ApplicationELB", "period": 60, "stat": "Sum"}
    return METRIC_ALARM[0], {
        "metricQueries": [
            {"id": "twice", "expression": expression, "returnData": True},
            {"id": "requests", "metric": metric},
        ]
    }


_PLAIN: Final = {"metricName": "RequestCount", "namespace": "AWS/ApplicationELB", "period": 60, "statistic": "Sum"}

_BAND: Final = each(
    {"alarm": _alarm("ANOMALY_DETECTION_BAND(requests, 2)")},
    {"alarm.thresholdMetricId": "twice", "alarm.metricQueries[1].returnData": True},
)[0]

RULE = Rule(
    id="observability-metric-math-sound",
    title="Alarms over several metrics can be computed",
    severity=Severity.HIGH,
    risk=Risk.REFUSAL,
    why="AWS refuses such an alarm.",
    fix="Correct id, expression, metric and returnData of the metricQueries.",
    source="https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataQuery.html",
    refused_by="cloudwatch PutMetricAlarm: ValidationError",
    types=METRIC_ALARM,
    check=check,
    reads=(
        *("metricQueries", "metricName", "evaluationCriteria", "statistic", "extendedStatistic"),
        *("namespace", "period", "thresholdMetricId"),
    ),
    passing={"alarm": _alarm("2 * requests")},
    failing={"alarm": _alarm("2 * errors")},
    also_passing=(
        {"alarm": (METRIC_ALARM[0], _PLAIN)},
        {"alarm": (METRIC_ALARM[0], {"evaluationCriteria": {"promqlCriteria": {"query": "up == 0"}}})},
        {"alarm": _alarm("DB_PERF_INSIGHTS('RDS', 'db-1', 'os.cpuUtilization.user.avg')")},
        {"alarm": _alarm('select max(requests) from schema("AWS/EC2", InstanceId)')},
        _BAND,
    ),
    also_failing=(
        {"alarm": (METRIC_ALARM[0], {})},
        *each(
            {"alarm": (METRIC_ALARM[0], _PLAIN)},
            {"alarm.statistic": None},
            {"alarm.namespace": None},
        ),
        *each(
            {"alarm": _alarm("2 * requests")},
            {"alarm.metricQueries[1].id": "twice"},
            {"alarm.metricQueries[0].returnData": False},
            {"alarm.metricQueries[1].metric": None},
        ),
        *each(_BAND, {"alarm.thresholdMetricId": "gone"}),
    ),
)
