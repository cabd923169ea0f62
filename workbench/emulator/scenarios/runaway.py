"""Somebody lets the autoscaler do whatever it wants."""

from __future__ import annotations

from deployment.quantities import quantity
from workbench.emulator import words
from workbench.emulator.kubernetes.store import CONTROLLERS
from workbench.emulator.scenarios._pods import PodFleet, autoscaler, cluster_of, requested
from workbench.emulator.stage import Stage

CRITERION = "An autoscaler without bounds stops at the namespace's quota, which the budget pays for."
UNBOUNDED = 1000
MINUTES = 4


def play(stage: Stage) -> None:
    """Lift the autoscaler's maximum, and send a hundred times the usual."""
    stage.needs_a_running_stack()
    cluster_of(stage)
    fleet = PodFleet(stage)
    cluster, scaler = fleet.cluster, autoscaler(fleet)
    stage.finally_do(cluster.rest)
    usual = cluster.store.get(scaler)["spec"]["maxReplicas"]
    cluster.store.set(scaler, ("spec", "maxReplicas"), UNBOUNDED, CONTROLLERS)
    stage.finally_do(lambda: cluster.store.set(scaler, ("spec", "maxReplicas"), usual, "pulumi-kubernetes"))
    for _ in range(MINUTES):
        fleet.minute(100 * fleet.target_value)
    wanted = cluster.replicas(fleet.namespace, fleet.name)
    hard = cluster.store.of_kind("ResourceQuota", fleet.namespace)[0]["spec"]["hard"]
    for unit in ("cpu", "memory"):
        asked, most = requested(stage, unit), quantity(hard[f"requests.{unit}"])
        stage.demand(
            f"the pods ask for no more {unit} than the quota allows",
            most is not None and 0 < asked <= most,
            f"{asked:f} of {most:f}, while {wanted} pods are wanted",
        )
    refused = [event for event in cluster.events if "exceeded quota" in event]
    stage.demand(
        "what goes beyond it is refused, and says so",
        wanted > fleet.size and bool(refused),
        f"{fleet.size} of {wanted} pods; {refused[-1] if refused else 'no event'}",
    )
    pods = int(quantity(hard["pods"]) or 0)
    stage.demand("no more pods than it counts", fleet.size <= pods, words.count(fleet.size, "pod"))
