"""Pods mount and ask what the restricted Pod Security Standard lets in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from deployment.graph import Resource
from deployment.tokens import DEPLOYMENT, WORKLOADS
from policies.checks import is_absent, mappings, shown
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._pods import HARDENED, containers, made, pod_spec, with_container, with_pod
from policies.rules.kubernetes.host_untouched import is_node_plugin

VOLUMES: Final = frozenset(
    {
        *("configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim"),
        *("projected", "secret"),
    }
)
"""Kinds of volumes (pod-security-admission 0.35.4, check_restrictedVolumes.go)."""
ELSEWHERE: Final = frozenset({"name", "hostPath"})
"""What is no kind, and what kubernetes-host-untouched asks about."""


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A pod has volumes of the cluster's own, and its probes ask itself (from version 1.34 on)."""
    pod = pod_spec(resource)
    if pod is None or is_node_plugin(resource):
        return
    for volume in mappings(pod.get("volumes")):
        for kind in sorted({key for key, value in volume.items() if not is_absent(value)} - VOLUMES - ELSEWHERE):
            yield Problem(
                f"volume {volume.get('name')} is of the kind {kind}, which admission refuses; use a claim",
                "spec.template.spec.volumes",
            )
    for container in containers(resource):
        for place, handler in _handlers(container.spec):
            for way in ("httpGet", "tcpSocket"):
                for asked in mappings(handler.get(way)):
                    if not is_absent(asked.get("host")):
                        path = f"{container.path}.{place}.{way}.host"
                        yield Problem(
                            f"{path} is {shown(asked.get('host'))}, so the node asks somebody else; leave it out", path
                        )


def _handlers(container: Mapping[str, object]) -> Iterator[tuple[str, Mapping[str, object]]]:
    for name in ("livenessProbe", "readinessProbe", "startupProbe"):
        for probe in mappings(container.get(name)):
            yield name, probe
    for lifecycle in mappings(container.get("lifecycle")):
        for name in ("postStart", "preStop"):
            for handler in mappings(lifecycle.get(name)):
                yield f"lifecycle.{name}", handler


def _mounting(**volume: object) -> dict[str, tuple[str, Mapping[str, object]]]:
    return {"api": (DEPLOYMENT, with_pod(volumes=[{"name": "data", **volume}]))}


RULE: Final = Rule(
    id="kubernetes-pss-restricted",
    title="Pods mount and ask what the restricted Pod Security Standard lets in",
    severity=Severity.MEDIUM,
    why="A volume of another kind is a way to other machines; a probe with a host makes the node ask for the pod.",
    fix="Use volumes of the cluster's own, and leave host out of probes and lifecycle hooks.",
    source="https://kubernetes.io/docs/concepts/security/pod-security-standards/",
    frameworks=("pss:restricted",),
    types=WORKLOADS,
    check=check,
    kind=made,
    passing={"api": (DEPLOYMENT, HARDENED)},
    failing=_mounting(nfs={"server": "nfs.example.com", "path": "/"}),
    also_failing=[
        _mounting(rbd={"monitors": ["a"], "image": "b"}),
        {"api": (DEPLOYMENT, with_container(livenessProbe={"tcpSocket": {"port": 1, "host": "169.254.169.254"}}))},
        {"api": (DEPLOYMENT, with_container(startupProbe={"httpGet": {"port": 1, "host": "10.0.0.1"}}))},
        {
            "api": (
                DEPLOYMENT,
                with_container(lifecycle={"postStart": {"httpGet": {"port": 1, "host": "10.0.0.1"}}}),
            )
        },
    ],
    also_passing=[
        _mounting(persistentVolumeClaim={"claimName": "data"}),
        _mounting(ephemeral={}, csi=None),
        {"api": (DEPLOYMENT, with_container(lifecycle={"preStop": {"httpGet": {"port": 1, "host": ""}}}))},
    ],
)
