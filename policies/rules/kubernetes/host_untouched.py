"""Pods share nothing with their node; agents, which a DaemonSet runs on each node, share no more than they look at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from deployment.graph import Resource
from deployment.tokens import DAEMON_SET, DEPLOYMENT
from policies.checks import is_absent, mappings, shown
from policies.context import Context
from policies.examples import Example
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule
from policies.rules._pods import HARDENED, WORKLOADS, containers, pod_spec, with_container, with_pod

SOCKETS: Final = ("docker.sock", "containerd.sock", "crio.sock")
LOGS: Final = "/var/log"
"""Where a node keeps the logs of its containers; shippers write there how far they have read."""
HOST: Final = ("hostPID", "hostIPC", "hostNetwork")


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A pod shares nothing with its node; an agent is not root there, and changes no files of it."""
    for container in containers(resource):
        if container.get("securityContext", "privileged") is True:
            path = f"{container.path}.securityContext.privileged"
            yield Problem(f"{path} is true, which makes the container root on the node; drop it", path)
    if resource.type != DAEMON_SET:
        yield from shared(resource)
    for volume in host_volumes(resource) if resource.type == DAEMON_SET else ():
        where = f"volume {shown(volume.get('name'))}"
        host = (mappings(volume.get("hostPath")) or [{}])[0].get("path")
        if isinstance(host, str) and host.endswith(SOCKETS):
            yield Problem(f"{where} mounts the socket of the container engine; drop it", "volumes")
        elif not (isinstance(host, str) and host.startswith(LOGS)) and not only_read(resource, volume.get("name")):
            yield Problem(
                f"{where} lets the agent change files of its node; set readOnly where it mounts it", "volumes"
            )


def check_agents(resource: Resource, context: Context) -> Iterator[Problem]:
    """An agent shares nothing with its node, either."""
    yield from shared(resource)


def shared(resource: Resource) -> Iterator[Problem]:
    """What a pod shares with its node."""
    pod = pod_spec(resource)
    if pod is None:
        return
    for key in HOST:
        if pod.get(key) not in (None, False):
            yield Problem(f"{key} is {shown(pod.get(key))}; drop it", key)
    for volume in host_volumes(resource):
        yield Problem(f"volume {shown(volume.get('name'))} mounts the node's files; use emptyDir", "volumes")
    for container in containers(resource):
        for port in mappings(container.get("ports")):
            if not is_absent(port.get("hostPort")):
                yield Problem(
                    f"{container.path}.ports opens hostPort {shown(port.get('hostPort'))}; drop it",
                    f"{container.path}.ports",
                )


def host_volumes(resource: Resource) -> list[Mapping[str, Any]]:
    """Volumes of the pod that are files of its node."""
    volumes = mappings((pod_spec(resource) or {}).get("volumes"))
    return [volume for volume in volumes if not is_absent(volume.get("hostPath"))]


def only_read(resource: Resource, volume: Any) -> bool:
    """True when no container may write to `volume`."""
    mounts = [mount for one in containers(resource) for mount in mappings(one.get("volumeMounts"))]
    return all(mount.get("readOnly") is True for mount in mounts if mount.get("name") == volume)


def _agent(path: str, *, read_only: bool) -> Example:
    mount = {"name": "node", "mountPath": "/node", "readOnly": read_only}
    spec = dict(with_container(volumeMounts=[mount])["spec"])
    volumes = [{"name": "node", "hostPath": {"path": path}}]
    spec["template"] = {**spec["template"], "spec": {**spec["template"]["spec"], "volumes": volumes}}
    return {"agent": (DAEMON_SET, {"spec": spec})}


_CONTROLS: Final = (
    "checkov:CKV_K8S_17",
    "checkov:CKV_K8S_18",
    "checkov:CKV_K8S_19",
    "checkov:CKV_K8S_26",
)

_UNTOUCHED = Rule(
    id="kubernetes-host-untouched",
    title="Pods share nothing with their node",
    severity=Severity.CRITICAL,
    risk=Risk.EXPOSURE,
    why="The node's processes, network, files and the container engine's socket are the whole cluster's.",
    fix="Drop hostPID, hostIPC, hostNetwork, hostPort, hostPath and privileged.",
    source="https://kubernetes.io/docs/concepts/security/pod-security-standards/",
    frameworks=("checkov:CKV_K8S_16", "checkov:CKV_K8S_27", *_CONTROLS),
    types=WORKLOADS,
    check=check,
    passing={"api": (DEPLOYMENT, HARDENED)},
    failing={"api": (DEPLOYMENT, with_pod(hostNetwork=True))},
    also_failing=[
        {"api": (DEPLOYMENT, with_pod(volumes=[{"name": "root", "hostPath": {"path": "/"}}]))},
        {"api": (DEPLOYMENT, with_container(securityContext={"privileged": True}))},
        {"api": (DEPLOYMENT, with_container(ports=[{"containerPort": 8443, "hostPort": 8443}]))},
        _agent("/etc", read_only=False),
        _agent("/run/containerd/containerd.sock", read_only=True),
    ],
    also_passing=[_agent("/var/log/pods", read_only=False), _agent("/proc", read_only=True)],
)

_AGENTS = Rule(
    id="kubernetes-agents-share-nothing",
    title="Agents share nothing with their node, either",
    severity=Severity.MEDIUM,
    why="What looks at a node for good reasons is the first thing that an attacker looks through.",
    fix="Run no agent that needs hostPID, hostIPC, hostNetwork, hostPort or hostPath, or waive the rule for it.",
    source="https://kubernetes.io/docs/concepts/security/pod-security-standards/",
    frameworks=_CONTROLS,
    types=(DAEMON_SET,),
    check=check_agents,
    passing={"agent": (DAEMON_SET, HARDENED)},
    failing=_agent("/proc", read_only=True),
    also_failing=({"agent": (DAEMON_SET, with_pod(hostPID=True))},),
)

RULES: Final = (_UNTOUCHED, _AGENTS)
