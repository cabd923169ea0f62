"""Pods of workloads as the estimator sees them: what each asks for, and how many of them there may be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Any, Final

from cost.charges import ZERO, Amount, Unpriced
from cost.scope import Pricing, Scope
from deployment import tokens
from deployment.decimals import number
from deployment.graph import Resource
from deployment.quantities import GIB, quantity, together
from deployment.unknown import Sentinel

AUTOSCALERS: Final = tokens.POD_AUTOSCALER
SCALED_OBJECT: Final = tokens.SCALED_OBJECT
QUOTA: Final = tokens.RESOURCE_QUOTA
LIMIT_RANGE: Final = tokens.LIMIT_RANGE

KEDA_MAXIMUM: Final = 100
"""Replicas at most of a ScaledObject that names no maximum (KEDA reference, 2.17)."""

DEFAULT_SURGE: Final = "25%"
"""``maxSurge`` of a Deployment that names none (Kubernetes reference, 2026-11)."""


PRICED: Final = frozenset({"cpu", "memory", "ephemeral-storage"})
"""What pods ask for at the price of the node; its disk is the node's."""


@dataclass(frozen=True, slots=True)
class PodSize:
    """What one pod asks for."""

    vcpus: Decimal
    memory_gib: Decimal


@dataclass(frozen=True, slots=True)
class Quota:
    """What all pods of a namespace may ask for together; None: not limited."""

    resource: Resource
    vcpus: Decimal | None
    memory_gib: Decimal | None


def pod_size(scope: Scope, template: str) -> PodSize:
    """Requests of the pod whose ``spec`` is at `template`, as the scheduler counts them.

    Containers and sidecars add up; an init container counts where it is larger. A limit without a request is the
    request, and a LimitRange of the namespace fills in what is left out. Raises Unpriced for a container that
    nothing makes ask for anything.
    """
    spec = scope.known(template, None)
    if not isinstance(spec, Mapping):
        raise Unpriced(f"{template} isn't known, and the pods' price depends on it")
    for each in (spec, *_items(spec.get("initContainers")), *_items(spec.get("containers"))):
        _refuse_devices(each.get("resources"))
    return PodSize(_requested(scope, spec, "cpu"), _requested(scope, spec, "memory") / GIB)


def _requested(scope: Scope, spec: Mapping[str, Any], unit: str) -> Decimal:
    whole = _own(spec.get("resources"), unit)
    overhead = _read(spec.get("overhead") or {}, unit) or ZERO
    if whole is not None:
        return whole + overhead
    initial, containers = _items(spec.get("initContainers")), _items(spec.get("containers"))
    return together(initial, containers, lambda each: _container(scope, each, unit)) + overhead


def _refuse_devices(resources: Any) -> None:
    """Raise Unpriced for what a node has beside CPU and memory, such as GPUs: its price is another one."""
    for kind in ("requests", "limits"):
        asked = resources.get(kind) if isinstance(resources, Mapping) else None
        for name in asked if isinstance(asked, Mapping) else ():
            if name not in PRICED and not str(name).startswith("hugepages-"):
                raise Unpriced(f"resources.{kind} asks for {name}, which has no price; cpu and memory have")


def _container(scope: Scope, container: Mapping[str, Any], unit: str) -> Decimal:
    asked = _own(container.get("resources"), unit)
    if asked is None:
        asked = _default_request(scope, unit)
    if asked is None:
        raise Unpriced(
            f"container {container.get('name')!r} asks for no {unit}, and no LimitRange of its namespace does for it:"
            f" nothing says what it costs; set resources.requests.{unit}"
        )
    return asked


def _own(resources: Any, unit: str) -> Decimal | None:
    """Request of `unit`, or else its limit."""
    if isinstance(resources, Sentinel):
        raise Unpriced("resources aren't known, and the pods' price depends on them")
    for kind in ("requests", "limits"):
        declared = (resources or {}).get(kind)
        if isinstance(declared, Sentinel):
            raise Unpriced(f"resources.{kind} aren't known, and the pods' price depends on them")
        found = _read(declared or {}, unit)
        if found is not None:
            return found
    return None


def _read(values: Mapping[str, Any], unit: str) -> Decimal | None:
    value = values.get(unit)
    if value is None:
        return None
    found = quantity(value)
    if found is None or found < 0:
        raise Unpriced(f"{unit} of {value!r} isn't a quantity like {'250m' if unit == 'cpu' else '64Mi'}")
    return found


def _default_request(scope: Scope, unit: str) -> Decimal | None:
    for ranges in scope.graph.of_type(LIMIT_RANGE):
        if namespace(ranges) != namespace(scope.resource):
            continue
        for limit in ranges.all("spec.limits[*]"):
            if isinstance(limit, Mapping) and limit.get("type", "Container") == "Container":
                for key in ("defaultRequest", "default"):
                    found = _read(limit.get(key) or {}, unit)
                    if found is not None:
                        return found
    return None


def _items(value: Any) -> Iterator[Mapping[str, Any]]:
    for each in value or ():
        if not isinstance(each, Mapping):
            raise Unpriced("a container isn't known, and the pods' price depends on it")
        yield each


def namespace(resource: Resource) -> str:
    """Namespace of an object, as far as its text is known."""
    return str(resource.get("metadata.namespace", "default"))


def object_name(resource: Resource) -> str:
    """Name of an object in the cluster; Pulumi's name where it is left to Pulumi."""
    return str(resource.get("metadata.name", resource.name))


def replicas(scope: Scope) -> Amount:
    """Pods of a Deployment, StatefulSet, ReplicaSet or Rollout: least, expected, most with those of an update."""
    resource = scope.resource
    fixed = scope.number("spec.replicas", 1)
    scaler = autoscaler_of(scope.pricing, resource)
    if scaler is None:
        return Amount.of(fixed, fixed, fixed + _surge(scope, fixed))
    if scaler.type == SCALED_OBJECT:
        low, high = ("minReplicaCount", 0), ("maxReplicaCount", KEDA_MAXIMUM)
    else:
        low, high = ("minReplicas", 1), ("maxReplicas", 1)
    bounds = Scope(scope.pricing, scaler)
    least, most = bounds.number(f"spec.{low[0]}", low[1]), bounds.number(f"spec.{high[0]}", high[1])
    if resource.get("spec.replicas") is not None and not fixed and scaler.type != SCALED_OBJECT:
        least = ZERO  # an autoscaler leaves a workload of 0 replicas alone
    return Amount.of(least, least, most + _surge(scope, most))


def autoscaler_of(pricing: Pricing, workload: Resource) -> Resource | None:
    """What changes the number of `workload`'s pods; None when nothing in the graph does."""
    found: dict[tuple[str, str, str], Resource] | None = pricing.cache.get("pod autoscalers")
    if found is None:
        found = pricing.cache["pod autoscalers"] = {
            (namespace(scaler), *target(scaler)): scaler
            for scaler in pricing.graph.of_type(*AUTOSCALERS, SCALED_OBJECT)
        }
    return found.get((namespace(workload), workload.type.rpartition(":")[2], object_name(workload)))


def target(scaler: Resource) -> tuple[str, str]:
    """Kind and name of what an autoscaler scales."""
    reference = scaler.get("spec.scaleTargetRef")
    reference = reference if isinstance(reference, Mapping) else {}
    return str(reference.get("kind", "Deployment")), str(reference.get("name"))


def _surge(scope: Scope, count: Decimal) -> Decimal:
    """Pods above `count` while a Deployment is updated."""
    if not scope.resource.type.endswith((":Deployment", ":Rollout")) or scope.text("spec.strategy.type") == "Recreate":
        return ZERO
    if scope.resource.type.endswith(":Rollout"):
        return count  # a canary or a preview stack of any size up to the whole
    return surge_pods(scope.known("spec.strategy.rollingUpdate.maxSurge", DEFAULT_SURGE), count)


def surge_pods(declared: Any, count: Decimal) -> Decimal:
    """`maxSurge` in pods, rounded up as the controller does."""
    text = str(declared)
    share = number(text.removesuffix("%"))
    if share is None or share < 0:
        raise Unpriced(f"maxSurge is {declared!r}, neither a number nor a percentage")
    return (count * share / 100).to_integral_value(ROUND_CEILING) if text.endswith("%") else share


def quota_of(pricing: Pricing, name: str) -> Quota | None:
    """The quota on all pods of the namespace `name`; None without one."""
    quotas: dict[str, Quota] | None = pricing.cache.get("quotas")
    if quotas is None:
        quotas = pricing.cache["quotas"] = {}
        for resource in pricing.graph.of_type(QUOTA):
            hard = resource.get("spec.hard")
            if not isinstance(hard, Mapping) or resource.get("spec.scopes") or resource.get("spec.scopeSelector"):
                continue
            memory = _either(hard, "memory")
            quotas[namespace(resource)] = Quota(
                resource, _either(hard, "cpu"), None if memory is None else memory / GIB
            )
    return quotas.get(name)


def _either(hard: Mapping[str, Any], unit: str) -> Decimal | None:
    """``requests.cpu`` and ``cpu`` mean the same in a quota."""
    return quantity(hard.get(f"requests.{unit}", hard.get(unit)))
