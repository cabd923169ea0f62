"""Autoscalers at their maximum, and one update each, fit the quota."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from cost.basis import Basis
from cost.charges import Unpriced
from cost.pods import pod_size, quota_of, replicas
from cost.scope import Pricing, Scope
from deployment.graph import Resource
from deployment.tokens import ARGO_ROLLOUT, DEPLOYMENT, POD_AUTOSCALER, RESOURCE_QUOTA, STATEFUL_SET
from policies.checks import look_inside, mappings
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules.kubernetes._objects import working_namespaces

SCALING: Final = (DEPLOYMENT, STATEFUL_SET, ARGO_ROLLOUT)


def check(context: Context) -> Iterator[Problem]:
    """All that the workloads of a namespace may ask for at once fits its quota."""
    pricing = Pricing(context.graph, Basis(region=None))
    for name, workloads in working_namespaces(context).items():
        quota = quota_of(pricing, name)
        if quota is None:
            continue
        vcpus, memory = Decimal(0), Decimal(0)
        for workload in workloads:
            asked_vcpus, asked_memory = _most(pricing, workload)
            vcpus, memory = vcpus + asked_vcpus, memory + asked_memory
        for what, asked, bound in (("CPU", vcpus, quota.vcpus), ("GiB of memory", memory, quota.memory_gib)):
            if bound is not None and asked > bound.amount:
                yield Problem(
                    f"workloads of namespace {name} ask for up to {asked:f} {what}, updates included, and the"
                    " quota allows"
                    f" {bound.amount:f}; raise spec.hard or lower maxReplicas",
                    "spec.hard",
                    bound.resource,
                )


def _most(pricing: Pricing, workload: Resource) -> tuple[Decimal, Decimal]:
    if workload.type not in SCALING:
        return Decimal(0), Decimal(0)
    for pod in mappings(workload.get("spec.template.spec")):
        for one in (pod, *mappings(pod.get("initContainers")), *mappings(pod.get("containers"))):
            look_inside(one.get("resources"))  # what can't be read there leaves this undecided
    scope = Scope(pricing, workload)
    try:
        size, count = pod_size(scope, "spec.template.spec"), replicas(scope).worst
    except Unpriced:  # the estimate says so
        return Decimal(0), Decimal(0)
    return size.vcpus * count, size.memory_gib * count


def _example(cpu: str) -> dict[str, tuple[str, dict[str, Any]]]:
    metadata = {"name": "api", "namespace": "plant"}
    requests = {"cpu": "100m", "memory": "64Mi"}
    pod = {"containers": [{"name": "api", "resources": {"requests": requests}}]}
    return {
        "api": (DEPLOYMENT, {"metadata": metadata, "spec": {"template": {"spec": pod}}}),
        "scaler": (
            POD_AUTOSCALER[0],
            {
                "metadata": metadata,
                "spec": {"minReplicas": 2, "maxReplicas": 4, "scaleTargetRef": {"kind": "Deployment", "name": "api"}},
            },
        ),
        "quota": (
            RESOURCE_QUOTA,
            {"metadata": metadata, "spec": {"hard": {"requests.cpu": cpu, "requests.memory": "1Gi"}}},
        ),
    }


RULE = Rule(
    id="kubernetes-scale-within-quota",
    title="Autoscalers at their maximum, and one update each, fit the quota",
    severity=Severity.HIGH,
    why="Without room for the extra pod of an update the update waits for ever, and says so in an event only.",
    fix="Raise spec.hard of the ResourceQuota, or lower maxReplicas, maxSurge or the requests.",
    source="https://kubernetes.io/docs/concepts/policy/resource-quotas/",
    refused_by="the admission of ResourceQuota: 403 Forbidden, exceeded quota",
    check_stack=check,
    passing=_example("500m"),
    failing=_example("499m"),
    also_failing=[{"second": _example("499m")["quota"], **_example("500m")}],
)
