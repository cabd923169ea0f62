"""Containers ask for CPU and memory, and are limited in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import DEPLOYMENT, WORKLOADS
from policies.checks import is_absent
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._pods import HARDENED, containers, made, without

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """Each container asks for CPU and memory, and has a limit on what can't be taken back."""
    for container in containers(resource):
        for kind, unit in (("requests", "cpu"), ("requests", "memory"), ("limits", "memory")):
            if is_absent(container.get("resources", kind, unit)):
                path = f"{container.path}.resources.{kind}.{unit}"
                yield Problem(f"{path} is not set; give it, so that one pod can't take the node", path)


RULE = Rule(
    id="kubernetes-resources-bounded",
    title="Containers ask for CPU and memory, and are limited in memory",
    severity=Severity.HIGH,
    why=(
        "A pod that asks for nothing takes the node, and the budget, from the others; memory can't be taken back. "
        "CPU can: it is shared by request, and a limit only throttles."
    ),
    fix="Set resources.requests with cpu and memory, and resources.limits with memory.",
    source="https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",
    frameworks=("checkov:CKV_K8S_10", "checkov:CKV_K8S_12", "checkov:CKV_K8S_13"),
    types=WORKLOADS,
    check=check,
    kind=made,
    passing={"api": (DEPLOYMENT, HARDENED)},
    failing={"api": (DEPLOYMENT, without("resources"))},
)
