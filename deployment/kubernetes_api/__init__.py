"""What the API server refuses of objects that their schema takes: values out of bounds, and some that don't fit others.

From the validation of Kubernetes 1.35.4 (pkg/apis/*/validation), and compared with the answers of such a server, which
tests/fixtures/kubernetes_api.json holds. What only a cluster knows, such as its ranges of addresses, is left to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from deployment.kubernetes_api import fields, objects, pods
from deployment.kubernetes_api.values import Problem

GROUPS: Final[Mapping[str, str]] = {
    kind: group
    for group, kinds in {
        "": (
            *("Pod", "ReplicationController", "Service", "Namespace", "ConfigMap", "Secret"),
            *("ResourceQuota", "LimitRange", "PersistentVolumeClaim"),
        ),
        "apps": ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"),
        "batch": ("Job", "CronJob"),
        "autoscaling": ("HorizontalPodAutoscaler",),
        "policy": ("PodDisruptionBudget",),
        "networking.k8s.io": ("NetworkPolicy", "Ingress"),
        "rbac.authorization.k8s.io": ("Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"),
        "elbv2.k8s.aws": ("TargetGroupBinding",),
    }.items()
    for kind in kinds
}
"""Kind -> the group in which it is what is known here: a Service of Knative is another thing."""


def refused(document: Mapping[str, Any]) -> Problem | None:
    """Path and message of the first thing that the API server refuses of `document`; None when it takes all."""
    return next(_problems(document), None)


def _problems(document: Mapping[str, Any]) -> Iterator[Problem]:
    group = str(document["apiVersion"]).rpartition("/")[0]
    kind = document["kind"] if GROUPS.get(document["kind"]) == group else ""
    yield from fields.problems(document, kind)
    yield from pods.problems(document, kind)
    yield from objects.problems(document, kind)
