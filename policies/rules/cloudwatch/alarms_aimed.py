"""Alarms look at something that is there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from deployment.graph import Resource
from deployment.tokens import LOAD_BALANCER, METRIC_ALARM, REPLICATION_GROUP, SERVERLESS_CACHE, TARGET_GROUP
from policies.checks import is_absent, mappings, shown
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule

REQUIRED: Final = {
    "AWS/ApplicationELB": ("LoadBalancer",),
    "AWS/ElastiCache": ("clusterId", "CacheClusterId", "ReplicationGroupId"),
}
"""Namespace -> dimensions of which one has to be given; without it there is no metric of that name."""
TARGETS: Final = {"AWS/ApplicationELB": "TargetGroup"}
"""Namespace -> dimension without which a metric is about all that shares the load balancer."""
OWNERS: Final = {
    "LoadBalancer": LOAD_BALANCER,
    "TargetGroup": TARGET_GROUP,
    "clusterId": SERVERLESS_CACHE,
    "ReplicationGroupId": REPLICATION_GROUP,
}
"""Dimension -> types that it names."""


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """An alarm on a metric of AWS has its dimensions; in this project's stack they name what the stack has."""
    for path, namespace, dimensions in looks(resource):
        either = REQUIRED.get(namespace, ())
        if either and all(is_absent(dimensions.get(key)) for key in either):
            yield Problem(f"{path} lacks {' or '.join(either)}, so there is no such metric; give it", path)
        if namespace in TARGETS and context.is_plant_stack and is_absent(dimensions.get(TARGETS[namespace])):
            key = TARGETS[namespace]
            yield Problem(
                f"{path} lacks {key}, so the alarm counts whatever else is behind the load balancer; give it", path
            )
        for key, known in context.once(owners).items() if context.is_plant_stack else ():
            value = dimensions.get(key)
            if isinstance(value, str) and known and value not in known:
                yield Problem(f"{path}.{key} is {shown(value)}, which is not in this stack; name what is", path)


def looks(alarm: Resource) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """(property, namespace, dimensions) of each metric of an alarm."""
    if alarm.get("metricName") is not None:
        given = alarm.get("dimensions")
        yield "dimensions", str(alarm.get("namespace")), given if isinstance(given, Mapping) else {}
    for query in mappings(alarm.get("metricQueries")):
        for metric in mappings(query.get("metric")):
            given = metric.get("dimensions")
            yield "metricQueries", str(metric.get("namespace")), given if isinstance(given, Mapping) else {}


def owners(context: Context) -> dict[str, set[str]]:
    """Dimension -> what it may be in this stack; none where that is not known yet."""
    found: dict[str, set[str]] = {}
    for key, types in OWNERS.items():
        known = [names(one) for one in context.graph.of_type(*types)]
        found[key] = set().union(*known) if all(known) else set()
    return found


def names(owner: Resource) -> set[str]:
    """What a dimension may call `owner`."""
    arn = owner.outputs.get("arn")
    found = {owner.outputs.get("arnSuffix"), owner.outputs.get("name"), owner.outputs.get("id"), owner.get("name")}
    if isinstance(arn, str) and arn.count(":") >= 5:
        found.add(arn.split(":", 5)[5].removeprefix("loadbalancer/"))
    return {one for one in found if isinstance(one, str)}


def _alarm(**dimensions: str) -> tuple[str, dict[str, Any]]:
    return METRIC_ALARM[0], {
        "metricName": "TargetResponseTime",
        "namespace": "AWS/ApplicationELB",
        "dimensions": dimensions,
    }


RULE = Rule(
    id="observability-alarms-aimed",
    title="Alarms look at something that is there",
    severity=Severity.HIGH,
    why="An alarm on a metric that nobody sends is green for ever.",
    fix="Give the dimensions that the message names.",
    source="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html",
    types=METRIC_ALARM,
    reads_graph=True,
    check=check,
    passing={"p95": _alarm(LoadBalancer="app/edge/1")},
    failing={"p95": _alarm()},
)
