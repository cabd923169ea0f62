"""What the API server fills in of objects before it keeps them.

From the defaults of Kubernetes 1.35.4 (pkg/apis/*/v1/defaults.go), compared with what such a server gave back. What a
cluster chooses, such as addresses and ports of Services, is left out.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from deployment.kubernetes_api.pods import MAKERS
from deployment.pod_resources import template_path
from deployment.quantities import canonical

Holder = dict[str, Any]

PROBE: Final = {
    "timeoutSeconds": 1,
    "periodSeconds": 10,
    "successThreshold": 1,
    "failureThreshold": 3,
    "httpGet?.path": "/",
    "httpGet?.scheme": "HTTP",
    "grpc?.service": "",
}


def _below(path: str, defaults: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{path}.{key}": value for key, value in defaults.items()}


def _amounts(path: str) -> dict[str, Any]:
    """The amounts at `path` as the API server keeps them."""
    return {f"{path}?{{}}": canonical}


def _pull_policy(container: Holder) -> str:
    image = str(container.get("image", ""))
    name, digest, _ = image.partition("@")
    tag = re.search(r":([^/:]+)$", name)
    return "IfNotPresent" if digest or (tag and tag[1] != "latest") else "Always"


CONTAINER: Final = {
    "terminationMessagePath": "/dev/termination-log",
    "terminationMessagePolicy": "File",
    "imagePullPolicy": _pull_policy,
    "resources": {},
    **_amounts("resources.requests"),
    **_amounts("resources.limits"),
    "ports[*].protocol": "TCP",
    "env[*].valueFrom?.fieldRef?.apiVersion": "v1",
    "env[*].valueFrom?.resourceFieldRef?.divisor": "0",
    **_below("livenessProbe?", PROBE),
    **_below("readinessProbe?", PROBE),
    **_below("startupProbe?", PROBE),
    **{
        f"lifecycle?.{hook}?.httpGet?.{key}": value
        for hook in ("postStart", "preStop")
        for key, value in (("path", "/"), ("scheme", "HTTP"))
    },
}
POD: Final = {
    "restartPolicy": "Always",
    "dnsPolicy": "ClusterFirst",
    "terminationGracePeriodSeconds": 30,
    "securityContext": {},
    "schedulerName": "default-scheduler",
    "serviceAccountName": lambda pod: pod.get("serviceAccount"),
    "serviceAccount": lambda pod: pod.get("serviceAccountName"),
    **_below("containers[*]", CONTAINER),
    **_below("initContainers[*]", CONTAINER),
    **{f"volumes[*].{kind}?.defaultMode": 0o644 for kind in ("secret", "configMap", "projected", "downwardAPI")},
    "volumes[*].emptyDir": lambda volume: None if volume.keys() - {"name", "emptyDir"} else {},
    "volumes[*].hostPath?.type": "",
    "volumes[*].downwardAPI?.items[*].fieldRef?.apiVersion": "v1",
    "volumes[*].projected?.sources[*].serviceAccountToken?.expirationSeconds": 3600,
    "volumes[*].projected?.sources[*].downwardAPI?.items[*].fieldRef?.apiVersion": "v1",
}
ROLLING: Final = {"maxSurge": "25%", "maxUnavailable": "25%"}
JOB: Final = {
    "completions": lambda job: None if "parallelism" in job else 1,
    "parallelism": 1,
    "backoffLimit": lambda job: None if "backoffLimitPerIndex" in job else 6,
    "completionMode": "NonIndexed",
    "suspend": False,
    "manualSelector": lambda job: False,
    "podReplacementPolicy": lambda job: "Failed" if job.get("podFailurePolicy") else "TerminatingOrFailed",
}


def _if(path: str, wanted: str, value: Any) -> Callable[[Holder], Any]:
    """`value` where the sibling `path` is `wanted`."""
    return lambda holder: value if holder.get(path) == wanted else None


def _api_group(subject: Holder) -> str | None:
    return None if subject.get("kind") == "ServiceAccount" else "rbac.authorization.k8s.io"


def _policy_types(spec: Holder) -> list[str]:
    return ["Ingress", *(["Egress"] if spec.get("egress") else [])]


DEFAULTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "Deployment": {
        "spec.replicas": 1,
        "spec.revisionHistoryLimit": 10,
        "spec.progressDeadlineSeconds": 600,
        "spec.strategy.type": "RollingUpdate",
        "spec.strategy.rollingUpdate": _if("type", "RollingUpdate", {}),
        **_below("spec.strategy.rollingUpdate?", ROLLING),
    },
    "StatefulSet": {
        "spec.replicas": 1,
        "spec.revisionHistoryLimit": 10,
        "spec.podManagementPolicy": "OrderedReady",
        "spec.updateStrategy.type": "RollingUpdate",
        "spec.updateStrategy.rollingUpdate": _if("type", "RollingUpdate", {}),
        "spec.updateStrategy.rollingUpdate?.partition": 0,
        "spec.persistentVolumeClaimRetentionPolicy.whenDeleted": "Retain",
        "spec.persistentVolumeClaimRetentionPolicy.whenScaled": "Retain",
        "spec.volumeClaimTemplates[*].apiVersion": "v1",
        "spec.volumeClaimTemplates[*].kind": "PersistentVolumeClaim",
        "spec.volumeClaimTemplates[*].spec.volumeMode": "Filesystem",
    },
    "DaemonSet": {
        "spec.revisionHistoryLimit": 10,
        "spec.updateStrategy.type": "RollingUpdate",
        "spec.updateStrategy.rollingUpdate": _if("type", "RollingUpdate", {}),
        "spec.updateStrategy.rollingUpdate?.maxSurge": 0,
        "spec.updateStrategy.rollingUpdate?.maxUnavailable": 1,
    },
    "ReplicaSet": {"spec.replicas": 1},
    "Job": _below("spec", JOB),
    "CronJob": {
        "spec.concurrencyPolicy": "Allow",
        "spec.suspend": False,
        "spec.successfulJobsHistoryLimit": 3,
        "spec.failedJobsHistoryLimit": 1,
    },
    "HorizontalPodAutoscaler": {
        "spec.minReplicas": 1,
        "spec.metrics": [
            {
                "type": "Resource",
                "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}},
            }
        ],
        "spec.behavior?.scaleUp": {},
        "spec.behavior?.scaleDown": {},
        "spec.behavior?.scaleUp?.stabilizationWindowSeconds": 0,
        "spec.behavior?.scaleUp?.selectPolicy": "Max",
        "spec.behavior?.scaleUp?.policies": [
            {"type": "Pods", "value": 4, "periodSeconds": 15},
            {"type": "Percent", "value": 100, "periodSeconds": 15},
        ],
        "spec.behavior?.scaleDown?.selectPolicy": "Max",
        "spec.behavior?.scaleDown?.policies": [{"type": "Percent", "value": 100, "periodSeconds": 15}],
    },
    "NetworkPolicy": {
        "spec.policyTypes": _policy_types,
        "spec.podSelector": {},
        "spec.ingress[*].ports[*].protocol": "TCP",
        "spec.egress[*].ports[*].protocol": "TCP",
    },
    "Service": {
        "spec.type": "ClusterIP",
        "spec.sessionAffinity": "None",
        "spec.sessionAffinityConfig": _if("sessionAffinity", "ClientIP", {}),
        "spec.sessionAffinityConfig?.clientIP": {},
        "spec.sessionAffinityConfig?.clientIP?.timeoutSeconds": 10800,
        "spec.internalTrafficPolicy": lambda spec: None if spec.get("type") == "ExternalName" else "Cluster",
        "spec.externalTrafficPolicy": lambda spec: (
            "Cluster" if spec.get("type") in ("NodePort", "LoadBalancer") or spec.get("externalIPs") else None
        ),
        "spec.allocateLoadBalancerNodePorts": _if("type", "LoadBalancer", value=True),
        "spec.ports[*].protocol": "TCP",
        "spec.ports[*].targetPort": lambda port: port.get("port"),
    },
    "RoleBinding": {"roleRef.apiGroup": "rbac.authorization.k8s.io", "subjects[*].apiGroup": _api_group},
    "ClusterRoleBinding": {"roleRef.apiGroup": "rbac.authorization.k8s.io", "subjects[*].apiGroup": _api_group},
    "Secret": {"type": "Opaque"},
    "Namespace": {
        "spec.finalizers": ["kubernetes"],
    },
    "PersistentVolumeClaim": {"spec.volumeMode": "Filesystem", **_amounts("spec.resources.requests")},
    "ResourceQuota": _amounts("spec.hard"),
}
"""Kind -> path -> value, or what makes one of the object around it; ``?`` is filled in only where it is there."""


def with_defaults(document: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of `document` with what the API server fills in."""
    whole: dict[str, Any] = copy.deepcopy(dict(document))
    kind = str(whole["kind"])
    if kind == "Namespace":
        whole["metadata"].setdefault("labels", {})["kubernetes.io/metadata.name"] = whole["metadata"].get("name")
    for path, value in DEFAULTS.get(kind, {}).items():
        _fill(whole, path, value)
    if kind == "Service" and whole["spec"].get("sessionAffinity") == "None":
        whole["spec"].pop("sessionAffinityConfig", None)
    if kind in MAKERS:
        place = template_path(kind)
        for path, value in POD.items():
            _fill(whole, f"{place}.spec.{path}".lstrip("."), value)
    return whole


EMPTY: Final[tuple[Any, ...]] = (None, "", [])
"""What is filled in like something that is missing."""


def _fill(whole: Holder, path: str, value: Any) -> None:
    *steps, last = path.split(".")
    each = last.removesuffix("?{}")
    for holder in _holders(whole, steps):
        if each != last:
            holder.update({each: {key: value(one) for key, one in holder[each].items()}} if holder.get(each) else {})
        elif holder.get(last) in EMPTY:
            found = value(holder) if callable(value) else copy.deepcopy(value)
            if found is not None:
                holder[last] = found


def _holders(holder: Any, steps: list[str]) -> Iterator[Holder]:
    """What is at `steps`, each of a list; an object that is missing on the way is made unless it is marked ``?``."""
    if not isinstance(holder, dict):
        return
    if not steps:
        yield holder
        return
    step, *rest = steps
    name = step.removesuffix("[*]").removesuffix("?")
    if step == name:
        if holder.get(name) is None:
            holder[name] = {}
        yield from _holders(holder[name], rest)
    else:
        for one in holder.get(name) or () if step.endswith("[*]") else [holder.get(name)]:
            yield from _holders(one, rest)
