"""Containers run unprivileged, on a read-only file system."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import DEPLOYMENT, WORKLOADS
from deployment.unknown import UNKNOWN
from policies.checks import mappings, number, shown, strings
from policies.context import Context
from policies.examples import each
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._pods import HARDENED, containers, made, pod_spec, with_container

if TYPE_CHECKING:
    from collections.abc import Iterator

SECURITY = "spec.template.spec.containers[0].securityContext"
"""Of the first container of a workload."""
WANTED = {
    "allowPrivilegeEscalation": (False,),
    "privileged": (False, None),
    "readOnlyRootFilesystem": (True,),
}


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A container runs as nobody, without capabilities, on a read-only file system."""
    pod = pod_spec(resource)
    if pod is None:
        return
    shared = (mappings(pod.get("securityContext")) or [{}])[0]
    for container in containers(resource):
        own = (mappings(container.get("securityContext")) or [{}])[0]
        for key, allowed in WANTED.items():
            if own.get(key) is not UNKNOWN and own.get(key) not in allowed:
                path = f"{container.path}.securityContext.{key}"
                yield Problem(f"{path} is {shown(own.get(key))}; set it to {shown(allowed[0])}", path)
        dropped = (mappings(own.get("capabilities")) or [{}])[0]
        if "ALL" not in strings(dropped.get("drop")):
            yield Problem(
                f"{container.path}.securityContext.capabilities.drop lacks ALL; add it",
                f"{container.path}.securityContext",
            )
        added = set(strings(dropped.get("add"))) - {"NET_BIND_SERVICE"}
        if added:
            yield Problem(
                f"{container.path}.securityContext.capabilities.add holds {', '.join(sorted(added))}; drop them",
                f"{container.path}.securityContext",
            )
        if own.get("runAsNonRoot", shared.get("runAsNonRoot")) not in (True, UNKNOWN):
            yield Problem("securityContext.runAsNonRoot is not true; set it", f"{container.path}.securityContext")
        user = own.get("runAsUser", shared.get("runAsUser"))
        if user is not UNKNOWN and (number(user) is None or (number(user) or 0) < 10000):
            yield Problem(
                f"securityContext.runAsUser is {shown(user)}; set it to 10000 or more",
                f"{container.path}.securityContext",
            )
        profile = (mappings(own.get("seccompProfile", shared.get("seccompProfile"))) or [{}])[0]
        if profile.get("type") not in ("RuntimeDefault", "Localhost", UNKNOWN):
            yield Problem(
                "securityContext.seccompProfile.type is not RuntimeDefault; set it", f"{container.path}.securityContext"
            )


RULE = Rule(
    id="kubernetes-containers-hardened",
    title="Containers run unprivileged, on a read-only file system",
    severity=Severity.HIGH,
    why="What breaks into such a container can change nothing in it and get no further.",
    fix=(
        "Set securityContext: runAsNonRoot, runAsUser >= 10000, seccompProfile RuntimeDefault, no "
        "escalation, read-only root, drop ALL."
    ),
    source="https://kubernetes.io/docs/concepts/security/pod-security-standards/",
    frameworks=(
        "checkov:CKV_K8S_16",
        "checkov:CKV_K8S_20",
        "checkov:CKV_K8S_22",
        "checkov:CKV_K8S_23",
        "checkov:CKV_K8S_25",
        "checkov:CKV_K8S_28",
        "checkov:CKV_K8S_29",
        "checkov:CKV_K8S_30",
        "checkov:CKV_K8S_31",
        "checkov:CKV_K8S_37",
        "checkov:CKV_K8S_39",
        "checkov:CKV_K8S_40",
        "pulumi:enableReadOnlyRootFilesystem",
    ),
    types=WORKLOADS,
    check=check,
    kind=made,
    passing={"api": (DEPLOYMENT, HARDENED)},
    failing={"api": (DEPLOYMENT, with_container(securityContext={"privileged": True}))},
    also_failing=each(
        {"api": (DEPLOYMENT, HARDENED)},
        {f"api.{SECURITY}.capabilities.add": ["CHOWN"]},
        *(
            {f"api.{SECURITY}.{key}": value, f"api.spec.template.spec.securityContext.{key}": value}
            for key, value in (
                ("runAsNonRoot", False),
                ("runAsUser", 0),
                ("seccompProfile", {"type": "Unconfined"}),
            )
        ),
    ),
)
