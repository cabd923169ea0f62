"""Pods stay within the Pod Security Standards, in the fields that nothing else looks at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from deployment.graph import Resource
from deployment.tokens import DAEMON_SET, DEPLOYMENT, POD, WORKLOADS
from deployment.unknown import UNKNOWN
from policies.checks import mappings, shown, strings
from policies.context import Context
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule
from policies.rules._pods import (
    HARDENED,
    PATCHES,
    containers,
    made,
    pod_annotations,
    pod_spec,
    with_container,
    with_pod,
)
from policies.rules.kubernetes.host_untouched import is_node_plugin

SAFE_SYSCTLS: Final = frozenset(
    {
        "kernel.shm_rmid_forced",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.ip_local_reserved_ports",
        "net.ipv4.tcp_syncookies",
        "net.ipv4.ping_group_range",
        "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes",
        "net.ipv4.tcp_rmem",
        "net.ipv4.tcp_wmem",
        "net.ipv4.tcp_slow_start_after_idle",
        "net.ipv4.tcp_notsent_lowat",
    }
)
"""Kernel settings that are a pod's own (Pod Security Standards 1.37, baseline)."""
CAPABILITIES: Final = frozenset(
    {
        "AUDIT_WRITE",
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "FSETID",
        "KILL",
        "MKNOD",
        "NET_BIND_SERVICE",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYS_CHROOT",
    }
)
"""What a container may be given back after it dropped all (the same, baseline)."""
OWN: Final = frozenset({"IPC_LOCK", "NET_ADMIN", "NET_RAW", "SYS_NICE", "SYS_RESOURCE"})
"""Beyond the standard, and still the container's own: memory that is not swapped (Vault, search engines), the pod's
network (sidecars of a mesh), priorities and limits. The strict profile refuses them elsewhere."""
OF_AGENTS: Final = frozenset({"SYS_TIME"})
"""What the exporter of a node's metrics reads the clock's state with."""
SELINUX_TYPES: Final = (None, "", "container_t", "container_init_t", "container_kvm_t", "container_engine_t", UNKNOWN)
CONFINED: Final = (None, "RuntimeDefault", "Localhost", UNKNOWN)
"""Types of AppArmor and seccomp profiles."""
PROFILES: Final = ("runtime/default", "localhost/")
APPARMOR: Final = "container.apparmor.security.beta.kubernetes.io/"


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """No field lets a pod out of its box."""
    pod = pod_spec(resource)
    if pod is None or is_node_plugin(resource):
        return
    shared = _security(pod)
    able = CAPABILITIES | OWN | (OF_AGENTS if resource.type == DAEMON_SET else frozenset())
    for sysctl in mappings(shared.get("sysctls")):
        if sysctl.get("name") not in (*SAFE_SYSCTLS, UNKNOWN):
            yield Problem(f"sysctl {shown(sysctl.get('name'))} is the node's; drop it", "securityContext.sysctls")
    yield from _confinement(shared, "securityContext")
    for key, value in pod_annotations(resource).items():
        for profile in strings(value) if key.startswith(APPARMOR) else ():
            if profile and not profile.startswith(PROFILES):
                yield Problem(f"the annotation {key} is {shown(profile)}; drop it", "metadata.annotations")
    for container in containers(resource):
        own = _security(container.spec)
        path = f"{container.path}.securityContext"
        if own.get("procMount") not in (None, "Default", UNKNOWN) and pod.get("hostUsers") is not False:
            yield Problem(f"procMount is {shown(own.get('procMount'))}; leave it at Default", path)
        capabilities = (mappings(own.get("capabilities")) or [{}])[0]
        added = [name for name in strings(capabilities.get("add")) if name.removeprefix("CAP_") not in able]
        if added:
            yield Problem(f"capabilities.add holds {', '.join(added)}; drop them", path)
        yield from _confinement(own, path)


def _security(holder: Mapping[str, Any]) -> Mapping[str, Any]:
    return (mappings(holder.get("securityContext")) or [{}])[0]


def _confinement(security: Mapping[str, Any], path: str) -> Iterator[Problem]:
    selinux = (mappings(security.get("seLinuxOptions")) or [{}])[0]
    if selinux.get("type") not in SELINUX_TYPES or selinux.get("user") or selinux.get("role"):
        yield Problem("seLinuxOptions takes the pod out of its confinement; leave them out", path)
    for key in ("appArmorProfile", "seccompProfile"):
        profile = (mappings(security.get(key)) or [{}])[0]
        if profile.get("type") not in CONFINED:
            yield Problem(f"{key}.type is {shown(profile.get('type'))}; set RuntimeDefault", path)
    if (mappings(security.get("windowsOptions")) or [{}])[0].get("hostProcess") is True:
        yield Problem("windowsOptions.hostProcess runs on the node itself; drop it", path)


RULE = Rule(
    id="kubernetes-pss-fields",
    title="Pods stay within the Pod Security Standards",
    severity=Severity.HIGH,
    risk=Risk.EXPOSURE,
    why="Each of these fields is a known way from a container to its node.",
    fix="Drop procMount, unsafe sysctls, capabilities of the node and options of confinement.",
    source="https://kubernetes.io/docs/concepts/security/pod-security-standards/",
    frameworks=("pss:baseline",),
    types=(*WORKLOADS, *PATCHES),
    check=check,
    kind=made,
    passing={"api": (DEPLOYMENT, HARDENED)},
    failing={"api": (DEPLOYMENT, with_container(securityContext={"procMount": "Unmasked"}))},
    also_passing=[
        {"api": (DEPLOYMENT, with_container(securityContext={"capabilities": {"add": ["NET_BIND_SERVICE", "CHOWN"]}}))},
        {"api": (DEPLOYMENT, with_container(securityContext={"capabilities": {"add": ["IPC_LOCK"]}}))},
        {"api": (POD, {"spec": {"containers": []}})},
        {
            "api": (
                DEPLOYMENT,
                with_pod(
                    hostUsers=False,
                    containers=[{"name": "builder", "securityContext": {"procMount": "Unmasked"}}],
                ),
            )
        },
    ],
    also_failing=[
        {"api": (DEPLOYMENT, with_pod(securityContext={"sysctls": [{"name": "kernel.msgmax", "value": "1"}]}))},
        {"api": (DEPLOYMENT, with_pod(securityContext={"seLinuxOptions": {"type": "spc_t"}}))},
        {"api": (DEPLOYMENT, with_pod(securityContext={"windowsOptions": {"hostProcess": True}}))},
        {"api": (DEPLOYMENT, with_container(securityContext={"capabilities": {"add": ["SYS_ADMIN"]}}))},
        {"api": (DEPLOYMENT, with_container(securityContext={"appArmorProfile": {"type": "Unconfined"}}))},
        {"api": (DEPLOYMENT, with_pod(securityContext={"seccompProfile": {"type": "Unconfined"}}))},
        {"api": (POD, {"metadata": {"annotations": {f"{APPARMOR}api": "unconfined"}}, "spec": {"containers": []}})},
    ],
)
