"""The provider over AWS and a cluster: each resource is made where its type belongs."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from deployment.graph import Resource
from deployment.manifests import PREFIX, manifest
from deployment.urn import name_of
from workbench.emulator.kubernetes.cluster import Cluster
from workbench.emulator.kubernetes.store import ApiError, Ref
from workbench.emulator.lifecycle import META, Change, Created, Lifecycle, NothingMadeError

MANAGER: Final = "pulumi-kubernetes"
REPLACES: Final = ("apiVersion", "kind", "metadata.name", "metadata.namespace")
"""What the provider answers with a new object."""


@dataclass
class WithCluster(Lifecycle):
    """AWS's lifecycle, and that of a cluster's objects."""

    cluster: Cluster | None = None
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
        return manifest(Resource(urn, token, name_of(urn), inputs=inputs))

    def diff(self, token: str, old: dict[str, Any], inputs: dict[str, Any], ignored: Iterable[str] = ()) -> Change:
        """See Lifecycle."""
        if not token.startswith(PREFIX):
            return super().diff(token, old, inputs, ignored)
        before = {key: value for key, value in old.items() if key != META}
        self._ignored[str(Ref.of(inputs))] = tuple(ignored)
        changed = tuple(sorted(key for key in {*before, *inputs} if before.get(key) != inputs.get(key)))
        moved = tuple(path for path in REPLACES if _at(before, path) != _at(inputs, path))
        return Change(changed, moved)

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
            if adopt and ref in cluster.store.objects:
                cluster.apply(inputs, MANAGER)
            else:
                cluster.create(inputs, MANAGER)
            self._await(ref)
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
        ref = Ref.of(inputs)
        self._cluster().apply(inputs, MANAGER, self._ignored.get(str(ref), ()))
        self._await(ref)
        return {**inputs, META: {"declared": sorted(inputs), "validated": []}}

    def delete(self, token: str, urn: str, resource_id: str, state: dict[str, Any]) -> None:
        """See Lifecycle."""
        if not token.startswith(PREFIX):
            super().delete(token, urn, resource_id, state)
        elif state:
            self._cluster().delete(Ref.of(state))

    def left_in_cluster(self) -> list[str]:
        """Objects that are still there."""
        return sorted(str(ref) for ref in self._cluster().store.objects)

    def _cluster(self) -> Cluster:
        if self.cluster is None:
            raise RuntimeError("the stack has Kubernetes objects and its settings name no cluster")
        return self.cluster

    def _await(self, ref: Ref) -> None:
        """As the provider waits for a Deployment: all of its pods have to become ready."""
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


def _at(document: dict[str, Any], path: str) -> Any:
    value: Any = document
    for step in path.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return value
