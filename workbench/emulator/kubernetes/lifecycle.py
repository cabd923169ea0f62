"""The provider over AWS and a cluster: each resource is made where its type belongs."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from deployment.graph import Resource
from deployment.manifests import PREFIX, manifest
from deployment.urn import name_of
from workbench.emulator.kubernetes.cluster import Cluster
from workbench.emulator.kubernetes.provider_settings import ProviderSettings
from workbench.emulator.kubernetes.replacement import AUTONAMED, is_deleted_first, replacing
from workbench.emulator.kubernetes.store import ApiError, Manager, Ref, value_at
from workbench.emulator.lifecycle import META, Change, Created, Lifecycle, NothingMadeError

MANAGER: Final = "pulumi-kubernetes"
"""Field manager of what the provider creates; updates are applied by one with a suffix of the object's own."""
TAKEN_OVER: Final = (
    Manager("kubectl"),
    *(Manager(name, "Update") for name in ("kubectl", "before-first-apply", MANAGER, "pulumi-resource-kubernetes")),
)
"""Whose fields an update takes over first (pulumi-kubernetes, await/await.go, fixCSAFieldManagers; 4.32)."""
SKIP_AWAIT: Final = "pulumi.com/skipAwait"
FORCE: Final = "pulumi.com/patchForce"
PROPAGATION: Final = "pulumi.com/deletionPropagationPolicy"
"""``orphan`` leaves what the object made; ``background`` and ``foreground`` differ by when it goes."""
FIELD_MANAGER: Final = "pulumi.com/patchFieldManager"
USE_ANNOTATION: Final = "use-annotation"


@dataclass
class WithCluster(Lifecycle):
    """AWS's lifecycle, and that of a cluster's objects."""

    cluster: Cluster | None = None
    settings: ProviderSettings = field(default_factory=ProviderSettings)
    _ignored: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """URN -> paths that the program ignores, as the last comparison was told."""

    def check(
        self,
        token: str,
        urn: str,
        inputs: dict[str, Any],
        old_inputs: dict[str, Any] | None = None,
        *,
        seed: bytes = b"",
    ) -> dict[str, Any]:
        """See Lifecycle; an object is what its program says, as the API takes it."""
        if not token.startswith(PREFIX):
            return super().check(token, urn, inputs, old_inputs, seed=seed)
        return _autonamed(
            manifest(Resource(urn, token, name_of(urn), inputs=inputs)), inputs, old_inputs or {}, urn, seed
        )

    def diff(self, token: str, old: dict[str, Any], inputs: dict[str, Any], ignored: Iterable[str] = ()) -> Change:
        """See Lifecycle."""
        if not token.startswith(PREFIX):
            return super().diff(token, old, inputs, ignored)
        before = {key: value for key, value in old.items() if key != META}
        self._ignored[str(Ref.of(inputs))] = tuple(ignored)
        changed = tuple(sorted(key for key in {*before, *inputs} if before.get(key) != inputs.get(key)))
        replaced = replacing(before, inputs, self.settings.mutable) if changed else ()
        return Change(changed, replaced, bool(replaced) and is_deleted_first(before, inputs))

    def create(
        self,
        token: str,
        urn: str,
        inputs: dict[str, Any],
        *,
        adopt: bool = False,
        taken: Collection[str] = (),
        attempt: str = "",
    ) -> Created:
        """See Lifecycle; a Deployment is waited for."""
        if not token.startswith(PREFIX):
            return super().create(token, urn, inputs, adopt=adopt, taken=taken, attempt=attempt)
        cluster, ref = self._cluster(), Ref.of(inputs)
        try:
            if (adopt or self.settings.adopts) and ref in cluster.store.objects:
                self._apply(urn, inputs)
            else:
                cluster.create(inputs, MANAGER)
            self._await(inputs)
        except ApiError as error:
            if error.reason != "AlreadyExists":
                cluster.delete(ref)
            raise NothingMadeError(str(error)) from error
        identifier = f"{ref.namespace}/{ref.name}" if ref.namespace else ref.name
        return Created(identifier, {**inputs, META: {"declared": sorted(inputs), "validated": []}})

    def left_behind(self, token: str, urn: str, inputs: dict[str, Any], taken: Collection[str]) -> Created | None:
        """See Lifecycle."""
        if not token.startswith(PREFIX):
            return super().left_behind(token, urn, inputs, taken)
        ref = Ref.of(inputs)
        there = ref in self._cluster().store.objects
        return Created(ref.name, {**inputs, META: {"declared": sorted(inputs)}}) if there else None

    def read(self, token: str, urn: str, resource_id: str, state: dict[str, Any]) -> dict[str, Any] | None:
        """See Lifecycle."""
        if not token.startswith(PREFIX):
            return super().read(token, urn, resource_id, state)
        stored = self._cluster().store.objects.get(Ref.of(state))
        return None if stored is None else {**state, META: state.get(META, {})}

    def update(
        self,
        token: str,
        urn: str,
        resource_id: str,
        old: dict[str, Any],
        inputs: dict[str, Any],
        changed: Iterable[str],
    ) -> dict[str, Any]:
        """See Lifecycle; by server-side apply."""
        if not token.startswith(PREFIX):
            return super().update(token, urn, resource_id, old, inputs, changed)
        self._apply(urn, inputs)
        self._await(inputs)
        return {**inputs, META: {"declared": sorted(inputs), "validated": []}}

    def delete(self, token: str, urn: str, resource_id: str, state: dict[str, Any]) -> None:
        """See Lifecycle."""
        if not token.startswith(PREFIX):
            super().delete(token, urn, resource_id, state)
        elif state:
            self._cluster().delete(Ref.of(state), orphaned=_annotations(state).get(PROPAGATION, "").lower() == "orphan")

    def left_in_cluster(self) -> list[str]:
        """Objects that are still there."""
        return sorted(str(ref) for ref in self._cluster().store.objects)

    def _cluster(self) -> Cluster:
        if self.cluster is None:
            raise RuntimeError("the stack has Kubernetes objects and its settings name no cluster")
        return self.cluster

    def _apply(self, urn: str, inputs: dict[str, Any]) -> None:
        """As the provider updates: it takes over what it created and kubectl changed, leaves to others what the program
        ignores, and applies the rest."""
        cluster, ref = self._cluster(), Ref.of(inputs)
        live, annotations = cluster.store.get(ref), _annotations(inputs)
        manager = annotations.get(FIELD_MANAGER) or f"{MANAGER}-{hashlib.sha256(urn.encode()).hexdigest()[:8]}"
        cluster.store.take_over(ref, TAKEN_OVER, manager)
        sent = copy.deepcopy(inputs)
        for path in self._ignored.get(str(ref), ()):
            steps = tuple(path.split("."))
            if cluster.store.is_others(ref, steps, manager):
                _put(sent, steps, None)
            elif (value := value_at(live, path)) is not None:
                _put(sent, steps, copy.deepcopy(value))
        cluster.apply(sent, manager, force=self.settings.forces or annotations.get(FORCE) == "true")

    def _await(self, document: dict[str, Any]) -> None:
        """As the provider waits: all pods of a Deployment have to become ready, and the Services of an Ingress to be
        there. What else it waits for, no controller here keeps it waiting."""
        if _annotations(document).get(SKIP_AWAIT) == "true":
            return
        ref = Ref.of(document)
        if ref.kind == "Ingress":
            self._await_services(ref, document)
        if ref.kind != "Deployment":
            return
        cluster = self._cluster()
        wanted = cluster.replicas(ref.namespace, ref.name)
        for _ in range(2 * wanted + 2):  # an update goes pod by pod
            cluster.settle()
        ready = len(cluster.updated(ref.namespace, ref.name))
        if ready < wanted:
            why = cluster.events[-1] if cluster.events else "no node has room for the others"
            raise ApiError("Timeout", f"{ref}: {ready} of {wanted} pods became ready; {why}")

    def _await_services(self, ref: Ref, document: dict[str, Any]) -> None:
        """A path that leads to no Service is waited for in vain, and so is one whose action an annotation has."""
        for rule in (document.get("spec") or {}).get("rules") or ():
            for path in (rule.get("http") or {}).get("paths") or ():
                service = path["backend"].get("service") or {}
                name, port = service.get("name"), (service.get("port") or {}).get("name")
                there = Ref("v1", "Service", ref.namespace, str(name)) in self._cluster().store.objects
                if service and (port == USE_ANNOTATION or not there):
                    raise ApiError(
                        "Timeout",
                        f"{ref}: path {path.get('path', '/')} leads to no Service {name!r}, and is waited for until it"
                        f" does; set {SKIP_AWAIT} where an annotation has the action",
                    )


def _annotations(document: Mapping[str, Any]) -> Mapping[str, Any]:
    return (document.get("metadata") or {}).get("annotations") or {}


def _autonamed(
    document: dict[str, Any], inputs: Mapping[str, Any], old: Mapping[str, Any], urn: str, seed: bytes
) -> dict[str, Any]:
    """`document` with the name that the provider chooses, or the API server of a ``generateName``, where the program
    gives none: the one that it has, if any."""
    given = inputs.get("metadata") or {}
    if given.get("name"):
        return document
    prefix = given.get("generateName") or f"{name_of(urn)}-"
    before = old.get("metadata") or {}
    chosen = _annotations(old).get(AUTONAMED) == "true" or before.get("generateName") == given.get("generateName", 0)
    suffix = hashlib.sha256(urn.encode() + seed).hexdigest()[: 5 if "generateName" in given else 8]
    metadata = {**document["metadata"], "name": before["name"] if chosen and before.get("name") else prefix + suffix}
    if "generateName" not in given:
        metadata["annotations"] = {**_annotations(document), AUTONAMED: "true"}
    return {**document, "metadata": metadata}


def _put(document: dict[str, Any], steps: tuple[str, ...], value: Any) -> None:
    """Set what is at `steps`, or take it away with None."""
    holder: Any = document
    for step in steps[:-1]:
        holder = holder.setdefault(step, {}) if isinstance(holder, dict) else None
    if isinstance(holder, dict):
        holder[steps[-1]] = value
        if value is None:
            del holder[steps[-1]]
