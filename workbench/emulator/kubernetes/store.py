"""Objects of the cluster, who set which of their fields, and what the API says no to."""

from __future__ import annotations

import copy
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from deployment.kubernetes_api.defaults import with_defaults
from deployment.kubernetes_api.schemas import NEWEST
from workbench.emulator.kubernetes.ownership import (
    IDENTITY,
    Fields,
    Schema,
    changes,
    filled,
    merged,
    owned,
    pruned,
    schema_of,
    shown,
)

CONTROLLERS: Final = "kube-controller-manager"
"""Field manager of the cluster's own controllers."""


class ApiError(Exception):
    """The API server refused; `reason` is its word for it (``Conflict``, ``Forbidden``, ``Invalid`` …)."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(f"{reason}: {message}")
        self.reason = reason


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

REPLICAS: Final = ("spec", "replicas")
SEALED: Final = ("data", "binaryData", "stringData", "immutable")
"""What of a ConfigMap or Secret no update may change once it says ``immutable``."""


@dataclass(frozen=True, order=True, slots=True)
class Manager:
    """Who sets fields, and how: one name that applies and that updates is two managers."""

    name: str
    operation: str = "Apply"
    subresource: str = ""


@dataclass
class Stored:
    """An object, and the fields of each of its managers."""

    document: dict[str, Any]
    managers: dict[Manager, Fields] = field(default_factory=dict)

    def changed(self, document: dict[str, Any], schema: Schema, manager: Manager, *, force: bool) -> None:
        """Take `document` for what `manager` makes of the object. Raises ApiError where it changes what others own,
        unless it may by `force`."""
        ref, (other, gone) = Ref.of(document), changes(self.document, document, schema)
        others = {one: fields for one, fields in self.managers.items() if one != manager}
        if not force and (conflicts := {one: paths for one, fields in others.items() if (paths := fields & other)}):
            raise ApiError("Conflict", f"{ref}: {_conflict(conflicts, ref.api_version)}")
        self.managers |= {one: fields - other - gone for one, fields in others.items()}
        self.managers = {one: fields for one, fields in self.managers.items() if fields or one == manager}
        self.document = document


def _conflict(conflicts: Mapping[Manager, Fields], version: str) -> str:
    """What the API server says of fields that others own, each manager by itself."""
    count = sum(map(len, conflicts.values()))
    told = []
    for manager, paths in sorted(conflicts.items()):
        who, listed = f'"{manager.name}"', sorted(map(shown, paths))
        if manager.subresource:
            who += f' with subresource "{manager.subresource}"'
        if manager.operation == "Update":
            who += f" using {version}"
        if len(listed) == 1:
            told.append(f"conflict with {who}: {listed[0]}")
        else:
            told.append("\n- ".join([f"conflicts with {who}:", *listed]))
    return f"Apply failed with {count} conflict{'s' if count > 1 else ''}: " + "\n".join(told)


@dataclass
class Store:
    """All objects, by what names them."""

    version: str = NEWEST
    """Of Kubernetes, whose schemas tell which lists have keys."""
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
        """Keep a new object; who makes it owns all of it. Raises ApiError where there is one of that name."""
        ref = Ref.of(document)
        if ref in self.objects:
            raise ApiError("AlreadyExists", f"{ref} already exists")
        whole, me, made = self._kept(document), Manager(manager, "Update"), Stored({})
        made.changed(whole, self._schema(ref), me, force=True)
        made.managers[me] = changes({"metadata": {}}, whole, self._schema(ref))[0] - IDENTITY
        self.objects[ref] = made

    def apply(self, document: dict[str, Any], manager: str, *, force: bool = False) -> None:
        """Server-side apply: fields that another manager set to something else are a conflict, unless by `force`; what
        this manager set and no longer does goes away, where nobody else has it.

        Raises ApiError for conflicts, and for changes of what can't be changed.
        """
        ref, me = Ref.of(document), Manager(manager)
        schema = self._schema(ref)
        stored = self.objects.get(ref) or Stored({})
        last, mine = stored.managers.get(me, frozenset()), owned(document, schema)
        managers = {**stored.managers, me: mine}
        whole = pruned(merged(stored.document, copy.deepcopy(document), schema), last, managers.values(), schema)
        after = Stored(stored.document, managers)
        after.changed(whole, schema, me, force=force)
        after.document = self._kept(whole)
        if ref in self.objects:
            _refuse_changes(stored.document, after.document)
        self.objects[ref] = after

    def update(self, document: dict[str, Any], manager: str, subresource: str = "") -> None:
        """Put an object in the place of the one that is there: what it changes is its manager's then.

        Raises ApiError for changes of what can't be changed.
        """
        ref, me = Ref.of(document), Manager(manager, "Update", subresource)
        schema, stored, whole = self._schema(ref), self.objects[ref], self._kept(document)
        _refuse_changes(stored.document, whole)
        other, gone = changes(stored.document, whole, schema)
        stored.managers[me] = (stored.managers.get(me, frozenset()) | other) - gone
        stored.changed(whole, schema, me, force=True)
        if not stored.managers[me]:
            del stored.managers[me]

    def take_over(self, ref: Ref, managers: Collection[Manager], manager: str) -> None:
        """Have `manager` apply what those whose names begin alike have set so far: the first step from updates to
        applies. Subresources are left to theirs."""
        stored, me = self.objects[ref], Manager(manager)
        for one in list(stored.managers):
            if not one.subresource and any(
                one.operation == other.operation and one.name.startswith(other.name) for other in managers
            ):
                stored.managers[me] = stored.managers.get(me, frozenset()) | stored.managers.pop(one)

    def is_others(self, ref: Ref, path: tuple[str, ...], manager: str) -> bool:
        """Whether somebody else owns something at `path`, and `manager` nothing."""

        def has(fields: Fields) -> bool:
            return any(one[: len(path)] == path for one in fields)

        managers = self.objects[ref].managers
        return not has(managers.get(Manager(manager), frozenset())) and any(map(has, managers.values()))

    def set(self, ref: Ref, path: tuple[str, ...], value: Any, manager: str) -> None:
        """An update of one field, as controllers make it."""
        document = copy.deepcopy(self.get(ref))
        holder = document
        for step in path[:-1]:
            holder = holder.setdefault(step, {})
        holder[path[-1]] = value
        self.update(document, manager, "scale" if path == REPLICAS else "")

    def scale(self, ref: Ref, replicas: int, manager: str) -> None:
        """An update by the subresource ``scale``: its manager owns replicas where somebody did, and nobody owns none
        (as Kubernetes 1.35.4 answers)."""
        stored = self.objects.get(ref)
        if stored is None or value_at(stored.document, "spec.replicas") == replicas:
            self.get(ref)
            return
        owned_before = any(REPLICAS in fields for fields in stored.managers.values())
        self.set(ref, REPLICAS, replicas, manager)
        if not replicas or not owned_before:
            stored.managers = {one: left for one, fields in stored.managers.items() if (left := fields - {REPLICAS})}

    def remove(self, ref: Ref) -> None:
        """Forget an object; one that is gone already is fine."""
        self.objects.pop(ref, None)

    def _kept(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """An object as it is kept: without what is empty, and with defaults."""
        whole: dict[str, Any] = filled(with_defaults(document), self._schema(Ref.of(document)))
        return whole

    def _schema(self, ref: Ref) -> Schema:
        return schema_of(ref.api_version, ref.kind, self.version)


def _refuse_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Raise ApiError where an update changes what is for good."""
    ref = Ref.of(before)
    sealed = SEALED if before.get("immutable") is True else ()
    for fixed in (*IMMUTABLE.get(ref.kind, ()), *sealed):
        if value_at(before, fixed) != value_at(after, fixed):
            raise ApiError("Invalid", f"{ref}: {fixed}: field is immutable")


def value_at(document: Mapping[str, Any], path: str) -> Any:
    """What is in `document` at a path with dots; None where there is nothing."""
    value: Any = document
    for step in path.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value
