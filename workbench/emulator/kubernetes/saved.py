"""A cluster whose objects outlive the process: each run of the Pulumi CLI starts the provider anew."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from deployment.kubernetes_api.schemas import NEWEST
from deployment.quantities import GIB
from workbench.emulator.kubernetes.cluster import Cluster
from workbench.emulator.kubernetes.lifecycle import WithCluster
from workbench.emulator.kubernetes.pods import Node, Targets
from workbench.emulator.kubernetes.store import Manager, Ref, Stored

if TYPE_CHECKING:
    from collections.abc import Iterable

    from workbench.emulator.api import Api
    from workbench.emulator.lifecycle import Created

NODES: Final = tuple(Node(f"node-{zone}", zone, Decimal(2), 4 * GIB) for zone in ("a", "b"))
"""Nobody tells the provider what the platform's nodes are: two with room."""


@dataclass
class SavedCluster(WithCluster):
    """The lifecycle of a cluster's objects, kept in `file` after every change."""

    file: Path = field(default_factory=Path)

    @classmethod
    def at(cls, file: Path, api: Api) -> SavedCluster:
        """The cluster of `file`, empty where there is none; its pods run again."""
        cluster = Cluster("emulator", Targets(api), list(NODES), NEWEST)
        if file.is_file():
            for entry in json.loads(file.read_text(encoding="utf-8")):
                managers = {
                    Manager(*one): frozenset(tuple(_step(step) for step in path) for path in paths)
                    for one, paths in entry["managers"]
                }
                cluster.store.objects[Ref.of(entry["document"])] = Stored(entry["document"], managers)
            cluster.reconcile()
            cluster.settle()
        return cls(api, cluster=cluster, file=file)

    def create(self, token: str, urn: str, inputs: dict[str, Any], **more: Any) -> Created:
        """See WithCluster."""
        created = super().create(token, urn, inputs, **more)
        self._save()
        return created

    def update(
        self,
        token: str,
        urn: str,
        resource_id: str,
        old: dict[str, Any],
        inputs: dict[str, Any],
        changed: Iterable[str],
    ) -> dict[str, Any]:
        """See WithCluster."""
        outputs = super().update(token, urn, resource_id, old, inputs, changed)
        self._save()
        return outputs

    def delete(self, token: str, urn: str, resource_id: str, state: dict[str, Any]) -> None:
        """See WithCluster."""
        super().delete(token, urn, resource_id, state)
        self._save()

    def _save(self) -> None:
        entries = [
            {
                "document": stored.document,
                "managers": [
                    [[one.name, one.operation, one.subresource], sorted(fields, key=str)]
                    for one, fields in stored.managers.items()
                ],
            }
            for ref, stored in self._cluster().store.objects.items()
            if ref.kind != "Pod"
        ]
        temporary = self.file.with_suffix(".tmp")
        temporary.write_text(json.dumps(entries), encoding="utf-8")
        temporary.replace(self.file)


def _step(saved: Any) -> Any:
    return saved if isinstance(saved, str) else tuple((key, value) for key, value in saved)
