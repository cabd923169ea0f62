"""Objects of the cluster, who set which of their fields, and what the API says no to."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

CONTROLLERS: Final = "kube-controller-manager"
"""Field manager of the cluster's own controllers."""


class ApiError(Exception):
    """The API server refused; `reason` is its word for it (``Conflict``, ``Forbidden``, ``Invalid`` …)."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(f"{reason}: {message}")
        self.reason = reason


Path = tuple[str, ...]
"""Keys on the way to a field; labels have dots in them."""


@dataclass(frozen=True, slots=True)
class Ref:
    """What names an object; `namespace` is empty for what belongs to the whole cluster."""

    api_version: str
    kind: str
    namespace: str
    name: str

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Ref:
        """Of an object as the API takes it."""
        metadata = document["metadata"]
        namespace = "" if document["kind"] in CLUSTER_WIDE else str(metadata.get("namespace") or "default")
        return cls(document["apiVersion"], document["kind"], namespace, metadata["name"])

    def __str__(self) -> str:
        place = f"{self.namespace}/" if self.namespace else ""
        return f"{self.kind} {place}{self.name}"


CLUSTER_WIDE: Final = frozenset({"Namespace", "ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition"})

IMMUTABLE: Final[Mapping[str, tuple[str, ...]]] = {
    "Deployment": ("spec.selector",),
    "ReplicaSet": ("spec.selector",),
    "DaemonSet": ("spec.selector",),
    "StatefulSet": ("spec.selector", "spec.serviceName", "spec.podManagementPolicy", "spec.volumeClaimTemplates"),
    "Job": ("spec.selector", "spec.template", "spec.completions", "spec.completionMode", "spec.podFailurePolicy"),
    "PersistentVolumeClaim": ("spec.accessModes", "spec.storageClassName", "spec.volumeName", "spec.volumeMode"),
    "ResourceQuota": ("spec.scopes", "spec.scopeSelector"),
    "Secret": ("type",),
    "RoleBinding": ("roleRef",),
    "ClusterRoleBinding": ("roleRef",),
    "TargetGroupBinding": ("spec.targetGroupARN", "spec.targetType"),
}
"""Kind -> fields that no update may change (answers of Kubernetes 1.35.4; the binding's webhook, controller 3.5)."""

SEALED: Final = ("data", "binaryData", "stringData", "immutable")
"""What of a ConfigMap or Secret no update may change once it says ``immutable``."""


@dataclass
class Stored:
    """An object, and the manager of each field that somebody applied."""

    document: dict[str, Any]
    managers: dict[Path, str] = field(default_factory=dict)
    """Path of a leaf -> who set it."""


@dataclass
class Store:
    """All objects, by what names them."""

    objects: dict[Ref, Stored] = field(default_factory=dict)

    def get(self, ref: Ref) -> dict[str, Any]:
        """The object. Raises ApiError where it isn't there."""
        if ref not in self.objects:
            raise ApiError("NotFound", f"{ref} not found")
        return self.objects[ref].document

    def of_kind(self, kind: str, namespace: str | None = None) -> list[dict[str, Any]]:
        """Objects of a kind, in one namespace or in all, in the order in which they were made."""
        return [
            stored.document
            for ref, stored in self.objects.items()
            if ref.kind == kind and namespace in (None, ref.namespace)
        ]

    def create(self, document: dict[str, Any], manager: str) -> None:
        """Keep a new object. Raises ApiError where there is one of that name."""
        ref = Ref.of(document)
        if ref in self.objects:
            raise ApiError("AlreadyExists", f"{ref} already exists")
        self.objects[ref] = Stored(copy.deepcopy(document), {path: manager for path, _ in leaves(document)})

    def apply(self, document: dict[str, Any], manager: str, ignored: frozenset[Path] = frozenset()) -> None:
        """Server-side apply: fields that another manager set to something else are a conflict; what this manager set
        and no longer does goes away. `ignored` paths are left to whoever has them.

        Raises ApiError for conflicts, and for changes of what can't be changed.
        """
        ref = Ref.of(document)
        stored = self.objects[ref]
        before = dict(leaves(stored.document))
        after = {path: value for path, value in leaves(document) if path not in ignored}
        sealed = SEALED if stored.document.get("immutable") is True else ()
        for fixed in (*IMMUTABLE.get(ref.kind, ()), *sealed):
            if _at(stored.document, fixed) != _at(document, fixed):
                raise ApiError("Invalid", f"{ref}: {fixed}: field is immutable")
        conflicts = sorted(
            path
            for path, value in after.items()
            if stored.managers.get(path, manager) != manager and before.get(path) != value
        )
        if conflicts:
            other = stored.managers[conflicts[0]]
            raise ApiError(
                "Conflict",
                f'{ref}: Apply failed with {len(conflicts)} conflict: conflict with "{other}": '
                f".{'.'.join(conflicts[0])}",
            )
        kept = {
            path: value for path, value in before.items() if stored.managers.get(path) != manager or path in ignored
        }
        stored.managers = {path: name for path, name in stored.managers.items() if path in kept}
        stored.managers |= dict.fromkeys(after, manager)
        stored.document = _built({**kept, **after})

    def set(self, ref: Ref, path: Path, value: Any, manager: str) -> None:
        """An update of one field, as controllers and the subresource ``scale`` make it: the last one to write"
        " owns it."""
        self.get(ref)
        stored = self.objects[ref]
        found = dict(leaves(stored.document))
        stored.document = _built({**found, path: value})
        stored.managers[path] = manager

    def remove(self, ref: Ref) -> None:
        """Forget an object; one that is gone already is fine."""
        self.objects.pop(ref, None)


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """(path, value) of what a manager can own: lists are owned as a whole, maps key by key."""
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from leaves(item, (*path, str(key)))
    else:
        yield path, value


def _built(found: Mapping[Path, Any]) -> dict[str, Any]:
    whole: dict[str, Any] = {}
    for path, value in found.items():
        *steps, last = path
        holder = whole
        for step in steps:
            holder = holder.setdefault(step, {})
        holder[last] = value
    return whole


def _at(document: Mapping[str, Any], path: str) -> Any:
    value: Any = document
    for step in path.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value
