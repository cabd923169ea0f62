"""What the API admits: the strict schema, Pod Security, limit ranges and quotas."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from deployment.manifests import schema_problem
from deployment.quantities import quantity
from workbench.emulator.kubernetes.store import ApiError, Ref, Store

ENFORCE: Final = "pod-security.kubernetes.io/enforce"
VOLUMES: Final = frozenset(
    {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}
)
"""Kinds of volumes that the restricted standard lets in (Pod Security Standards 1.36)."""
HOST: Final = ("hostNetwork", "hostPID", "hostIPC")


def admit(store: Store, document: Mapping[str, Any], version: str) -> None:
    """Refuse an object that the API of `version` would refuse. Raises ApiError."""
    found = schema_problem(document, version)
    if found is not None:
        raise ApiError("Invalid", f"{Ref.of(document)}: .{found[0]}: {found[1]}")
    ref = Ref.of(document)
    if ref.namespace and ref.namespace not in ("default", "kube-system"):
        store.get(Ref("v1", "Namespace", "", ref.namespace))


def admit_pod(store: Store, namespace: str, spec: Mapping[str, Any]) -> dict[str, Any]:
    """The pod's specification with the namespace's defaults. Raises ApiError where it is refused."""
    whole = copy.deepcopy(dict(spec))
    for limits in store.of_kind("LimitRange", namespace):
        _default(whole, limits)
    space = store.get(Ref("v1", "Namespace", "", namespace))
    if space["metadata"].get("labels", {}).get(ENFORCE) == "restricted":
        violations = list(restricted(whole))
        if violations:
            raise ApiError("Forbidden", f'violates PodSecurity "restricted": {", ".join(violations)}')
    for quota in store.of_kind("ResourceQuota", namespace):
        _charge(store, namespace, whole, quota)
    return whole


def restricted(spec: Mapping[str, Any]) -> Iterator[str]:
    """What the restricted standard refuses of a pod, in its words."""
    shared = spec.get("securityContext") or {}
    for key in HOST:
        if spec.get(key):
            yield "host namespaces"
    for volume in spec.get("volumes") or ():
        if not (set(volume) - {"name"}) <= VOLUMES:
            yield f"restricted volume types ({volume['name']})"
    for container in (*(spec.get("initContainers") or ()), *(spec.get("containers") or ())):
        own = container.get("securityContext") or {}
        name = container["name"]
        if own.get("privileged"):
            yield f"privileged ({name})"
        if own.get("allowPrivilegeEscalation") is not False:
            yield f"allowPrivilegeEscalation != false ({name})"
        if "ALL" not in (own.get("capabilities") or {}).get("drop", ()):
            yield f"unrestricted capabilities ({name})"
        if own.get("runAsNonRoot", shared.get("runAsNonRoot")) is not True:
            yield f"runAsNonRoot != true ({name})"
        if own.get("runAsUser", shared.get("runAsUser")) == 0:
            yield f"runAsUser=0 ({name})"
        profile = (own.get("seccompProfile") or shared.get("seccompProfile") or {}).get("type")
        if profile not in ("RuntimeDefault", "Localhost"):
            yield f"seccompProfile ({name})"


def asked(spec: Mapping[str, Any], unit: str) -> Decimal:
    """What a pod asks for; an init container counts where it is larger."""
    running = sum((_request(one, unit) for one in spec.get("containers") or ()), Decimal(0))
    return max([running, *(_request(one, unit) for one in spec.get("initContainers") or ())])


def _request(container: Mapping[str, Any], unit: str) -> Decimal:
    resources = container.get("resources") or {}
    for kind in ("requests", "limits"):
        found = quantity((resources.get(kind) or {}).get(unit))
        if found is not None:
            return found
    return Decimal(0)


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
