"""Nothing is in the default namespace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import CONFIG_MAP, DEPLOYMENT, KUBERNETES_SECRET, KUBERNETES_SERVICE, SERVICE_ACCOUNT, WORKLOADS
from deployment.unknown import UNKNOWN
from policies.checks import is_absent, shown
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._pods import HARDENED

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """Everything is in a namespace of its own, not in the default one."""
    namespace = resource.get("metadata.namespace")
    if namespace is not UNKNOWN and (is_absent(namespace) or namespace == "default"):
        yield Problem(
            f"metadata.namespace is {shown(namespace)}; give the service's own namespace", "metadata.namespace"
        )


RULE = Rule(
    id="kubernetes-namespaced",
    title="Nothing is in the default namespace",
    severity=Severity.LOW,
    why="Quotas, network policies and rights hold by namespace.",
    fix="Set metadata.namespace.",
    source="https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/",
    frameworks=("checkov:CKV_K8S_21",),
    types=(
        *WORKLOADS,
        KUBERNETES_SERVICE,
        SERVICE_ACCOUNT,
        CONFIG_MAP,
        KUBERNETES_SECRET,
    ),
    check=check,
    passing={"api": (DEPLOYMENT, HARDENED)},
    failing={"api": (DEPLOYMENT, {"metadata": {"name": "api"}})},
)
