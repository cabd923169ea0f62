"""Containers have liveness and readiness probes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import DEPLOYMENT, WORKLOADS
from policies.checks import is_absent
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._pods import HARDENED, SERVING, containers, made, without

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """Kubernetes asks each container whether it lives and whether it is ready."""
    if resource.type not in SERVING:
        return
    for container in containers(resource, initial=False):
        for probe in ("livenessProbe", "readinessProbe"):
            if is_absent(container.get(probe)):
                path = f"{container.path}.{probe}"
                yield Problem(f"{path} is not set; give the health path over HTTPS", path)


RULE = Rule(
    id="kubernetes-probed",
    title="Containers have liveness and readiness probes",
    severity=Severity.MEDIUM,
    why="Without probes a pod that hangs keeps its share of requests.",
    fix="Set livenessProbe and readinessProbe.",
    source="https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/",
    frameworks=("checkov:CKV_K8S_8", "checkov:CKV_K8S_9"),
    types=WORKLOADS,
    check=check,
    kind=made,
    passing={"api": (DEPLOYMENT, HARDENED)},
    failing={"api": (DEPLOYMENT, without("readinessProbe"))},
)
