"""An alarm tells when the cache fills up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import METRIC_ALARM, REPLICATION_GROUP, SERVERLESS_CACHE
from policies.checks import number, shown
from policies.context import ROOT_TYPE, Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._alarms import measures

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """An alarm watches how full the cache is."""
    alarms = [one for one in measures(context) if one.namespace == "AWS/ElastiCache" and one.metric in FILLING]
    if context.is_plant_stack and not alarms:
        yield Problem("no alarm watches how full this cache is; add a MetricAlarm in AWS/ElastiCache")
    most = number(resource.get("cacheUsageLimits.dataStorage.maximum"))
    for one in alarms:
        if (
            one.metric == "BytesUsedForCache"
            and most is not None
            and one.threshold is not None
            and not 0 < one.threshold < most * 1024**3
        ):
            yield Problem(
                f"threshold is {shown(one.alarm.get('threshold'))} bytes; give more than 0 and less than the {most} GB "
                "of "
                "cacheUsageLimits.dataStorage.maximum",
                "threshold",
                one.alarm,
            )


FILLING = ("BytesUsedForCache", "DatabaseMemoryUsagePercentage")

RULE = Rule(
    id="observability-cache-watched",
    title="An alarm tells when the cache fills up",
    severity=Severity.MEDIUM,
    why="A full cache evicts or refuses, and the database gets the load.",
    fix="Add a MetricAlarm in AWS/ElastiCache with a threshold below the cache's limit.",
    source="https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheMetrics.WhichShouldIMonitor.html",
    types=(*SERVERLESS_CACHE, *REPLICATION_GROUP),
    reads_graph=True,
    check=check,
    passing={
        "root": (ROOT_TYPE, {}),
        "cache": (SERVERLESS_CACHE[0], {}),
        "full": (METRIC_ALARM[0], {"metricName": "BytesUsedForCache", "namespace": "AWS/ElastiCache"}),
    },
    failing={"root": (ROOT_TYPE, {}), "cache": (SERVERLESS_CACHE[0], {})},
)
