"""Every stable pod is replaced by one of another version, under load."""

from __future__ import annotations

from workbench.emulator import words
from workbench.emulator.scenarios._pods import PodFleet, cluster_of
from workbench.emulator.stage import Stage

CRITERION = "A rolling update keeps the pods' number, and no pod ends before the load balancer has let it go."
OTHER_IMAGE = f"ecr-public.aws.com/plant/plant-api@sha256:{'a' * 64}"


def play(stage: Stage) -> None:
    """Deploy another image; look at each pod that was replaced."""
    stage.needs_a_running_stack()
    cluster_of(stage)
    fleet = PodFleet(stage)
    cluster, before = fleet.cluster, {pod.name for pod in fleet.pods()}
    stage.restore_later()
    stage.deploy({"plant:pods.image": OTHER_IMAGE})
    stage.demand(
        "as many pods of the new version serve",
        fleet.size == len(before) and not before & {pod.name for pod in fleet.pods()},
        f"{len(before)} replaced by {fleet.size}",
    )
    stage.demand(
        "the load balancer sends requests to them alone",
        fleet.registered() == {pod.address for pod in fleet.pods()},
        words.listed(sorted(fleet.registered())),
    )
    stage.account.minutes(2)
    ended = [pod for pod in cluster.stopped if pod.name in before]
    delay = stage.settings.edge.deregistration_delay_seconds
    stayed = [(pod.stops_at - pod.leaves_at).total_seconds() for pod in ended if pod.stops_at and pod.leaves_at]
    stage.demand(
        "each old pod serves on for longer than the load balancer may send it requests",
        len(stayed) == len(before) and min(stayed, default=0) > delay,
        f"{words.listed(f'{seconds:.0f} s' for seconds in stayed)} after it left; the group lets go within {delay} s",
    )
