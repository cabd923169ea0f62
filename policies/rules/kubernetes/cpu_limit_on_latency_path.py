"""Pods that answer requests have no CPU limit."""

from __future__ import annotations

from collections.abc import Iterator

from deployment.graph import Resource
from deployment.tokens import DEPLOYMENT
from policies.checks import is_absent
from policies.context import Context
from policies.finding import Enforcement, Severity
from policies.rule import Problem, Rule
from policies.rules._pods import containers, deployment, made


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A CPU limit stops a pod in the middle of a request although the node has CPU left."""
    for container in containers(resource, initial=False):
        if not is_absent(container.get("resources", "limits", "cpu")):
            path = f"{container.path}.resources.limits.cpu"
            yield Problem(f"{path} throttles the pod although its node has CPU left, and moves the p95; drop it", path)


RULE = Rule(
    id="kubernetes-cpu-limit-on-latency-path",
    title="Pods that answer requests have no CPU limit",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    why="CPU is shared by request; a limit stops a pod in the middle of one although nobody else wants the CPU.",
    fix="Drop resources.limits.cpu; what the pods may ask for together is the quota's business.",
    source="https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",
    types=(DEPLOYMENT,),
    check=check,
    kind=made,
    passing={"api": deployment(resources={"limits": {"memory": "64Mi"}})},
    failing={"api": deployment(resources={"limits": {"cpu": "100m"}})},
)
