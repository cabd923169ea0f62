"""Pods share nothing with their node."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from policies.checks import is_absent, mappings, shown
from policies.context import Context
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule
from policies.rules._pods import DEPLOYMENT, HARDENED, WORKLOADS, containers, pod_spec, with_container, with_pod

if TYPE_CHECKING:
    from collections.abc import Iterator

HOST = ("hostPID", "hostIPC", "hostNetwork")


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A pod shares nothing with its node."""
    pod = pod_spec(resource)
    if pod is None:
        return
    for key in HOST:
        if pod.get(key) not in (None, False):
            yield Problem(f"{key} is {shown(pod.get(key))}; drop it", key)
    for volume in mappings(pod.get("volumes")):
        if not is_absent(volume.get("hostPath")):
            yield Problem(f"volume {shown(volume.get('name'))} mounts the node's files; use emptyDir", "volumes")
    for container in containers(resource):
        if container.get("securityContext", "privileged") is True:
            path = f"{container.path}.securityContext.privileged"
            yield Problem(f"{path} is true, which makes the container root on the node; drop it", path)
        for port in mappings(container.get("ports")):
            if not is_absent(port.get("hostPort")):
                yield Problem(
                    f"{container.path}.ports opens hostPort {shown(port.get('hostPort'))}; drop it",
                    f"{container.path}.ports",
                )


RULE = Rule(
    id="kubernetes-host-untouched",
    title="Pods share nothing with their node",
    severity=Severity.CRITICAL,
    risk=Risk.EXPOSURE,
    why="The node's processes, network, files and the container engine's socket are the whole cluster's.",
    fix="Drop hostPID, hostIPC, hostNetwork, hostPort, hostPath and privileged.",
    source="https://kubernetes.io/docs/concepts/security/pod-security-standards/",
    frameworks=(
        "checkov:CKV_K8S_16",
        "checkov:CKV_K8S_17",
        "checkov:CKV_K8S_18",
        "checkov:CKV_K8S_19",
        "checkov:CKV_K8S_26",
        "checkov:CKV_K8S_27",
    ),
    types=WORKLOADS,
    check=check,
    passing={"api": (DEPLOYMENT, HARDENED)},
    failing={"api": (DEPLOYMENT, with_pod(hostNetwork=True))},
    also_failing=[
        {"api": (DEPLOYMENT, with_pod(volumes=[{"name": "root", "hostPath": {"path": "/"}}]))},
        {"api": (DEPLOYMENT, with_container(securityContext={"privileged": True}))},
        {"api": (DEPLOYMENT, with_container(ports=[{"containerPort": 8443, "hostPort": 8443}]))},
    ],
)
