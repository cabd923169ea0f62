"""Answers to calls that moto cannot carry out: AppConfig deployments, tags across services, serverless caches.

Each keeps what the provider's state says exists, and is validated against the service model before it gets here.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from deployment import tokens
from workbench.emulator.behaviour.metrics import MetricStore, key_of, metric_math, named_in, statistic
from workbench.emulator.deploy import Deployer

if TYPE_CHECKING:
    from workbench.emulator.behaviour.clock import Clock

TYPE_FILTERS = {
    "elasticloadbalancing:loadbalancer/app": tokens.LOAD_BALANCER[0],
    "wafv2:webacl": tokens.WEB_ACL[0],
    "wafv2:regional/webacl": tokens.WEB_ACL[0],
    "elasticache:serverlesscache": tokens.SERVERLESS_CACHE[0],
    "elasticache:replicationgroup": tokens.REPLICATION_GROUP[0],
    "cloudwatch:alarm": tokens.METRIC_ALARM[0],
}
"""ResourceTypeFilters of the tagging API → the provider's type."""


class FlagStore:
    """AppConfig deployments: which hosted version is live in which environment."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.deployed: dict[tuple[str, str, str], str] = {}
        """(application, environment, profile) → version."""
        self.history: list[tuple[datetime, str]] = []

    def start_deployment(self, params: dict[str, Any]) -> dict[str, Any]:
        """StartDeployment with a strategy that deploys at once, as the stack's does."""
        key = params["ApplicationId"], params["EnvironmentId"], params["ConfigurationProfileId"]
        self.deployed[key] = params["ConfigurationVersion"]
        self.history.append((self._clock.now, params["ConfigurationVersion"]))
        return {"DeploymentNumber": len(self.history) + 1, "State": "COMPLETE", "PercentageComplete": 100.0}

    def list_deployments(self, params: dict[str, Any]) -> dict[str, Any]:
        """ListDeployments: newest first (AppConfig API reference). What Pulumi deployed comes before all of them."""
        live = [
            version
            for (application, environment, _), version in self.deployed.items()
            if (application, environment) == (params["ApplicationId"], params["EnvironmentId"])
        ]
        return {"Items": [{"ConfigurationVersion": version, "State": "COMPLETE"} for version in live]}


def get_metric_data(metrics: MetricStore, params: dict[str, Any]) -> dict[str, Any]:
    """GetMetricData over the virtual metrics: periods cut from the start time on, newest first on request."""
    start, end = _moment(params["StartTime"]), _moment(params["EndTime"])
    newest_first = params.get("ScanBy", "TimestampDescending") == "TimestampDescending"
    series = _Series(metrics, params["MetricDataQueries"], start, end)
    results = []
    for query in series.queries:
        if not query.get("ReturnData", True):
            continue
        period = _period(query, series.queries)
        points = [
            (series.first + timedelta(seconds=period) * place, value)
            for place, value in enumerate(series.values(query, period))
            if value is not None
        ]
        points.sort(reverse=newest_first)
        results.append(
            {
                "Id": query["Id"],
                "Timestamps": [item[0].isoformat() for item in points],
                "Values": [item[1] for item in points],
                "StatusCode": "Complete",
            }
        )
    return {"MetricDataResults": results}


def _period(query: dict[str, Any], queries: list[dict[str, Any]]) -> int:
    """Seconds of a period: of an expression, that of the metrics which it reads (CloudWatch reference, MetricStat)."""
    if stat := query.get("MetricStat"):
        return int(stat["Period"])
    read = named_in(query["Expression"])
    asked = [_period(other, queries) for other in queries if other is not query and other["Id"] in read]
    return int(query.get("Period") or max(asked, default=60))


class _Series:
    """The queries of one call, each read once for all of its periods: a rollout asks for days of minutes."""

    def __init__(self, metrics: MetricStore, queries: list[dict[str, Any]], start: datetime, end: datetime) -> None:
        self.queries = queries
        self.first = start.replace(second=0, microsecond=0)
        self._metrics, self._start, self._end = metrics, start, end

    def values(self, query: dict[str, Any], period: int) -> list[float | None]:
        """The value in each period, of ``period`` seconds whatever the query's own; None without data."""
        length = timedelta(seconds=period)
        count = max(0, -((self.first - self._end) // length))
        stat = query.get("MetricStat")
        if stat:
            metric = stat["Metric"]
            key = key_of(metric["Namespace"], metric["MetricName"], metric.get("Dimensions") or ())
            samples: list[list[tuple[float, int]]] = [[] for _ in range(count)]
            for at, value, times in self._metrics.between(key, self._start, self._end):
                samples[(at - self.first) // length].append((value, times))
            return [statistic(found, stat["Stat"]) if found else None for found in samples]
        expression = query["Expression"]
        read = named_in(expression)
        others = [item for item in self.queries if item is not query and item["Id"] in read]
        columns = [self.values(item, period) for item in others]
        rows = list(zip(*columns, strict=True)) if columns else [()] * count
        names = [item["Id"] for item in others]
        known = {row: metric_math(expression, dict(zip(names, row, strict=True))) for row in set(rows)}
        return [known[row] for row in rows]


def get_resources(deployer: Deployer, params: dict[str, Any]) -> dict[str, Any]:
    """GetResources of the tagging API, over what the deploy made and what was not removed behind its back."""
    wanted = {TYPE_FILTERS.get(kind, kind) for kind in params.get("ResourceTypeFilters", [])}
    found = []
    for entry in list(deployer.state.entries.values()):
        tags = entry.outputs.get("tags") or {}
        if wanted and entry.type not in wanted:
            continue
        if all(
            tags.get(item["Key"]) in item.get("Values", [tags.get(item["Key"])])
            for item in params.get("TagFilters", [])
        ):
            fresh = deployer.lifecycle.read(entry.type, entry.urn, entry.id, entry.outputs)
            if fresh is not None and fresh.get("arn"):
                found.append({"ResourceARN": fresh["arn"], "Tags": [{"Key": k, "Value": v} for k, v in tags.items()]})
    return {"ResourceTagMappingList": found}


def delete_serverless_cache(deployer: Deployer, params: dict[str, Any]) -> dict[str, Any]:
    """DeleteServerlessCache: the cache leaves the provider's state, as it would be found missing by a refresh."""
    name = params["ServerlessCacheName"]
    for urn, entry in list(deployer.state.entries.items()):
        if entry.type == tokens.SERVERLESS_CACHE[0] and entry.id == name:
            del deployer.state.entries[urn]
    return {"ServerlessCache": {"ServerlessCacheName": name, "Status": "deleting"}}


def _moment(value: Any) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(str(value).replace("Z", "+00:00"))
