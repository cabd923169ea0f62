"""Pods share nothing with their node; agents, which a DaemonSet runs on each node, share no more than they look at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from deployment.graph import Resource
from deployment.tokens import DAEMON_SET, DEPLOYMENT, WORKLOADS
from policies.checks import is_absent, mappings, shown
from policies.context import Context
from policies.examples import Example
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule
from policies.rules._pods import HARDENED, PATCH, PATCHES, containers, made, pod_spec, with_container, with_pod

SOCKET: Final = "docker.sock"
"""Whoever may write to Docker's socket is root on the node; an agent reads those of other engines, by their CRI."""
LOGS: Final = "/var/log"
STATE: Final = ("/var/lib", "/var", "/run", "/var/run", "/mnt", "/data")
"""Where agents keep what they must not forget, each in a directory of its own."""
SYSTEM: Final = frozenset(
    {
        *("cni", "containerd", "containers", "cri-dockerd", "crio", "dbus", "docker", "etcd", "kubelet", "secrets"),
        *("lib", "run", "systemd", "cloud", "amazon", "kubernetes", "rancher", "k3s"),
    }
)
"""Directories there that are the node's own."""
PLUGINS: Final = (
    "/var/lib/kubelet/plugins_registry",
    "/var/lib/kubelet/device-plugins",
    "/etc/cni/net.d",
    "/opt/cni/bin",
)
"""Where the kubelet looks for its plugins (CSI, device plugins, CNI)."""
HOST: Final = ("hostPID", "hostIPC", "hostNetwork")


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A pod shares nothing with its node; an agent is not root there, and changes no files of it.

    What the kubelet itself asks to mount volumes, to hand out devices or to connect pods can't do without.
    """
    plugin = is_node_plugin(resource)
    for container in () if plugin else containers(resource):
        if container.get("securityContext", "privileged") is True:
            path = f"{container.path}.securityContext.privileged"
            yield Problem(f"{path} is true, which makes the container root on the node; drop it", path)
    agent = resource.type.removesuffix(PATCH) == DAEMON_SET
    if not agent:
        yield from shared(resource)
    for volume in host_volumes(resource) if agent else ():
        where = f"volume {shown(volume.get('name'))}"
        host = (mappings(volume.get("hostPath")) or [{}])[0].get("path")
        if isinstance(host, str) and host.endswith(SOCKET):
            yield Problem(f"{where} mounts the socket of the container engine; drop it", "volumes")
        elif not plugin and not is_state(host) and not only_read(resource, volume.get("name")):
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
            if not is_absent(port.get("hostPort")) and port.get("hostPort") != 0:  # 0 asks for none
                yield Problem(
                    f"{container.path}.ports opens hostPort {shown(port.get('hostPort'))}; drop it",
                    f"{container.path}.ports",
                )


def host_volumes(resource: Resource) -> list[Mapping[str, Any]]:
    """Volumes of the pod that are files of its node."""
    volumes = mappings((pod_spec(resource) or {}).get("volumes"))
    return [volume for volume in volumes if not is_absent(volume.get("hostPath"))]


def is_node_plugin(resource: Resource) -> bool:
    """True for an agent that the kubelet calls: a driver of volumes or devices, or what connects pods."""
    if resource.type != DAEMON_SET:
        return False
    paths = [(mappings(volume.get("hostPath")) or [{}])[0].get("path") for volume in host_volumes(resource)]
    return any(isinstance(path, str) and _as_linux(path) in PLUGINS for path in paths)


def _as_linux(path: str) -> str:
    return path.removeprefix("C:").replace("\\", "/").rstrip("/")


def is_state(path: Any) -> bool:
    """True for logs, and for a directory of an agent's own among those of others' state."""
    if not isinstance(path, str) or ".." in path:
        return False
    whole = path.rstrip("/")
    if whole == LOGS or whole.startswith(f"{LOGS}/"):
        return True
    parent = max((one for one in STATE if whole.startswith(f"{one}/")), key=len, default=None)
    return parent is not None and whole[len(parent) + 1 :].partition("/")[0] not in SYSTEM


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
    types=(*WORKLOADS, *PATCHES),
    check=check,
    kind=made,
    passing={"api": (DEPLOYMENT, HARDENED)},
    failing={"api": (DEPLOYMENT, with_pod(hostNetwork=True))},
    also_failing=[
        {"api": (DEPLOYMENT, with_pod(volumes=[{"name": "root", "hostPath": {"path": "/"}}]))},
        {"api": (DEPLOYMENT, with_container(securityContext={"privileged": True}))},
        {"api": (DEPLOYMENT, with_container(ports=[{"containerPort": 8443, "hostPort": 8443}]))},
        _agent("/etc", read_only=False),
        _agent("/var/lib/kubelet/plugins", read_only=False),
        _agent("/var/lib/shipper/../kubelet", read_only=False),
        _agent("/var/run/docker.sock", read_only=True),
    ],
    also_passing=[
        {"api": (DEPLOYMENT, with_container(ports=[{"containerPort": 8443, "hostPort": 0}]))},
        _agent("/var/log/pods", read_only=False),
        _agent("/var/lib/shipper", read_only=False),
        _agent("/run/containerd/containerd.sock", read_only=True),
        _agent("/proc", read_only=True),
        _agent("/var/lib/kubelet/plugins_registry/", read_only=False),
    ],
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
    kind=made,
    passing={"agent": (DAEMON_SET, HARDENED)},
    failing=_agent("/proc", read_only=True),
    also_failing=({"agent": (DAEMON_SET, with_pod(hostPID=True))},),
)

RULES: Final = (_UNTOUCHED, _AGENTS)
