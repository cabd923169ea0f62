"""ECS services on Fargate: vCPUs, memory and storage of their tasks. Services on EC2 are billed at the instances."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from cost.charges import Amount, Charge, Driver, Unpriced
from cost.compute import volume_charges, volume_of
from cost.registry import Pricer
from cost.scaling import limits_of
from cost.scope import Pricing, Scope, UsageKey, told
from cost.uptime import Metering
from deployment import tokens
from deployment.graph import Resource
from deployment.unknown import SECRET, UNKNOWN

TASK: Final = tokens.TASK_DEFINITION[0]
CLUSTER: Final = tokens.ECS_CLUSTER[0]
PROVIDERS: Final = tokens.ECS_CAPACITY_PROVIDERS[0]

INCLUDED_STORAGE_GB: Final = 20
"""Storage that every task has without a charge (AWS Fargate pricing page, 2026-03)."""

ROLLING_PERCENT: Final = 200
"""Percentage of its tasks that a service may run in a deployment where it doesn't say (ECS API,
deploymentConfiguration, 2026)."""

DEPLOYMENT_HOURS: Final = UsageKey(
    "monthly_deployment_hours", Decimal(0), "hours a month in which deployments of the service run"
)
TASK_MINUTES: Final = UsageKey("task_duration_mins", Decimal(10), "minutes that a started task runs")


def service(scope: Scope) -> Iterator[Charge]:
    """Tasks of the service: floor and worst case by its scaling target, expected at the desired count."""
    yield from volumes(scope)
    if on_fargate(scope):
        count = tasks_of(scope)
        yield from task_charges(scope, "", count, Metering.SECONDS)
        yield from deployments(scope, count)


def task_charges(
    scope: Scope, prefix: str, count: Amount, metering: Metering, label: str = "Fargate tasks", assumed: bool = False
) -> Iterator[Charge]:
    """`count` tasks (or task-hours, when metered as use) of the definition that is named below `prefix`."""
    path = f"{prefix}taskDefinitionArn" if prefix else "taskDefinition"
    tasks = scope.referenced(path, TASK)
    if not tasks:
        raise Unpriced("its task definition isn't in the graph, so its vCPUs and memory aren't known")
    # a preview may name several, and not say which of them runs: the largest is taken
    vcpus, memory_gb, task = max(
        (
            (size(one.text("cpu"), 1024), size(one.text("memory"), 1024), one)
            for one in (Scope(scope.pricing, each) for each in tasks)
        ),
        key=lambda found: found[:2],
    )
    usage = metering is Metering.USE
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
                f"{label}: {item}",
                ("fargate", key),
                count * each,
                metering,
                driver=Driver.FLEET,
                usage_based=usage,
                assumed=assumed,
            )
    if scope.flag(f"{prefix}networkConfiguration.assignPublicIp"):
        yield scope.charge(
            "Public IPv4 addresses of tasks",
            ("vpc", "public_ipv4_hour"),
            count,
            metering,
            driver=Driver.FLEET,
            usage_based=usage,
            assumed=assumed,
        )


def deployments(scope: Scope, count: Amount) -> Iterator[Charge]:
    """Tasks that deployments run beside those of the service, for the hours of a month that a usage file gives them:
    up to the service's maximum percent of its tasks in all, and as many again in a blue/green deployment. Who deploys,
    and for how long, no declaration says; without the hours they are told and not counted."""
    percent = scope.number("deploymentMaximumPercent", ROLLING_PERCENT) or Decimal(ROLLING_PERCENT)
    beside = max(Decimal(0), percent / 100 - 1)
    if scope.text("deploymentController.type", "ECS") == "CODE_DEPLOY" or _blue_green(scope):
        beside = max(beside, Decimal(1))
    hours = scope.usage(DEPLOYMENT_HOURS).amount.worst
    if not beside:
        return
    if not hours:
        scope.tell(
            "Deployments of ECS services run tasks beside those of the service for as long as they last; "
            f"`{DEPLOYMENT_HOURS.name}` in a usage file counts them."
        )
        return
    several = Amount(Decimal(0), count.expected * beside * hours, count.worst * beside * hours)
    yield from task_charges(scope, "", several, Metering.USE, "Tasks of deployments")


def _blue_green(scope: Scope) -> bool:
    return scope.text("deploymentConfiguration.strategy", "ROLLING") in ("BLUE_GREEN", "LINEAR", "CANARY")


def started(scope: Scope, prefix: str, cluster: str, runs: Amount) -> Iterator[Charge]:
    """Tasks on Fargate that a rule or a schedule starts `runs` times a month: `prefix` is where it says of which kind,
    `cluster` where it names their cluster."""
    if not scope.resource.gives(prefix.removesuffix(".")) or not on_fargate(scope, prefix, cluster):
        return
    minutes = scope.usage(TASK_MINUTES)
    hours = runs * (scope.number(f"{prefix}taskCount", 1) * max(minutes.amount.expected, Decimal(1)) / 60)
    yield from task_charges(scope, prefix, hours, Metering.USE, "Fargate tasks that it starts", minutes.assumed)


def volumes(scope: Scope) -> Iterator[Charge]:
    """An EBS volume for each task, where the service has ECS make one."""
    for managed in scope.items("volumeConfiguration.managedEbsVolume"):
        volume = volume_of(managed, size="sizeInGb")
        if volume.assumed:
            raise Unpriced("the size of its tasks' volumes isn't declared (a snapshot's?), and they are billed by it")
        yield from volume_charges(scope, volume, tasks_of(scope), what="Volume of tasks")


def on_fargate(scope: Scope, prefix: str = "", cluster: str = "cluster") -> bool:
    """True when tasks run on Fargate: by the launch type below `prefix`, by capacity providers there, or else by the
    default ones of the cluster at `cluster`. Raises Unpriced when the cluster decides and isn't known."""
    kind = scope.kind(f"{prefix}launchType", "", "FARGATE", "EC2", "EXTERNAL")
    if kind == "EXTERNAL":
        raise Unpriced("tasks on machines of one's own (EXTERNAL) have no price in the catalogue")
    if kind:
        return kind == "FARGATE"
    strategies = scope.items(f"{prefix}capacityProviderStrategies")
    if not strategies:  # a definition for Fargate alone runs on nothing else, whatever the cluster has
        path = f"{prefix}taskDefinitionArn" if prefix else "taskDefinition"
        tasks = scope.referenced(path, TASK)
        needs = [task.get("requiresCompatibilities") for task in tasks] or [scope.resource.get(path)]
        if any(need == ["FARGATE"] for need in needs):
            return True
        strategies = _default_providers(scope, cluster)
        if not strategies and any(need in (UNKNOWN, SECRET) or need in ([UNKNOWN], [SECRET]) for need in needs):
            raise Unpriced("its task definition isn't known, and may be for Fargate alone; set launchType")
    return any("FARGATE" in str(told(each, "capacityProvider")) for each in strategies)


def _default_providers(scope: Scope, path: str) -> list[Mapping[str, Any]]:
    """The default strategy of the service's cluster; empty where it has none, and tasks run on instances."""
    clusters = scope.referenced(path, CLUSTER)
    if not clusters:
        raise Unpriced("its launch type is left to a cluster that isn't in the graph; set launchType")
    by_cluster = scope.pricing.once(_providers_by_cluster)
    if unsure := by_cluster.get(ANY_CLUSTER):
        raise Unpriced(f"which cluster the capacity providers {unsure[0].name} are of isn't known; set launchType")
    keys = (clusters[0].urn, str(clusters[0].get("name")), clusters[0].name)
    its = {one.urn: one for key in keys for one in by_cluster.get(key, ())}
    found: list[Mapping[str, Any]] = []
    for providers in its.values():
        found += Scope(scope.pricing, providers).items("defaultCapacityProviderStrategies")
    return found + Scope(scope.pricing, clusters[0]).items("defaultCapacityProviderStrategies")


ANY_CLUSTER: Final = ""
"""In place of a URN: a cluster that nothing tells."""


def _providers_by_cluster(pricing: Pricing) -> Mapping[str, list[Resource]]:
    """Capacity providers by URN and by name of the cluster that they are of."""
    found: dict[str, list[Resource]] = defaultdict(list)
    for providers in pricing.graph.of_type(PROVIDERS):
        named = pricing.graph.referenced(providers, "clusterName", CLUSTER)
        name = providers.get("clusterName")
        unsure = name is UNKNOWN or name is SECRET
        for key in {*(one.urn for one in named), *([] if unsure else [str(name)])} or {ANY_CLUSTER}:
            found[key].append(providers)
    return found


def tasks_of(scope: Scope) -> Amount:
    """Tasks at a time."""
    desired = scope.number("desiredCount", 1)

    def names() -> list[str]:
        own = scope.resource.get("name"), scope.resource.name
        return [f"{_cluster_part(scope)}/{each}" for each in own if isinstance(each, str)]

    limits = limits_of(scope, "ecs:service:DesiredCount", names)
    return Amount.fixed(desired) if limits is None else limits.around(desired)


def _cluster_part(scope: Scope) -> str:
    """What a scaling target's ``service/cluster/name`` has before the service; "" where the cluster's name isn't known:
    services of one name in several clusters are told apart by it."""
    clusters = scope.referenced("cluster", CLUSTER)
    name = clusters[0].get("name") if clusters else scope.resource.get("cluster")
    return f"/{name.rpartition('/')[2]}" if isinstance(name, str) and name else ""


def size(text: str, unit: int) -> Decimal:
    """``256``, ``.25 vCPU``, ``512`` or ``0.5 GB`` as whole units. Raises Unpriced for anything else."""
    found = re.fullmatch(r"\s*(\d*\.?\d+)\s*(vcpu|gb)?\s*", text.lower())
    if not found:
        raise Unpriced(f"a Fargate task needs cpu and memory; {text!r} is neither a number nor `1 vCPU`, `2 GB`")
    number = Decimal(found[1])
    return number if found[2] else number / unit


PRICERS: Final = {tokens.ECS_SERVICE[0]: Pricer(service, twins=("aws_ecs_service",), usage=(DEPLOYMENT_HOURS,))}
