"""The Pod Security Standards, as the API enforces them where a namespace asks for it.

Those of Kubernetes 1.37, which differ from 1.35 in two kernel settings only (policy/ of
github.com/kubernetes/pod-security-admission, read 2026-11-27).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from policies.rules.kubernetes.pss_fields import (
    APPARMOR,
    CAPABILITIES,
    CONFINED,
    PROFILES,
    SAFE_SYSCTLS,
    SELINUX_TYPES,
)
from policies.rules.kubernetes.pss_restricted import VOLUMES

Object = Mapping[str, Any]


def violations(level: str, metadata: Object, spec: Object) -> list[str]:
    """What the standard `level` refuses of a pod, in its words; nothing at ``privileged``, or at no level."""
    found: list[str] = []
    if level in ("baseline", "restricted"):
        found += _baseline(metadata, spec)
    if level == "restricted":
        found += _restricted(spec)
    return list(dict.fromkeys(found))


def _baseline(metadata: Object, spec: Object) -> Iterator[str]:
    shared = _of(spec, "securityContext")
    if any(spec.get(key) for key in ("hostNetwork", "hostPID", "hostIPC")):
        yield "host namespaces"
    if any("hostPath" in volume for volume in spec.get("volumes") or ()):
        yield "hostPath volumes"
    if any(one.get("name") not in SAFE_SYSCTLS for one in shared.get("sysctls") or ()):
        yield "forbidden sysctls"
    for key, value in (metadata.get("annotations") or {}).items():
        if key.startswith(APPARMOR) and value and not value.startswith(PROFILES):
            yield f"forbidden AppArmor profile ({value})"
    yield from _unconfined(shared, "pod")
    for name, container, own in _containers(spec):
        yield from _unconfined(own, name)
        if any(port.get("hostPort") for port in container.get("ports") or ()):
            yield f"hostPort ({name})"
        if own.get("privileged"):
            yield f"privileged ({name})"
        if set(_of(own, "capabilities").get("add") or ()) - CAPABILITIES:
            yield f"non-default capabilities ({name})"
        if own.get("procMount") not in (None, "Default") and not _in_user_namespace(spec):
            yield f"procMount ({name})"
        if any(_of(handler, way).get("host") for handler in _handlers(container) for way in ("httpGet", "tcpSocket")):
            yield f"probe or lifecycle host ({name})"


def _unconfined(security: Object, where: str) -> Iterator[str]:
    """What a security context of the pod or of a container may not say."""
    selinux = _of(security, "seLinuxOptions")
    if selinux.get("type") not in SELINUX_TYPES or selinux.get("user") or selinux.get("role"):
        yield f"seLinuxOptions ({where})"
    if _of(security, "appArmorProfile").get("type") not in CONFINED:
        yield f"forbidden AppArmor profile ({where})"
    if _of(security, "seccompProfile").get("type") not in CONFINED:
        yield f"seccompProfile ({where})"
    if _of(security, "windowsOptions").get("hostProcess"):
        yield f"hostProcess ({where})"


def _restricted(spec: Object) -> Iterator[str]:
    shared = _of(spec, "securityContext")
    windows = _of(spec, "os").get("name") == "windows"
    apart = _in_user_namespace(spec)  # where root is nobody outside
    for volume in spec.get("volumes") or ():
        if not (set(volume) - {"name"}) <= VOLUMES:
            yield f"restricted volume types ({volume['name']})"
    if not apart and shared.get("runAsNonRoot") is False:
        yield "runAsNonRoot != true (pod)"
    if not apart and shared.get("runAsUser") == 0:
        yield "runAsUser=0 (pod)"
    for name, _, own in _containers(spec):
        if own.get("procMount") not in (None, "Default"):
            yield f"procMount ({name})"
        if not apart and own.get("runAsNonRoot", shared.get("runAsNonRoot")) is not True:
            yield f"runAsNonRoot != true ({name})"
        if not apart and own.get("runAsUser") == 0:
            yield f"runAsUser=0 ({name})"
        if windows:  # has none of the rest
            continue
        if own.get("allowPrivilegeEscalation") is not False:
            yield f"allowPrivilegeEscalation != false ({name})"
        capabilities = _of(own, "capabilities")
        if "ALL" not in (capabilities.get("drop") or ()) or set(capabilities.get("add") or ()) - {"NET_BIND_SERVICE"}:
            yield f"unrestricted capabilities ({name})"
        if not (_of(own, "seccompProfile") or _of(shared, "seccompProfile")).get("type"):
            yield f"seccompProfile ({name})"


def _containers(spec: Object) -> Iterator[tuple[str, Object, Object]]:
    """Name, container and its security context, of every kind of container."""
    for kind in ("initContainers", "containers", "ephemeralContainers"):
        for container in spec.get(kind) or ():
            yield container["name"], container, _of(container, "securityContext")


def _handlers(container: Object) -> Iterator[Object]:
    for key in ("livenessProbe", "readinessProbe", "startupProbe"):
        yield _of(container, key)
    for key in ("postStart", "preStop"):
        yield _of(_of(container, "lifecycle"), key)


def _in_user_namespace(spec: Object) -> bool:
    return spec.get("hostUsers") is False


def _of(holder: Object, key: str) -> Object:
    return holder.get(key) or {}
