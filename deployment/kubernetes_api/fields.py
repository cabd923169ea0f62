"""Bounds of single fields: what each may be, whatever the others say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from operator import itemgetter
from typing import Any, Final, TypeAlias

from deployment.kubernetes_api import values
from deployment.kubernetes_api.values import Problem, at

Check: TypeAlias = Callable[[Any], str | None]


def among(*allowed: str) -> Check:
    """One of `allowed`."""
    return lambda value: None if value in allowed else f"isn't one of {', '.join(allowed)}"


class Checks:
    """Checks by path, made a tree of fields: of most an object has none."""

    def __init__(self, checks: Mapping[str, Check]) -> None:
        self._root: Final = _Fields()
        for number, (path, check) in enumerate(checks.items()):
            fields = self._root
            for step in values.steps(path):
                fields = fields.inner.setdefault(step[0], {}).setdefault(step[1], _Fields())
            fields.checks.append((number, check))

    def failing(self, holder: Mapping[str, Any], place: str = "") -> Iterator[Problem]:
        """What `holder` has at one of the paths, and isn't what its check takes; in the order of the checks."""
        found: list[_Found] = []
        self._root.look(holder, place, found)
        found.sort(key=itemgetter(0))
        for _, where, value, check in found:
            if message := check(value):
                yield where, f"{value!r} {message}"


_Found: TypeAlias = tuple[int, str, Any, Check]
"""Number of a check, place and value that it is asked about, and the check."""


class _Fields:
    """What is asked of one field, and the fields inside it: name -> mark as of `values.at` -> fields."""

    __slots__ = ("checks", "inner")

    def __init__(self) -> None:
        self.checks: list[tuple[int, Check]] = []
        self.inner: dict[str, dict[str, _Fields]] = {}

    def look(self, holder: Any, place: str, found: list[_Found]) -> None:
        """Put into `found` what `holder`, which is at `place`, has of them."""
        for name, by_mark in self.inner.items() if isinstance(holder, dict) else ():
            value = holder.get(name)
            if value is None:
                continue
            here = f"{place}.{name}" if place else name
            for mark, fields in by_mark.items():
                for where, item in values.marked(value, mark, here):
                    if fields.inner:
                        fields.look(item, where, found)
                    if fields.checks and item is not None and item != values.STAND_IN:
                        found += [(number, where, item, check) for number, check in fields.checks]


def between(least: int, most: int | None = None) -> Check:
    """A number from `least` to `most`."""

    def check(value: Any) -> str | None:
        if value < least:
            return f"is less than {least}"
        return f"is more than {most}" if most is not None and value > most else None

    return check


def said(value: Any) -> str | None:
    """Some text, or some items."""
    return None if value else "says nothing"


COUNT: Final = between(0)
SOME: Final = between(1)
PROTOCOLS: Final = among("TCP", "UDP", "SCTP")
SCALING: Final = {
    "stabilizationWindowSeconds": between(0, 3600),
    "selectPolicy": among("Max", "Min", "Disabled"),
    "policies": said,
    "policies[*].type": among("Pods", "Percent"),
    "policies[*].value": SOME,
    "policies[*].periodSeconds": between(1, 1800),
}
SELECTOR: Final = {
    "matchLabels{}": values.qualified,
    "matchLabels{*}": values.label_value,
    "matchExpressions[*].key": values.qualified,
    "matchExpressions[*].operator": among("In", "NotIn", "Exists", "DoesNotExist"),
}


def below(path: str, checks: Mapping[str, Check]) -> dict[str, Check]:
    """`checks` of what is at `path`."""
    return {f"{path}.{key}": check for key, check in checks.items()}


_PEER: Final = {
    "ipBlock.cidr": values.network,
    "ipBlock.except[*]": values.network,
    **below("podSelector", SELECTOR),
    **below("namespaceSelector", SELECTOR),
}
_POLICY_PORT: Final = {"port": values.port, "protocol": PROTOCOLS}
_HOST: Final = {"port.name": values.port_name, "port.number": between(1, 65535), "name": values.service}

BINDING: Final = {
    "roleRef.kind": among("Role", "ClusterRole"),
    "roleRef.apiGroup": among("rbac.authorization.k8s.io"),
    "roleRef.name": said,
    "subjects[*].kind": among("ServiceAccount", "User", "Group"),
    "subjects[*].name": said,
}

_FIELDS: Final[Mapping[str, Mapping[str, Check]]] = {
    "*": {
        "metadata.labels{}": values.qualified,
        "metadata.labels{*}": values.label_value,
        "metadata.annotations{}": lambda value: values.qualified(str(value).lower()),
        "metadata.finalizers[*]": values.finalizer,
    },
    "Deployment": {
        "spec.replicas": COUNT,
        "spec.minReadySeconds": COUNT,
        "spec.revisionHistoryLimit": COUNT,
        "spec.strategy.type": among("Recreate", "RollingUpdate"),
        "spec.strategy.rollingUpdate.maxSurge": values.share,
        "spec.strategy.rollingUpdate.maxUnavailable": values.partial,
        **below("spec.selector", SELECTOR),
    },
    "StatefulSet": {
        "spec.replicas": COUNT,
        "spec.minReadySeconds": COUNT,
        "spec.podManagementPolicy": among("OrderedReady", "Parallel"),
        "spec.updateStrategy.type": among("RollingUpdate", "OnDelete"),
        **below("spec.selector", SELECTOR),
    },
    "DaemonSet": {
        "spec.minReadySeconds": COUNT,
        "spec.updateStrategy.type": among("RollingUpdate", "OnDelete"),
        "spec.updateStrategy.rollingUpdate.maxSurge": values.partial,
        "spec.updateStrategy.rollingUpdate.maxUnavailable": values.partial,
        **below("spec.selector", SELECTOR),
    },
    "ReplicaSet": {"spec.replicas": COUNT, "spec.minReadySeconds": COUNT, **below("spec.selector", SELECTOR)},
    "Job": {
        f"spec.{key}": COUNT
        for key in ("parallelism", "completions", "activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished")
    },
    "CronJob": {
        "spec.concurrencyPolicy": among("Allow", "Forbid", "Replace"),
        "spec.startingDeadlineSeconds": COUNT,
        "spec.successfulJobsHistoryLimit": COUNT,
        "spec.failedJobsHistoryLimit": COUNT,
    },
    "HorizontalPodAutoscaler": {
        "spec.minReplicas": SOME,
        "spec.maxReplicas": SOME,
        "spec.scaleTargetRef.kind": said,
        "spec.scaleTargetRef.name": values.segment,
        **below("spec.behavior.scaleUp", SCALING),
        **below("spec.behavior.scaleDown", SCALING),
    },
    "PodDisruptionBudget": {
        "spec.minAvailable": values.partial,
        "spec.maxUnavailable": values.partial,
        "spec.unhealthyPodEvictionPolicy": among("AlwaysAllow", "IfHealthyBudget"),
        **below("spec.selector", SELECTOR),
    },
    "NetworkPolicy": {
        "spec.policyTypes[*]": among("Ingress", "Egress"),
        **below("spec.podSelector", SELECTOR),
        **below("spec.ingress[*].from[*]", _PEER),
        **below("spec.egress[*].to[*]", _PEER),
        **below("spec.ingress[*].ports[*]", _POLICY_PORT),
        **below("spec.egress[*].ports[*]", _POLICY_PORT),
    },
    "Service": {
        "spec.type": among("ClusterIP", "NodePort", "LoadBalancer", "ExternalName"),
        "spec.sessionAffinity": among("ClientIP", "None"),
        "spec.ipFamilies[*]": among("IPv4", "IPv6"),
        "spec.ipFamilyPolicy": among("SingleStack", "PreferDualStack", "RequireDualStack"),
        "spec.internalTrafficPolicy": among("Cluster", "Local"),
        "spec.trafficDistribution": among("PreferClose", "PreferSameZone", "PreferSameNode"),
        "spec.clusterIP": values.cluster_address,
        "spec.externalIPs[*]": values.address,
        "spec.selector{}": values.qualified,
        "spec.selector{*}": values.label_value,
        "spec.ports[*].port": between(1, 65535),
        "spec.ports[*].name": values.label,
        "spec.ports[*].targetPort": values.target_port,
        "spec.ports[*].protocol": PROTOCOLS,
        "spec.ports[*].appProtocol": values.qualified,
    },
    "ResourceQuota": {
        "spec.hard{}": values.qualified,
        "spec.hard{*}": values.amount,
        "spec.scopes[*]": among(
            "Terminating",
            "NotTerminating",
            "BestEffort",
            "NotBestEffort",
            "PriorityClass",
            "CrossNamespacePodAffinity",
            "VolumeAttributesClass",
        ),
    },
    "LimitRange": {
        f"spec.limits[*].{key}{{*}}": values.readable
        for key in ("default", "defaultRequest", "max", "min", "maxLimitRequestRatio")
    },
    "Role": {"rules[*].verbs": said},
    "ClusterRole": {"rules[*].verbs": said},
    "RoleBinding": BINDING,
    "ClusterRoleBinding": BINDING,
    "ConfigMap": {"data{}": values.config_key, "binaryData{}": values.config_key},
    "Secret": {"data{}": values.config_key, "stringData{}": values.config_key},
    "PersistentVolumeClaim": {
        "spec.accessModes[*]": among("ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"),
        "spec.volumeMode": among("Block", "Filesystem"),
        "spec.storageClassName": lambda value: values.subdomain(value) if value else None,
    },
    "Ingress": {
        "spec.rules[*].http.paths[*].pathType": among("Exact", "Prefix", "ImplementationSpecific"),
        **below("spec.defaultBackend.service", _HOST),
        **below("spec.rules[*].http.paths[*].backend.service", _HOST),
    },
    "Namespace": {"spec.finalizers[*]": values.finalizer},
    "TargetGroupBinding": {"spec.targetType": among("instance", "ip"), "spec.ipAddressType": among("ipv4", "ipv6")},
}
"""Kind -> path -> what may stand there; ``*`` is every kind."""

FIELDS: Final = {kind: Checks(checks) for kind, checks in _FIELDS.items()}

NAMES: Final[Mapping[str, Check]] = {
    "Namespace": values.label,
    "Service": values.service,
    **dict.fromkeys(("Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"), values.segment),
}
"""Kinds whose names are other than a DNS name."""

CRON_JOB_NAME: Final = 52


def problems(document: Mapping[str, Any], kind: str) -> Iterator[Problem]:
    """What single fields of `document` may not be; `kind` is "" for one that isn't known here."""
    metadata = document["metadata"]
    for where, name in at(document, "metadata.name"):
        if "generateName" in metadata and not name:
            continue
        if message := NAMES.get(kind, values.subdomain)(name):
            yield where, f"{name!r} {message}"
        elif kind == "CronJob" and len(name) > CRON_JOB_NAME:
            yield where, f"{name!r} is longer than {CRON_JOB_NAME}, and its jobs have longer names"
    for checks in (FIELDS["*"], FIELDS.get(kind)):
        if checks is not None:
            yield from checks.failing(document)
