"""What pulumi-kubernetes answers with a new object, and not with an update.

From its source, version 4.32 and after (provider/pkg/provider/diff.go and provider.go, read 2026-11-27). It isn't quite
what the API server refuses: a change of a Service's type goes in place, and one of a ConfigMap's data makes a new one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

SELECTOR: Final = ("spec.selector",)

FORCE_NEW: Final[Mapping[tuple[str, str], tuple[str, ...]]] = {
    ("apps", "Deployment"): SELECTOR,
    ("apps", "DaemonSet"): SELECTOR,
    ("apps", "StatefulSet"): (
        *SELECTOR,
        "spec.podManagementPolicy",
        "spec.revisionHistoryLimit",
        "spec.serviceName",
        "spec.volumeClaimTemplates",
    ),
    ("batch", "Job"): (*SELECTOR, "spec.completions", "spec.parallelism", "spec.template"),
    ("rbac.authorization.k8s.io", "RoleBinding"): ("roleRef",),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): ("roleRef",),
    ("storage.k8s.io", "StorageClass"): ("parameters", "provisioner"),
    ("", "ConfigMap"): ("binaryData", "data"),
    ("", "Secret"): ("type", "stringData", "data"),
    ("", "PersistentVolumeClaim"): (*SELECTOR, "spec.accessModes", "spec.storageClassName", "spec.volumeName"),
    ("", "PersistentVolume"): tuple(
        f"spec.{source}"
        for source in (
            *("awsElasticBlockStore", "azureDisk", "azureFile", "cephfs", "cinder", "csi", "fc", "flexVolume"),
            *("flocker", "gcePersistentDisk", "glusterfs", "hostPath", "iscsi", "local", "nfs", "photonPersistentDisk"),
            *("portworxVolume", "quobyte", "rbd", "scaleIO", "storageos", "vsphereVolume"),
        )
    ),
    ("", "Pod"): tuple(
        f"spec.{field}"
        for field in (
            *("affinity", "automountServiceAccountToken", "dnsConfig", "dnsPolicy", "enableServiceLinks"),
            *("hostAliases", "hostIPC", "hostNetwork", "hostPID", "hostname", "imagePullSecrets", "nodeName"),
            *("nodeSelector", "overhead", "preemptionPolicy", "priority", "priorityClassName", "readinessGates"),
            *("restartPolicy", "runtimeClassName", "schedulerName", "securityContext", "serviceAccount"),
            *("serviceAccountName", "shareProcessNamespace", "subdomain", "terminationGracePeriodSeconds", "volumes"),
            *(
                f"{kind}.*.{part}"
                for kind in ("containers", "initContainers")
                for part in (
                    *("args", "command", "env", "image", "imagePullPolicy", "lifecycle", "livenessProbe", "ports"),
                    *("readinessProbe", "resources", "securityContext", "stdin", "stdinOnce"),
                    *("terminationMessagePath", "terminationMessagePolicy", "tty", "volumeDevices", "volumeMounts"),
                    "workingDir",
                )
            ),
        )
    ),
    ("", "ResourceQuota"): ("spec.scopes",),
    ("", "Service"): ("spec.clusterIP",),
}
"""(Group, kind) -> paths whose change makes a new object; ``*`` is any item of a list."""

IDENTITY: Final = ("metadata.name", "metadata.namespace")
AUTONAMED: Final = "pulumi.com/autonamed"


MUTABLE: Final[Mapping[str, tuple[str, ...]]] = {"ConfigMap": (), "Secret": ("type",)}
"""Kind -> what still makes a new object where the provider's settings let its data change in place."""


def replacing(before: Mapping[str, Any], after: Mapping[str, Any], mutable: Collection[str] = ()) -> tuple[str, ...]:
    """Paths whose change from `before` to `after` makes a new object, in order; also where it is of another kind.

    `mutable` are kinds whose data change in place, unless an object says that it is immutable.
    """
    group, _, version = str(after["apiVersion"]).rpartition("/")
    kind = after["kind"]
    in_place = not group and kind in mutable and after.get("immutable") is not True
    own = MUTABLE[kind] if in_place else FORCE_NEW.get((group, kind), ())
    forced = (*IDENTITY, *own) if version == "v1" else IDENTITY
    other = [key for key in ("apiVersion", "kind") if before.get(key) != after.get(key)]
    paths = (path for path in _changed(_named(before), _named(after)) if any(_within(path, one) for one in forced))
    return (*other, *sorted({".".join(path) for path in paths}))


def is_deleted_first(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether the new object can't be there beside the old one: it has the same name, and not by the provider's
    choice."""
    metadata = after["metadata"]
    chosen = (metadata.get("annotations") or {}).get(AUTONAMED) == "true" or "generateName" in metadata
    one, other = (_named(document)["metadata"] for document in (before, after))
    return not chosen and all(one.get(key) == other.get(key) for key in ("name", "namespace"))


def _named(document: Mapping[str, Any]) -> dict[str, Any]:
    metadata = dict(document.get("metadata") or {})
    return {**document, "metadata": {**metadata, "namespace": metadata.get("namespace") or "default"}}


def _changed(before: Any, after: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Paths of what is other in `after`, each as far down as both have something."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in sorted({*before, *after}):
            yield from _changed(before.get(key), after.get(key), (*path, str(key)))
    elif isinstance(before, list) and isinstance(after, list):
        for number in range(max(len(before), len(after))):
            one, other = (items[number] if number < len(items) else None for items in (before, after))
            yield from _changed(one, other, (*path, str(number)))
    elif before != after:
        yield path


def _within(path: tuple[str, ...], forced: str) -> bool:
    """Whether a change at `path` is one of what is `forced`, or takes it along."""
    steps = forced.split(".")
    return all(step in ("*", own) for step, own in zip(steps, path, strict=False))
