"""Pods of workloads as the estimator sees them: what each asks for, and how many of them there may be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Any, Final

from cost.charges import ZERO, Amount, Unpriced
from cost.scope import Pricing, Scope
from deployment import tokens
from deployment.decimals import number
from deployment.graph import Resource
from deployment.manifests import namespace, object_name
from deployment.pod_resources import Limits, filled_in, lacking, of, requested
from deployment.quantities import GIB, quantity
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
class Bound:
    """The most of something (vCPUs, or GiB), and the ResourceQuota that says so."""

    resource: Resource
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Quota:
    """What all pods of a namespace may ask for together; None: not limited."""

    vcpus: Bound | None
    memory_gib: Bound | None

    def and_also(self, other: Quota | None) -> Quota:
        """Both at once."""
        return (
            self
            if other is None
            else Quota(_tighter(self.vcpus, other.vcpus), _tighter(self.memory_gib, other.memory_gib))
        )


def _tighter(one: Bound | None, other: Bound | None) -> Bound | None:
    return min(filter(None, (other, one)), key=lambda bound: bound.amount, default=None)


def pod_size(scope: Scope, template: str) -> PodSize:
    """Requests of the pod whose ``spec`` is at `template`, as the scheduler counts them (deployment.pod_resources).

    Where several limit ranges fill in what is left out, nothing says which one does: the larger size counts. Raises
    Unpriced for a container that nothing makes ask for anything.
    """
    spec = scope.known(template, None)
    if not isinstance(spec, Mapping):
        raise Unpriced(f"{template} isn't known, and the pods' price depends on it")
    for each in (spec, *_items(spec.get("initContainers")), *_items(spec.get("containers"))):
        _refuse_unknown(each.get("resources"))
        _refuse_devices(each.get("resources"))
    if spec.get("resourceClaims"):
        raise Unpriced("spec.resourceClaims asks for devices, which have no price; cpu and memory have")
    ranges = _limit_ranges(scope)
    sizes = [_sized(spec, [first, *ranges]) for first in ranges or [[]]]
    return PodSize(max(size.vcpus for size in sizes), max(size.memory_gib for size in sizes))


def _sized(spec: Mapping[str, Any], ranges: Sequence[Limits]) -> PodSize:
    try:
        whole = filled_in(spec, ranges)
        for unit in ("cpu", "memory"):
            if names := lacking(whole, "requests", unit):
                raise Unpriced(
                    f"container {names[0]!r} asks for no {unit}, and no LimitRange of its namespace does for it:"
                    f" nothing says what it costs; set resources.requests.{unit}"
                )
        return PodSize(requested(whole, "cpu"), requested(whole, "memory") / GIB)
    except ValueError as error:
        raise Unpriced(str(error)) from error


def _refuse_unknown(resources: Any) -> None:
    if isinstance(resources, Sentinel):
        raise Unpriced("resources aren't known, and the pods' price depends on them")
    for kind in ("requests", "limits"):
        if isinstance((resources or {}).get(kind), Sentinel):
            raise Unpriced(f"resources.{kind} aren't known, and the pods' price depends on them")


def _refuse_devices(resources: Any) -> None:
    """Raise Unpriced for what a node has beside CPU and memory, such as GPUs: its price is another one."""
    for kind in ("requests", "limits"):
        for name, value in of(resources or {}, kind).items():
            if name not in PRICED and not str(name).startswith("hugepages-") and quantity(value) != 0:
                raise Unpriced(f"resources.{kind} asks for {name}, which has no price; cpu and memory have")


def _limit_ranges(scope: Scope) -> list[list[Mapping[str, Any]]]:
    """``spec.limits`` of each LimitRange of the namespace, as far as it can be read."""
    return [
        [limit for limit in ranges.all("spec.limits[*]") if isinstance(limit, Mapping)]
        for ranges in scope.graph.of_type(LIMIT_RANGE)
        if namespace(ranges) == namespace(scope.resource)
    ]


def _items(value: Any) -> Iterator[Mapping[str, Any]]:
    for each in value or ():
        if not isinstance(each, Mapping):
            raise Unpriced("a container isn't known, and the pods' price depends on it")
        yield each


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
    """The quotas on all pods of the namespace `name`, all of which hold: the least of each; None without one."""
    quotas: dict[str, Quota] | None = pricing.cache.get("quotas")
    if quotas is None:
        quotas = pricing.cache["quotas"] = {}
        for resource in pricing.graph.of_type(QUOTA):
            hard = resource.get("spec.hard")
            if not isinstance(hard, Mapping) or resource.get("spec.scopes") or resource.get("spec.scopeSelector"):
                continue
            found = Quota(*(_bound(resource, hard, unit) for unit in ("cpu", "memory")))
            quotas[namespace(resource)] = found.and_also(quotas.get(namespace(resource)))
    return quotas.get(name)


def _bound(resource: Resource, hard: Mapping[str, Any], unit: str) -> Bound | None:
    """``cpu`` means ``requests.cpu``; a limit bounds what is asked for, too, which is never more (Kubernetes reference,
    resource quotas, 2026-11)."""
    keys = (f"requests.{unit}", unit, f"limits.{unit}")
    amounts = [amount for key in keys if (amount := quantity(hard.get(key))) is not None]
    least = min(amounts, default=None)
    return None if least is None else Bound(resource, least / GIB if unit == "memory" else least)
