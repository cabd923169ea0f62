"""The declared graph with a candidate's settings, without running the program again: the search's first look.

Running it takes most of a second; this takes a millisecond. What the search then recommends is declared by the program
itself, with the settings that `--write` writes, and judged anew; a test holds the two together.
"""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

from deployment.graph import Resource, ResourceGraph
from infra.burstable import burstable_type
from infra.settings import Settings
from infra.settings.instance_capacity import instance_capacity
from workbench.simulate.optimize.candidates import Candidate
from workbench.simulate.reading.alarms import ALARM
from workbench.simulate.reading.fleets import GROUP, POLICY, TEMPLATE


def patched(graph: ResourceGraph, candidate: Candidate, settings: Settings) -> ResourceGraph:
    """`graph` as the program would declare it with the fleet of `candidate`.

    Cache and session length are not touched: `graph` has to be declared with the candidate's (`frame`).
    """
    tracked = tracked_requests(candidate, settings)
    spike = round(tracked * settings.slo.traffic_spike_ratio)
    return ResourceGraph(_patched(resource, candidate, settings, tracked, spike) for resource in graph)


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
) -> Resource:
    if resource.type == GROUP:
        return _edited(resource, lambda values: _group(values, resource.name, candidate))
    if resource.type == TEMPLATE:
        return _edited(resource, lambda values: _template(values, candidate))
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


def _template(values: dict[str, Any], candidate: Candidate) -> None:
    values["instanceType"] = candidate.instance_types[0]
    # Only burstable types take a choice of credits; AWS refuses it for others.
    if not all(burstable_type(each) for each in candidate.instance_types):
        values.pop("creditSpecification", None)


def _group(
    values: dict[str, Any],
    name: str,
    candidate: Candidate,
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
        if candidate.spot_max_usd_per_hour is not None:
            mixed["instancesDistribution"]["spotMaxPrice"] = f"{candidate.spot_max_usd_per_hour.normalize():f}"


def _policy(values: dict[str, Any], tracked: int, spike: int) -> None:
    if values.get("policyType") == "TargetTrackingScaling":
        values["targetTrackingConfiguration"]["targetValue"] = float(tracked)
    for step in values.get("stepAdjustments") or ():
        for bound in ("metricIntervalLowerBound", "metricIntervalUpperBound"):
            if step.get(bound) not in (None, "", "0"):
                step[bound] = str(spike)
