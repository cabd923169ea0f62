"""Alarms over several metrics can be computed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from deployment.graph import Resource
from deployment.tokens import METRIC_ALARM
from deployment.unknown import UNKNOWN
from policies.checks import is_absent, mappings, shown
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

WORD: Final = re.compile(r"(?<![\w'\"])([a-z]\w*)(?![\w'\"(])")


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """One query is compared, each has an id, and an expression names queries that are there; all of them are used."""
    queries = mappings(resource.get("metricQueries"))
    plain = not is_absent(resource.get("metricName"))
    if resource.get("metricQueries") is UNKNOWN or resource.get("metricName") is UNKNOWN:
        return
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
    yield from query_problems(queries)


def query_problems(queries: list[Any]) -> Iterator[Problem]:
    """What is wrong with the queries of an alarm."""
    ids = [query.get("id") for query in queries]
    if len(set(map(str, ids))) < len(ids):
        yield Problem("two metricQueries have the same id; give each its own", "metricQueries")
    returned = [query for query in queries if query.get("returnData") in (True, "true")]
    if queries and len(returned) != 1:
        yield Problem(
            f"{len(returned)} of the metricQueries have returnData true; set it on the one compared", "metricQueries"
        )
    used = {query.get("id") for query in returned}
    for query in queries:
        if is_absent(query.get("expression")) == is_absent(query.get("metric")):
            yield Problem(
                f"the query {shown(query.get('id'))} needs either expression or metric; give one of them",
                "metricQueries",
            )
        if isinstance(query.get("expression"), str):
            named = set(WORD.findall(query["expression"]))
            used |= named
            for word in sorted(named - set(ids)):
                yield Problem(f"the expression names {word}, which is no id of the metricQueries", "metricQueries")
    metrics = [str(query.get("metric")) for query in queries if not is_absent(query.get("metric"))]
    if len(set(metrics)) < len(metrics):
        yield Problem("two metricQueries read the same metric; name the one that is meant", "metricQueries")
    for query in queries:
        for metric in mappings(query.get("metric")):
            if is_absent(metric.get("namespace")):
                yield Problem(f"the query {shown(query.get('id'))} has no namespace; give it", "metricQueries")
    unused = sorted(str(one) for one in set(ids) - used)
    if unused:
        yield Problem(f"the query {unused[0]} is used by no expression; use it, or drop it", "metricQueries")


def _alarm(expression: str) -> tuple[str, dict[str, Any]]:
    metric = {"metricName": "RequestCount", "namespace": "AWS/ApplicationELB", "period": 60, "stat": "Sum"}
    return METRIC_ALARM[0], {
        "metricQueries": [
            {"id": "twice", "expression": expression, "returnData": True},
            {"id": "requests", "metric": metric},
        ]
    }


RULE = Rule(
    id="observability-metric-math-sound",
    title="Alarms over several metrics can be computed",
    severity=Severity.HIGH,
    why="AWS refuses such an alarm, or it stays in INSUFFICIENT_DATA and tells nobody.",
    fix="Correct id, expression, metric and returnData of the metricQueries.",
    source="https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataQuery.html",
    types=METRIC_ALARM,
    check=check,
    passing={"alarm": _alarm("2 * requests")},
    failing={"alarm": _alarm("2 * errors")},
)
