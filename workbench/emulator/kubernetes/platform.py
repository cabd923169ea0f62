"""The platform's cluster as a rehearsal begins: nodes that others use, too, and the API server's log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.nodes import node_size
from deployment.quantities import GIB
from workbench.emulator.kubernetes.cluster import Cluster
from workbench.emulator.kubernetes.pods import Node, Targets

if TYPE_CHECKING:
    from infra.settings.cluster import ClusterSettings
    from workbench.emulator.api import Api

ZONES = ("a", "b")


def cluster_of(settings: ClusterSettings, api: Api) -> Cluster:
    """A node of the declared type in each of two zones, of which the declared part is others'."""
    size, free = node_size(settings.node_type), 1 - settings.node_utilisation_ratio
    nodes = [
        Node(f"node-{zone}", f"{api.region}{zone}", size.vcpus * free, size.memory_gib * GIB * free) for zone in ZONES
    ]
    api.call("logs", "create_log_group", logGroupName=f"/aws/eks/{settings.name}/cluster")
    return Cluster(settings.name, Targets(api), nodes, settings.version)
