"""The declared graph with a candidate's settings, without running the program again.

Running it takes most of a second; this takes a millisecond. The winner is declared by the real program
afterwards, and a test holds the two together.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from deployment.graph import Resource, ResourceGraph
from infra.settings import Settings
from infra.settings.instance_capacity import instance_capacity
from workbench.simulate.optimize.candidates import Candidate
from workbench.simulate.reading.alarms import ALARM
from workbench.simulate.reading.fleets import GROUP, POLICY, TEMPLATE


def patched(
    graph: ResourceGraph, candidate: Candidate, settings: Settings, on_demand_usd: Mapping[str, Decimal]
) -> ResourceGraph:
    """`graph` as the program would declare it with the fleet of `candidate`.

    Cache and session length are not touched: `graph` has to be declared with the candidate's (`frame`).
    """
    tracked = tracked_requests(candidate, settings)
    spike = round(tracked * settings.slo.traffic_spike_ratio)
    return ResourceGraph(_patched(resource, candidate, settings, tracked, spike, on_demand_usd) for resource in graph)


def tracked_requests(candidate: Candidate, settings: Settings) -> int:
    """Target value that the program derives for the candidate's instance types."""
    fleet = settings.fleet.model_copy(update={"instance_types": candidate.instance_types})
    return instance_capacity(fleet, settings.contract, settings.slo).requests_per_minute()


def _patched(
    resource: Resource,
    candidate: Candidate,
    settings: Settings,
    tracked: int,
    spike: int,
    on_demand_usd: Mapping[str, Decimal],
) -> Resource:
    if resource.type == GROUP:
        return _edited(resource, lambda values: _group(values, resource.name, candidate, settings, on_demand_usd))
    if resource.type == TEMPLATE:
        return _edited(resource, lambda values: values.update(instanceType=candidate.instance_types[0]))
    if resource.type == POLICY:
        return _edited(resource, lambda values: _policy(values, tracked, spike))
    if resource.type == ALARM and resource.get("metricName") == "RequestCountPerTarget":
        return _edited(resource, lambda values: values.update(threshold=float(spike)))
    return resource


def _edited(resource: Resource, edit: Any) -> Resource:
    inputs, outputs = copy.deepcopy(dict(resource.inputs)), copy.deepcopy(dict(resource.outputs))
    edit(inputs)
    edit(outputs)
    return replace(resource, inputs=inputs, outputs=outputs)


def _group(
    values: dict[str, Any],
    name: str,
    candidate: Candidate,
    settings: Settings,
    on_demand_usd: Mapping[str, Decimal],
) -> None:
    values["maxSize"] = candidate.max_size
    if "canary" not in name:
        fleet = candidate.settings()["plant:fleet"]
        values["minSize"], values["desiredCapacity"] = fleet["min_size"], fleet["desired_capacity"]
        values.pop("warmPool", None)
        if candidate.warm_pool_size:
            values["warmPool"] = {
                "poolState": "Stopped",
                "minSize": candidate.warm_pool_size,
                "maxGroupPreparedCapacity": candidate.max_size,
                "instanceReusePolicy": {"reuseOnScaleIn": True},
            }
    mixed = values.get("mixedInstancesPolicy")
    if isinstance(mixed, dict):
        mixed["launchTemplate"]["overrides"] = [{"instanceType": each} for each in candidate.instance_types]
        if settings.fleet.spot_max_usd_per_hour is not None:
            mixed["instancesDistribution"]["spotMaxPrice"] = str(on_demand_usd[candidate.instance_types[0]])


def _policy(values: dict[str, Any], tracked: int, spike: int) -> None:
    if values.get("policyType") == "TargetTrackingScaling":
        values["targetTrackingConfiguration"]["targetValue"] = float(tracked)
    for step in values.get("stepAdjustments") or ():
        for bound in ("metricIntervalLowerBound", "metricIntervalUpperBound"):
            if step.get(bound) not in (None, "", "0"):
                step[bound] = str(spike)
