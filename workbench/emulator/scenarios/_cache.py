"""What the stack declares about its cache: what instances are told of it, and the alarm on its size."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

from deployment import tokens
from workbench.emulator import words
from workbench.emulator.stage import MissingPieceError, Stage
from workbench.emulator.statefile import Entry

SERVERLESS = tokens.SERVERLESS_CACHE[0]
NODES = tokens.REPLICATION_GROUP[0]
FULL_MINUTES = 17
"""Three periods of five minutes, and two."""
GIB = 1024**3


def of(stage: Stage) -> Entry:
    """The cache of a dedicated stack.

    Raises:
        MissingPieceError: There is none.
    """
    found = [*stage.entries(SERVERLESS), *stage.entries(NODES)]
    if not found:
        raise MissingPieceError("the stack has no cache")
    return found[0]


def what_instances_know(stage: Stage) -> None:
    """Each fleet's instances are told where the cache is, and find the limits that hold without it."""
    where = _endpoint(stage)
    for fleet in ("stable", "canary"):
        environment = _environment(stage, fleet)
        told = environment.get("PLANT_CACHE_ENDPOINT", "nothing")
        stage.demand(
            f"instances of the {fleet} fleet know the cache", told == where, f"{told}; the cache is at {where}"
        )
        limits = _contract(stage, environment.get("PLANT_CONTRACT_PARAMETER", ""))
        contract = stage.settings.contract
        wanted = {
            "cache_ttl_seconds": contract.cache_ttl_seconds,
            "database_query_limit_ms": contract.database_query_limit_ms,
            "response_budget_ms": contract.response_budget_ms,
        }
        found = {key: limits.get(key) for key in wanted}
        stage.demand(
            f"and instances of the {fleet} fleet find the limits that hold without it",
            found == wanted,
            f"{environment.get('PLANT_CONTRACT_PARAMETER', 'no contract')}: {words.pairs(found)}",
        )
    alarm = stage.alarm("database-latency")
    limit = stage.settings.contract.database_query_limit_ms
    stage.demand(
        "the database alarm watches the contract's limit",
        float(alarm.outputs["threshold"]) == limit,
        f"alarm over {words.number(float(alarm.outputs['threshold']))} ms, a query is given up after {limit} ms",
    )


def fills_up(stage: Stage, minutes: Callable[[int], None]) -> None:
    """The cache nears its declared size: its own alarm says so before data is lost."""
    what = "the cache's own alarm says that it fills up"
    if stage.settings.tenancy.kind == "shared":
        stage.leave_out(what, "the cache and its alarms are the platform's")
        return
    alarm = stage.alarm("nearly-full")
    cache = of(stage)
    share = stage.settings.slo.cache_used_threshold_percent
    metric, dimensions, full = _size_metric(cache)
    account = stage.account
    for count, used in ((FULL_MINUTES, min(100, share + 5)), (FULL_MINUTES, share - 5)):
        for _ in range(count):
            account.put_metric("AWS/ElastiCache", metric, dimensions, full * used / 100)
            minutes(1)
        if used > share:
            state = account.alarms.state(alarm.id)
            stage.demand(what, state == "ALARM", f"{state} at {used} % of the declared size, limit {share} %")
    state = account.alarms.state(alarm.id)
    stage.demand("and ends when it has room again", state == "OK", f"{state} at {share - 5} %")


def zones(stage: Stage) -> set[str]:
    """Zones of the subnets that a dedicated stack's cache is declared for."""
    cache = of(stage)
    subnets = cache.outputs.get("subnetIds")
    if subnets is None:
        subnets = stage.entry(tokens.CACHE_SUBNET_GROUP[0]).outputs["subnetIds"]
    answer = stage.call("ec2", "describe_subnets", SubnetIds=list(subnets))
    return {subnet["AvailabilityZone"] for subnet in answer["Subnets"]}


def _endpoint(stage: Stage) -> str:
    platform = stage.settings.tenancy.platform
    if platform is not None:
        return platform.cache_endpoint
    out = of(stage).outputs
    if out.get("endpoints"):
        first = out["endpoints"][0]
        return f"{first['address']}:{first['port']}"
    return f"{out['primaryEndpointAddress']}:{out['port']}"


def _environment(stage: Stage, fleet: str) -> dict[str, str]:
    """The application's environment: in a fleet's user data, as EC2 reports it, or in its Deployment's container."""
    if stage.account.cluster is not None:
        pod = stage.entry(tokens.DEPLOYMENT, fleet).inputs["spec"]["template"]["spec"]
        return {item["name"]: item["value"] for item in pod["containers"][0]["env"]}
    template = stage.entry(tokens.LAUNCH_TEMPLATE[0], fleet).id
    answer = stage.call("ec2", "describe_launch_template_versions", LaunchTemplateId=template, Versions=["$Latest"])
    data = answer["LaunchTemplateVersions"][0]["LaunchTemplateData"].get("UserData", "")
    lines = base64.b64decode(data).decode().splitlines()
    settings = (line.partition("=") for line in lines if line.startswith(("PLANT_", "AWS_")))
    return {name: value for name, _, value in settings}


def _contract(stage: Stage, parameter: str) -> dict[str, Any]:
    if not any(entry.id == parameter for entry in stage.entries(tokens.PARAMETER[0])):
        return {}
    content: dict[str, Any] = json.loads(stage.call("ssm", "get_parameter", Name=parameter)["Parameter"]["Value"])
    return content


def _size_metric(cache: Entry) -> tuple[str, list[dict[str, str]], float]:
    """Name and dimensions of the metric that says how full a cache is, and its value when the cache is full."""
    out = cache.outputs
    if cache.type == SERVERLESS:
        largest = out["cacheUsageLimits"]["dataStorage"]["maximum"]
        return "BytesUsedForCache", [{"Name": "clusterId", "Value": out["name"]}], float(largest) * GIB
    member = f"{out['replicationGroupId']}-001"
    return "DatabaseMemoryUsagePercentage", [{"Name": "CacheClusterId", "Value": member}], 100.0
