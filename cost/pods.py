"""Pods of workloads as the estimator sees them: what each asks for, and how many of them there may be."""

from __future__ import annotations

import marshal
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Any, Final

from cost.charges import ZERO, Amount, Unpriced
from cost.scope import Pricing, Scope, told
from deployment import tokens
from deployment.decimals import number
from deployment.graph import Resource
from deployment.kubernetes_api.quotas import PODS
from deployment.manifests import namespace, object_name
from deployment.pod_resources import KINDS, Limits, filled_in, lacking, of, requested
from deployment.quantities import GIB, quantity
from deployment.unknown import Sentinel

AUTOSCALERS: Final = tokens.POD_AUTOSCALER
SCALED_OBJECT: Final = tokens.SCALED_OBJECT
QUOTA: Final = tokens.RESOURCE_QUOTA
LIMIT_RANGE: Final = tokens.LIMIT_RANGE

KEDA_MAXIMUM: Final = 100
"""Replicas at most of a ScaledObject, and jobs of a ScaledJob, that names no maximum (KEDA reference, 2.17)."""
PAUSED: Final = "autoscaling.keda.sh/paused-replicas"

EVERY_POD: Final[tuple[list[str], ...]] = ([], ["NotBestEffort"])
"""Scopes of quotas that count each pod that has a price: one that asks for nothing has none."""

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
    pods: Bound | None = None

    def and_also(self, other: Quota | None) -> Quota:
        """Both at once."""
        if other is None:
            return self
        return Quota(
            _tighter(self.vcpus, other.vcpus),
            _tighter(self.memory_gib, other.memory_gib),
            _tighter(self.pods, other.pods),
        )


def _tighter(one: Bound | None, other: Bound | None) -> Bound | None:
    return min(filter(None, (other, one)), key=lambda bound: bound.amount, default=None)


def pod_size(scope: Scope, template: str) -> PodSize:
    """Requests of the pod whose ``spec`` is at `template`, as the scheduler counts them (deployment.pod_resources).

    Where several limit ranges fill in what is left out, nothing says which one does: the larger size counts. Raises
    Unpriced for a container that nothing makes ask for anything.
    """
    return _size_of(scope, _pod(scope, template))


def largest_size(scope: Scope, template: str, size: PodSize) -> PodSize:
    """`size` once a VerticalPodAutoscaler of the graph gave each container as much as it may. Raises Unpriced where
    nothing says how much that is."""
    scaler = _vertical_of(scope)
    if scaler is None or scaler.get("spec.updatePolicy.updateMode", "Auto") == "Off":
        return size
    spec = _pod(scope, template)
    policies = [one for one in scaler.all("spec.resourcePolicy.containerPolicies[*]") if isinstance(one, Mapping)]
    most: dict[str, Any] = {}
    for item in (one for limits in limit_ranges(scope) for one in limits if one.get("type") == "Container"):
        most |= of(item, "max")
    grown = [_grown(scope, one, policies, most) for one in told(spec, "containers") or ()]
    return _size_of(scope, {**spec, "containers": grown})


def _grown(
    scope: Scope, container: Mapping[str, Any], policies: Sequence[Mapping[str, Any]], most: Mapping[str, Any]
) -> dict[str, Any]:
    """A container with the largest requests that the first of `policies` for it allows, and its limit range."""
    name = container.get("name")
    policy = next((one for wanted in (name, "*") for one in policies if one.get("containerName") == wanted), {})
    requests = {**of(container, "resources", "limits"), **of(container, "resources", "requests")}
    if policy.get("mode") == "Off":
        return dict(container)
    quota = quota_of(scope)
    for unit in policy.get("controlledResources") or ("cpu", "memory"):
        bound = of(policy, "maxAllowed").get(unit, most.get(unit))
        if bound is not None:
            requests[unit] = max(bound, requests.get(unit, bound), key=lambda one: quantity(one) or ZERO)
        elif quota is None or (quota.vcpus if unit == "cpu" else quota.memory_gib) is None:
            raise Unpriced(
                f"a VerticalPodAutoscaler may give container {name!r} any {unit}; set maxAllowed.{unit} of its"
                f" containerPolicies, or requests.{unit} of a ResourceQuota"
            )
    return {**container, "resources": {"requests": requests}}


def _vertical_of(scope: Scope) -> Resource | None:
    return scope.its(scope.pricing.once(_verticals), _as_scaled)


def _verticals(pricing: Pricing) -> Mapping[tuple[str, str, str], Resource]:
    """Namespace, kind and name of what is scaled -> the first VerticalPodAutoscaler of it."""
    scalers = reversed(pricing.graph.of_type(tokens.VERTICAL_AUTOSCALER))
    return {(namespace(scaler), *target(scaler)): scaler for scaler in scalers}


def _as_scaled(workload: Resource) -> tuple[str, str, str]:
    """Namespace, kind and name, by which autoscalers say what they scale."""
    return namespace(workload), workload.type.rpartition(":")[2], object_name(workload)


def _pod(scope: Scope, template: str) -> Mapping[str, Any]:
    """``spec`` of a pod, with what its RuntimeClass adds (admission plugin RuntimeClass)."""
    counted = scope.made(_counted, template)
    spec = marshal.loads(counted) if counted else scope.known(template, None)  # noqa: S302 - what `_counted` wrote
    if not isinstance(spec, Mapping):
        raise Unpriced(f"{template} isn't known, and the pods' price depends on it")
    if not isinstance(name := spec.get("runtimeClassName"), str) or spec.get("overhead"):
        return spec
    found = scope.pricing.once(_runtime_classes).get(name)
    return spec if found is None else {**spec, "overhead": found.get("overhead.podFixed")}


COUNTED: Final = (*KINDS, "resources", "resourceClaims", "overhead", "runtimeClassName")
COUNTED_OF_CONTAINER: Final = ("name", "resources", "restartPolicy")
"""Parts of a pod's ``spec``, and of its containers, that its size goes by."""


def _counted(workload: Resource, path: str) -> bytes:
    """Those of the ``spec`` at `path`: images and variables tell pods apart that cost the same. Nothing where they
    can't be read."""
    spec = workload.get(path)
    try:
        counted = {key: spec[key] for key in COUNTED if key in spec}
        for kind in KINDS:
            if kind in counted:
                counted[kind] = [{key: one[key] for key in COUNTED_OF_CONTAINER if key in one} for one in spec[kind]]
        return marshal.dumps(counted, 2)
    except (TypeError, ValueError):
        return b""


def _runtime_classes(pricing: Pricing) -> Mapping[str, Resource]:
    return {object_name(one): one for one in reversed(pricing.graph.of_type(tokens.RUNTIME_CLASS))}


def _size_of(scope: Scope, spec: Mapping[str, Any]) -> PodSize:
    for each in (spec, *_items(told(spec, "initContainers")), *_items(told(spec, "containers"))):
        _refuse_unknown(each.get("resources"))
        _refuse_devices(each.get("resources"))
    if spec.get("resourceClaims"):
        raise Unpriced("spec.resourceClaims asks for devices, which have no price; cpu and memory have")
    ranges = limit_ranges(scope)
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


def limit_ranges(scope: Scope) -> list[list[Mapping[str, Any]]]:
    """``spec.limits`` of each LimitRange of the namespace, as far as it can be read; what two say alike once."""
    return scope.its(scope.pricing.once(_ranges), namespace) or []


def _ranges(pricing: Pricing) -> Mapping[str, list[list[Mapping[str, Any]]]]:
    found: dict[str, list[list[Mapping[str, Any]]]] = defaultdict(list)
    for resource in pricing.graph.of_type(LIMIT_RANGE):
        limits = [limit for limit in resource.all("spec.limits[*]") if isinstance(limit, Mapping)]
        if limits not in found[namespace(resource)]:
            found[namespace(resource)].append(limits)
    return found


def _items(value: Any) -> Iterator[Mapping[str, Any]]:
    for each in value or ():
        if not isinstance(each, Mapping):
            raise Unpriced("a container isn't known, and the pods' price depends on it")
        yield each


def replicas(scope: Scope) -> Amount:
    """Pods of a Deployment, StatefulSet, ReplicaSet or Rollout: least, expected, most with those of an update."""
    resource = scope.resource
    fixed = scope.number("spec.replicas", 1)
    scaler = scope.its(scope.pricing.once(_scalers), _as_scaled)
    if scaler is None:
        return Amount.of(fixed, fixed, fixed + _surge(scope, fixed))
    bounds = Scope(scope.pricing, scaler)
    if scaler.type == SCALED_OBJECT:
        least, expected, most = _by_keda(bounds)
    else:
        least = expected = bounds.number("spec.minReplicas", 1)
        most = bounds.number("spec.maxReplicas", 1)
        if resource.get("spec.replicas") is not None and not fixed:
            least = expected = ZERO  # an autoscaler leaves a workload of 0 replicas alone
    most = max(most, fixed)  # an update may set what is declared, until the autoscaler looks again
    return Amount.of(least, expected, most + _surge(scope, most))


def _by_keda(scaler: Scope) -> tuple[Decimal, Decimal, Decimal]:
    """Least, expected and most of a ScaledObject: with nothing to do it goes down to ``idleReplicaCount``; paused at a
    number, it stays there until somebody takes the annotation away (KEDA reference, ScaledObject, 2.17)."""
    least, most = scaler.number("spec.minReplicaCount", 0), scaler.number("spec.maxReplicaCount", KEDA_MAXIMUM)
    idle = min(least, scaler.number("spec.idleReplicaCount", least))
    annotations = scaler.known("metadata.annotations", None)
    paused = number(annotations.get(PAUSED)) if isinstance(annotations, Mapping) else None
    if paused is None:
        return idle, least, most
    return min(idle, paused), paused, max(most, paused)


def autoscaler_of(pricing: Pricing, workload: Resource) -> Resource | None:
    """What changes the number of `workload`'s pods; None when nothing in the graph does."""
    return pricing.once(_scalers).get(_as_scaled(workload))


def _scalers(pricing: Pricing) -> Mapping[tuple[str, str, str], Resource]:
    """Namespace, kind and name of what is scaled -> its autoscaler."""
    scalers = pricing.graph.of_type(*AUTOSCALERS, SCALED_OBJECT)
    return {(namespace(scaler), *target(scaler)): scaler for scaler in scalers}


def target(scaler: Resource) -> tuple[str, str]:
    """Kind and name of what an autoscaler scales."""
    reference = scaler.get("spec.scaleTargetRef", scaler.get("spec.targetRef"))
    reference = reference if isinstance(reference, Mapping) else {}
    return str(reference.get("kind", "Deployment")), str(reference.get("name"))


def _surge(scope: Scope, count: Decimal) -> Decimal:
    """Pods above `count` while a Deployment is updated."""
    if not scope.resource.type.endswith((":Deployment", ":Rollout")) or scope.text("spec.strategy.type") == "Recreate":
        return ZERO
    if scope.resource.type.endswith(":Rollout"):
        return _beside(scope, count)
    return surge_pods(scope.known("spec.strategy.rollingUpdate.maxSurge", DEFAULT_SURGE), count)


def _beside(scope: Scope, count: Decimal) -> Decimal:
    """Pods of a Rollout beside the `count` that serve, at most: the new ones, those before that are kept for a while,
    and those of its experiments (Argo Rollouts 1.9, docs/features)."""
    strategy = scope.known("spec.strategy", None)
    strategy = strategy if isinstance(strategy, Mapping) else {}
    canary, blue_green = of(strategy, "canary"), of(strategy, "blueGreen")
    if blue_green:
        kept = number(blue_green.get("scaleDownDelayRevisionLimit")) or ZERO
        return max(count, number(blue_green.get("previewReplicaCount")) or ZERO) + count * max(Decimal(1), kept)
    steps = [one for one in canary.get("steps") or () if isinstance(one, Mapping)]
    sizes = [number(of(one, "setCanaryScale").get("replicas")) or ZERO for one in steps]
    trials = [
        sum((number(each.get("replicas", 1)) or ZERO for each in of(one, "experiment").get("templates") or ()), ZERO)
        for one in steps
    ]
    if "canary" in strategy and not canary.get("trafficRouting"):
        return max(surge_pods(canary.get("maxSurge", DEFAULT_SURGE), count), *sizes, ZERO) + max(trials, default=ZERO)
    return max([count, *sizes]) + count + max(trials, default=ZERO)


def surge_pods(declared: Any, count: Decimal) -> Decimal:
    """`maxSurge` in pods, rounded up as the controller does."""
    text = str(declared)
    share = number(text.removesuffix("%"))
    if share is None or share < 0:
        raise Unpriced(f"maxSurge is {declared!r}, neither a number nor a percentage")
    return (count * share / 100).to_integral_value(ROUND_CEILING) if text.endswith("%") else share


def quota_of(scope: Scope) -> Quota | None:
    """The quotas on all pods of the resource's namespace, all of which hold: the least of each; None without one."""
    return scope.its(scope.pricing.once(_quotas), namespace)


def _quotas(pricing: Pricing) -> Mapping[str, Quota]:
    quotas: dict[str, Quota] = {}
    for resource in pricing.graph.of_type(QUOTA):
        hard = resource.get("spec.hard")
        scopes = resource.get("spec.scopes") or []
        if not isinstance(hard, Mapping) or scopes not in EVERY_POD or resource.get("spec.scopeSelector"):
            continue
        pods = [amount for key in PODS if (amount := quantity(hard.get(key))) is not None]
        vcpus, memory = (_bound(resource, hard, unit) for unit in ("cpu", "memory"))
        found = Quota(vcpus, memory, Bound(resource, min(pods)) if pods else None)
        quotas[namespace(resource)] = found.and_also(quotas.get(namespace(resource)))
    return quotas


def _bound(resource: Resource, hard: Mapping[str, Any], unit: str) -> Bound | None:
    """``cpu`` means ``requests.cpu``; a limit bounds what is asked for, too, which is never more (Kubernetes reference,
    resource quotas, 2026-11)."""
    keys = (f"requests.{unit}", unit, f"limits.{unit}")
    amounts = [amount for key in keys if (amount := quantity(hard.get(key))) is not None]
    least = min(amounts, default=None)
    return None if least is None else Bound(resource, least / GIB if unit == "memory" else least)
