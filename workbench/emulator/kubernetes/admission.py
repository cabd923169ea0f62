"""What the API admits: the strict schema, Pod Security, limit ranges and quotas.

Limit ranges and quotas as in Kubernetes 1.35.4 (plugin/pkg/admission/limitranger, pkg/quota/v1/evaluator/core).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from deployment.kubernetes_api.quotas import DEMANDED, PODS, counted, counts_objects, is_meant
from deployment.manifests import schema_problem
from deployment.pod_resources import containers, filled_in, lacking, limited, of, requested
from deployment.quantities import quantity
from workbench.emulator.kubernetes.pod_security import violations
from workbench.emulator.kubernetes.store import ApiError, Ref, Store

ENFORCE: Final = "pod-security.kubernetes.io/enforce"


def admit(store: Store, document: Mapping[str, Any], version: str) -> None:
    """Refuse an object that the API of `version` would refuse. Raises ApiError."""
    found = schema_problem(document, version)
    if found is not None:
        raise ApiError("Invalid", f"{Ref.of(document)}: .{found[0]}: {found[1]}")
    ref = Ref.of(document)
    if ref.namespace and ref.namespace not in ("default", "kube-system"):
        store.get(Ref("v1", "Namespace", "", ref.namespace))
    if ref.namespace:
        before = store.objects[ref].document if ref in store.objects else None
        for quota in store.of_kind("ResourceQuota", ref.namespace):
            _count(store, ref, (before, document), quota)


def admit_pod(store: Store, namespace: str, template: Mapping[str, Any]) -> dict[str, Any]:
    """Specification of the pod of `template`, with the namespace's defaults. Raises ApiError where it is refused."""
    ranges = [one["spec"]["limits"] for one in store.of_kind("LimitRange", namespace)]
    whole = filled_in(template["spec"], ranges)
    for limits in ranges:
        if refused := [*_beyond(whole, limits)]:
            raise ApiError("Forbidden", ", ".join(refused))
    space = store.get(Ref("v1", "Namespace", "", namespace))
    level = space["metadata"].get("labels", {}).get(ENFORCE, "privileged")
    if refused := violations(level, template.get("metadata", {}), whole):
        raise ApiError("Forbidden", f'violates PodSecurity "{level}": {", ".join(refused)}')
    for quota in store.of_kind("ResourceQuota", namespace):
        if is_meant(whole, quota["spec"]):
            _charge(store, namespace, whole, quota)
    return whole


def asked(spec: Mapping[str, Any], unit: str) -> Decimal:
    """What the scheduler and a quota count for a pod."""
    return requested(filled_in(spec, ()), unit)


def _beyond(spec: Mapping[str, Any], limits: Any) -> Iterator[str]:
    """What of a pod is outside of a limit range."""
    for item in limits:
        kind = item["type"]
        if kind == "Container":
            bounded = [(of(one, "resources", "requests"), of(one, "resources", "limits")) for one in containers(spec)]
        elif kind == "Pod":
            units = {*of(item, "min"), *of(item, "max"), *of(item, "maxLimitRequestRatio")}
            bounded = [({unit: requested(spec, unit) for unit in units}, {unit: limited(spec, unit) for unit in units})]
        else:
            continue
        for requests, most in bounded:
            for unit, least in of(item, "min").items():
                if min(_read(requests, unit), _read(most, unit) or _read(requests, unit)) < _read(item["min"], unit):
                    yield f"minimum {unit} usage per {kind} is {least}"
            for unit, largest in of(item, "max").items():
                if not _read(most, unit) or max(_read(most, unit), _read(requests, unit)) > _read(item["max"], unit):
                    yield f"maximum {unit} usage per {kind} is {largest}"
            for unit, ratio in of(item, "maxLimitRequestRatio").items():
                request, limit = _read(requests, unit), _read(most, unit)
                if not request or not limit or limit / request > _read(item["maxLimitRequestRatio"], unit):
                    yield f"{unit} max limit to request ratio per {kind} is {ratio}"


def _read(values: Mapping[str, Any], unit: str) -> Decimal:
    return quantity(values.get(unit)) or Decimal(0)


def _charge(store: Store, namespace: str, spec: Mapping[str, Any], quota: Mapping[str, Any]) -> None:
    running = [pod["spec"] for pod in store.of_kind("Pod", namespace) if is_meant(pod["spec"], quota["spec"])]
    name, hard = quota["metadata"]["name"], quota["spec"]["hard"]
    for key in hard:
        kind, unit = counted(key)
        if unit in DEMANDED and not of(spec, "resources") and (silent := lacking(spec, kind, unit)):
            raise ApiError("Forbidden", f"failed quota: {name}: must specify {key} for: {','.join(silent)}")
    for key in hard:
        kind, unit = counted(key)
        if key in PODS:
            used, more = Decimal(len(running)), Decimal(1)
        elif unit:
            count = limited if kind == "limits" else requested
            used, more = sum((count(one, unit) for one in running), Decimal(0)), count(spec, unit)
        else:
            continue
        _hold(quota, key, used, more)


def _count(store: Store, ref: Ref, change: tuple[Any, Mapping[str, Any]], quota: Mapping[str, Any]) -> None:
    """Hold a quota on objects other than pods."""
    before, after = change
    for key in quota["spec"]["hard"]:
        more, had = _objects(after, key), _objects(before, key) if before else Decimal(0)
        if more > had:
            others = [one for one in store.of_kind(ref.kind, ref.namespace) if one is not before]
            _hold(quota, key, sum((_objects(one, key) for one in others), had), more - had)


def _objects(document: Mapping[str, Any], key: str) -> Decimal:
    """How much of `key` an object is."""
    kind, spec = document["kind"], of(document, "spec")
    if counts_objects(key, document["apiVersion"], kind):
        return Decimal(1)
    if kind == "Service":
        door = spec.get("type")
        if key == "services.loadbalancers":
            return Decimal(door == "LoadBalancer")
        own = door == "NodePort" or (door == "LoadBalancer" and spec.get("allocateLoadBalancerNodePorts") is not False)
        if key == "services.nodeports":
            return Decimal(len(spec.get("ports") or ()) if own else 0)
    if kind == "PersistentVolumeClaim" and key == "requests.storage":
        return _read(of(spec, "resources", "requests"), "storage")
    return Decimal(0)


def _hold(quota: Mapping[str, Any], key: str, used: Decimal, more: Decimal) -> None:
    hard = quota["spec"]["hard"][key]
    most = quantity(hard)
    if most is not None and more and used + more > most:
        raise ApiError(
            "Forbidden",
            f"exceeded quota: {quota['metadata']['name']}, requested: {key}={more:f}, used: {key}={used:f},"
            f" limited: {key}={hard}",
        )
