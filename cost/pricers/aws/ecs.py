"""ECS services on Fargate: vCPUs and memory of their tasks. Services on EC2 are billed at the instances."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from cost.charges import Amount, Charge, Driver, Unpriced
from cost.registry import Pricer
from cost.scope import Scope
from cost.uptime import Metering
from deployment.graph import Resource

TASK: Final = "aws:ecs/taskDefinition:TaskDefinition"
SCALING: Final = "aws:appautoscaling/target:Target"


def service(scope: Scope) -> Iterator[Charge]:
    """Tasks of the service: floor and worst case by its scaling target, expected at the desired count."""
    providers = [str(each.get("capacityProvider")) for each in scope.items("capacityProviderStrategies")]
    if scope.text("launchType") == "EC2" or (providers and not any("FARGATE" in each for each in providers)):
        return
    if not scope.text("launchType") and not providers:
        return
    tasks = scope.graph.referenced(scope.resource, "taskDefinition", TASK)
    if not tasks:
        raise Unpriced("its task definition isn't in the graph, so its vCPUs and memory aren't known")
    task = Scope(scope.pricing, tasks[0])
    vcpus, memory_gb = size(task.text("cpu"), 1024), size(task.text("memory"), 1024)
    count = tasks_of(scope)
    arm = task.text("runtimePlatform.cpuArchitecture", "X86_64") == "ARM64"
    cpu = "arm64" if arm else "x86"
    for item, key, each in (("vCPU", "vcpu_hour", vcpus), ("Memory", "gb_hour", memory_gb)):
        yield scope.charge(
            f"Fargate tasks: {item} ({cpu})",
            ("fargate", f"{cpu}_{key}"),
            count * each,
            Metering.SECONDS,
            driver=Driver.FLEET,
        )
    if scope.flag("networkConfiguration.assignPublicIp"):
        yield scope.charge(
            "Public IPv4 addresses of tasks", ("vpc", "public_ipv4_hour"), count, Metering.SECONDS, driver=Driver.FLEET
        )


def tasks_of(scope: Scope) -> Amount:
    """Tasks at a time."""
    desired = scope.number("desiredCount", 1)
    name = scope.resource.get("name") or scope.resource.name
    target = _scaling_targets(scope).get(str(name))
    if target is None:
        return Amount.fixed(desired)
    limits = Scope(scope.pricing, target)
    return Amount.of(min(desired, limits.number("minCapacity")), desired, limits.number("maxCapacity"))


def _scaling_targets(scope: Scope) -> Mapping[str, Resource]:
    """Scaling targets by the name of their service."""
    found: dict[str, Resource] | None = scope.pricing.cache.get("service targets")
    if found is None:
        found = scope.pricing.cache["service targets"] = {}
        for target in scope.graph.of_type(SCALING):
            identifier = target.get("resourceId")
            if isinstance(identifier, str) and identifier.startswith("service/"):
                found[identifier.rpartition("/")[2]] = target
    return found


def size(text: str, unit: int) -> Decimal:
    """``256``, ``.25 vCPU``, ``512`` or ``0.5 GB`` as whole units. Raises Unpriced for anything else."""
    found = re.fullmatch(r"\s*(\d*\.?\d+)\s*(vcpu|gb)?\s*", text.lower())
    if not found:
        raise Unpriced(f"a Fargate task needs cpu and memory; {text!r} is neither a number nor `1 vCPU`, `2 GB`")
    number = Decimal(found[1])
    return number if found[2] else number / unit


PRICERS: Final = {"aws:ecs/service:Service": Pricer(service, twins=("aws_ecs_service",))}
