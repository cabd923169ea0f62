"""What the API admits: the strict schema, Pod Security, limit ranges and quotas."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from deployment.manifests import schema_problem
from deployment.quantities import quantity, together
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


def admit_pod(store: Store, namespace: str, template: Mapping[str, Any]) -> dict[str, Any]:
    """Specification of the pod of `template`, with the namespace's defaults. Raises ApiError where it is refused."""
    whole = copy.deepcopy(dict(template["spec"]))
    for limits in store.of_kind("LimitRange", namespace):
        _default(whole, limits)
    space = store.get(Ref("v1", "Namespace", "", namespace))
    level = space["metadata"].get("labels", {}).get(ENFORCE, "privileged")
    if refused := violations(level, template.get("metadata", {}), whole):
        raise ApiError("Forbidden", f'violates PodSecurity "{level}": {", ".join(refused)}')
    for quota in store.of_kind("ResourceQuota", namespace):
        _charge(store, namespace, whole, quota)
    return whole


def asked(spec: Mapping[str, Any], unit: str) -> Decimal:
    """What the scheduler and a quota count for a pod."""
    overhead = quantity((spec.get("overhead") or {}).get(unit)) or Decimal(0)
    whole = _request(spec, unit)
    if whole is None:
        initial, containers = spec.get("initContainers") or (), spec.get("containers") or ()
        whole = together(initial, containers, lambda each: _request(each, unit) or Decimal(0))
    return whole + overhead


def _request(holder: Mapping[str, Any], unit: str) -> Decimal | None:
    """Request of a container, or of a pod as a whole; its limit where it has none."""
    resources = holder.get("resources") or {}
    for kind in ("requests", "limits"):
        found = quantity((resources.get(kind) or {}).get(unit))
        if found is not None:
            return found
    return None


def _default(spec: dict[str, Any], limits: Mapping[str, Any]) -> None:
    for item in limits["spec"]["limits"]:
        if item.get("type") != "Container":
            continue
        for container in (*(spec.get("initContainers") or ()), *(spec.get("containers") or ())):
            resources = container.setdefault("resources", {})
            given = resources.get("limits", {})
            resources["limits"] = {**item.get("default", {}), **given}
            resources["requests"] = {**item.get("defaultRequest", {}), **given, **resources.get("requests", {})}
            for unit, most in (item.get("max") or {}).items():
                if (quantity(resources["limits"].get(unit)) or Decimal(0)) > (quantity(most) or Decimal(0)):
                    raise ApiError("Forbidden", f"maximum {unit} usage per Container is {most}")


def _charge(store: Store, namespace: str, spec: Mapping[str, Any], quota: Mapping[str, Any]) -> None:
    running = [pod["spec"] for pod in store.of_kind("Pod", namespace)]
    for key, hard in quota["spec"]["hard"].items():
        most = quantity(hard)
        unit = key.removeprefix("requests.")
        if key == "pods":
            used, more = Decimal(len(running)), Decimal(1)
        elif unit in ("cpu", "memory", "ephemeral-storage"):
            used, more = sum((asked(one, unit) for one in running), Decimal(0)), asked(spec, unit)
            if not more:
                raise ApiError("Forbidden", f"failed quota: {quota['metadata']['name']}: must specify {key}")
        else:
            continue
        if most is not None and used + more > most:
            raise ApiError(
                "Forbidden",
                f"exceeded quota: {quota['metadata']['name']}, requested: {key}={more:f}, used: {used:f},"
                f" limited: {hard}",
            )
