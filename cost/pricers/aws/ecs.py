"""ECS services on Fargate: vCPUs, memory and storage of their tasks. Services on EC2 are billed at the instances."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from cost.charges import Amount, Charge, Driver, Unpriced
from cost.compute import volume_charges, volume_of
from cost.registry import Pricer
from cost.scaling import limits_of
from cost.scope import Scope
from cost.uptime import Metering
from deployment import tokens

TASK: Final = tokens.TASK_DEFINITION[0]
CLUSTER: Final = tokens.ECS_CLUSTER[0]
PROVIDERS: Final = tokens.ECS_CAPACITY_PROVIDERS[0]

INCLUDED_STORAGE_GB: Final = 20
"""Storage that every task has without a charge (AWS Fargate pricing page, 2026-03)."""


def service(scope: Scope) -> Iterator[Charge]:
    """Tasks of the service: floor and worst case by its scaling target, expected at the desired count."""
    yield from volumes(scope)
    if not on_fargate(scope):
        return
    tasks = scope.graph.referenced(scope.resource, "taskDefinition", TASK)
    if not tasks:
        raise Unpriced("its task definition isn't in the graph, so its vCPUs and memory aren't known")
    task = Scope(scope.pricing, tasks[0])
    vcpus, memory_gb = size(task.text("cpu"), 1024), size(task.text("memory"), 1024)
    count = tasks_of(scope)
    storage_gb = max(Decimal(0), task.number("ephemeralStorage.sizeInGib") - INCLUDED_STORAGE_GB)
    arm = task.text("runtimePlatform.cpuArchitecture", "X86_64") == "ARM64"
    windows = task.text("runtimePlatform.operatingSystemFamily").upper().startswith("WINDOWS")
    kind = "windows" if windows else "arm64" if arm else "x86"
    for item, key, each in (
        (f"vCPU ({kind})", f"{kind}_vcpu_hour", vcpus),
        ("Windows licence", "windows_licence_vcpu_hour", vcpus if windows else Decimal(0)),
        (f"Memory ({kind})", f"{kind}_gb_hour", memory_gb),
        (f"Storage beyond {INCLUDED_STORAGE_GB} GB", "storage_gb_hour", storage_gb),
    ):
        if each:
            yield scope.charge(
                f"Fargate tasks: {item}", ("fargate", key), count * each, Metering.SECONDS, driver=Driver.FLEET
            )
    if scope.flag("networkConfiguration.assignPublicIp"):
        yield scope.charge(
            "Public IPv4 addresses of tasks", ("vpc", "public_ipv4_hour"), count, Metering.SECONDS, driver=Driver.FLEET
        )


def volumes(scope: Scope) -> Iterator[Charge]:
    """An EBS volume for each task, where the service has ECS make one."""
    for managed in scope.items("volumeConfiguration.managedEbsVolume"):
        volume = volume_of(managed, size="sizeInGb")
        if volume.assumed:
            raise Unpriced("the size of its tasks' volumes isn't declared (a snapshot's?), and they are billed by it")
        yield from volume_charges(scope, volume, tasks_of(scope), what="Volume of tasks")


def on_fargate(scope: Scope) -> bool:
    """True when tasks of the service run on Fargate: by its launch type, its own capacity providers, or else the
    cluster's default ones. Raises Unpriced when the cluster decides and isn't known."""
    kind = scope.text("launchType").upper()
    if kind == "EXTERNAL":
        raise Unpriced("tasks on machines of one's own (EXTERNAL) have no price in the catalogue")
    if kind:
        return kind == "FARGATE"
    strategies = scope.items("capacityProviderStrategies")
    if not strategies:
        strategies = _default_providers(scope)
    return any("FARGATE" in str(each.get("capacityProvider")) for each in strategies)


def _default_providers(scope: Scope) -> list[Mapping[str, Any]]:
    """The default strategy of the service's cluster; empty where it has none, and tasks run on instances."""
    clusters = scope.graph.referenced(scope.resource, "cluster", CLUSTER)
    if not clusters:
        raise Unpriced("its launch type is left to a cluster that isn't in the graph; set launchType")
    found: list[Mapping[str, Any]] = []
    for providers in scope.graph.of_type(PROVIDERS):
        named = scope.graph.referenced(providers, "clusterName", CLUSTER)
        if clusters[0] in named or providers.get("clusterName") in (clusters[0].get("name"), clusters[0].name):
            found += Scope(scope.pricing, providers).items("defaultCapacityProviderStrategies")
    return found + Scope(scope.pricing, clusters[0]).items("defaultCapacityProviderStrategies")


def tasks_of(scope: Scope) -> Amount:
    """Tasks at a time."""
    desired = scope.number("desiredCount", 1)
    name = scope.resource.get("name")
    names = [f"/{each}" for each in (name, scope.resource.name) if isinstance(each, str)]
    limits = limits_of(scope, "ecs:service:DesiredCount", *names)
    return Amount.fixed(desired) if limits is None else limits.around(desired)


def size(text: str, unit: int) -> Decimal:
    """``256``, ``.25 vCPU``, ``512`` or ``0.5 GB`` as whole units. Raises Unpriced for anything else."""
    found = re.fullmatch(r"\s*(\d*\.?\d+)\s*(vcpu|gb)?\s*", text.lower())
    if not found:
        raise Unpriced(f"a Fargate task needs cpu and memory; {text!r} is neither a number nor `1 vCPU`, `2 GB`")
    number = Decimal(found[1])
    return number if found[2] else number / unit


PRICERS: Final = {tokens.ECS_SERVICE[0]: Pricer(service, twins=("aws_ecs_service",))}
