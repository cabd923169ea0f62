"""The scenarios about load where pods answer: the stable Deployment, its targets, a minute of traffic."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from deployment import tokens
from workbench.emulator import words
from workbench.emulator.behaviour import balancer
from workbench.emulator.behaviour.clock import START
from workbench.emulator.behaviour.metrics import key_of
from workbench.emulator.kubernetes.cluster import Cluster
from workbench.emulator.kubernetes.pods import Pod
from workbench.emulator.kubernetes.store import Ref
from workbench.emulator.scenarios._fleet import FAST_SECONDS, TARGET_GROUP, StableFleet, metric_dimensions
from workbench.emulator.stage import MissingPieceError, NotApplicableError, Stage

DEPLOYMENT = tokens.DEPLOYMENT
SPIKE_RATIO = 6
CALM_MINUTES = 2
SPIKE_MINUTES = 6
QUIET_MINUTES = 12


def serving_fleet(stage: Stage) -> StableFleet | PodFleet:
    """What answers when no rollout runs."""
    return PodFleet(stage) if stage.account.cluster is not None else StableFleet(stage)


def cluster_of(stage: Stage) -> Cluster:
    """The stack's cluster.

    Raises:
        NotApplicableError: It runs on instances.
    """
    if stage.account.cluster is None:
        raise NotApplicableError("the stack runs on instances (plant:platform.kind)")
    return stage.account.cluster


@dataclass
class PodFleet:
    """The stable Deployment."""

    stage: Stage
    retry_ratio: float = 1.5
    """Load with everybody's second attempts, in usual loads: past the autoscaler's tolerance of 10 %."""

    def __post_init__(self) -> None:
        self.cluster = cluster_of(self.stage)
        self.entry = self.stage.entry(DEPLOYMENT, "stable")
        metadata = self.entry.inputs["metadata"]
        self.namespace, self.name = str(metadata["namespace"]), str(metadata["name"])
        self.target_group = self.stage.entry(TARGET_GROUP, "stable")
        self.dimensions = metric_dimensions(self.stage, "stable")
        pods, fleet = self.stage.settings.pods, self.stage.settings.fleet
        self.target_value = pods.cpu_millicores * pods.cpu_target_percent / 100 / fleet.cpu_time_ms * 60
        """Requests a minute at which a pod uses the CPU that the autoscaler aims at."""

    @property
    def bounds(self) -> tuple[int, int]:
        """Fewest and most pods."""
        return self.stage.settings.pods.min_replicas, self.stage.settings.pods.max_replicas

    def pods(self) -> list[Pod]:
        """Pods that serve."""
        return self.cluster.running(self.namespace, self.name)

    @property
    def size(self) -> int:
        """Pods that serve."""
        return len(self.pods())

    def registered(self) -> set[str]:
        """Addresses that the load balancer has as targets."""
        return balancer.registered(self.stage.account.answers, self.target_group.id)

    def minute(self, requests: float, seconds: float = FAST_SECONDS) -> None:
        """A minute of traffic: what the load balancer and the metrics server measure, then alarms and autoscaler."""
        account, serving = self.stage.account, self.pods()
        if serving:
            cpu = requests / 60 / len(serving) * self.stage.settings.fleet.cpu_time_ms / 1000
            self.cluster.used_vcpus |= {pod.name: cpu for pod in serving}
            account.put_metric("AWS/ApplicationELB", "RequestCountPerTarget", self.dimensions, requests / len(serving))
            account.put_metric("AWS/ApplicationELB", "RequestCount", self.dimensions, requests)
            if requests >= 1:
                account.put_metric("AWS/ApplicationELB", "TargetResponseTime", self.dimensions, seconds, int(requests))
        account.minute()


def scaling_failure_alarm(stage: Stage) -> str:
    """Part of the name of the alarm on scaling that fails."""
    return "launch-failures" if stage.account.cluster is None else "placement-failures"


def spike(stage: Stage) -> None:
    """Calm, six times as much as the pods are meant for, quiet again."""
    fleet = PodFleet(stage)
    account, alarm = stage.account, stage.alarm("traffic-spike")
    topics = [arn for arn in alarm.outputs["alarmActions"] if ":sns:" in arn]
    if not topics:
        raise MissingPieceError("the spike alarm notifies no topic")
    received = stage.listen(topics[0])
    lowest, highest = fleet.bounds
    started, sizes = fleet.size, []

    def minutes(count: int, requests: float) -> None:
        for _ in range(count):
            fleet.minute(requests)
            sizes.append(fleet.size)

    minutes(CALM_MINUTES, 0.5 * fleet.target_value * started)
    before = account.clock.now
    minutes(SPIKE_MINUTES, SPIKE_RATIO * fleet.target_value * started)
    peak, addresses = fleet.size, {pod.address for pod in fleet.pods()}
    targets = fleet.registered()
    steps = [(at, size) for at, name, size in fleet.cluster.scaled if name == fleet.name and at > before]
    told = words.listed((f"{words.clock(at)} to {size}" for at, size in steps), "nothing happened")
    minutes(QUIET_MINUTES, 0.2 * fleet.target_value)
    stage.demand(
        "the autoscaler adds pods within two minutes of the spike",
        peak == highest > started and bool(steps) and (steps[0][0] - before).total_seconds() <= 120,
        f"{started} → {peak} pods: {told}",
    )
    stage.demand(
        "the pods never leave their bounds",
        lowest <= min(sizes) and max(sizes) <= highest,
        f"{min(sizes)} to {max(sizes)} pods, allowed are {lowest} to {highest}",
    )
    stage.demand(
        "the load balancer has every pod as a target",
        bool(addresses) and addresses == targets,
        f"{len(targets)} targets for {len(addresses)} pods",
    )
    spikes = [item for item in account.alarms.transitions if item.name == alarm.id and item.after == "ALARM"]
    stage.demand("the spike alarm goes off", bool(spikes), spikes[0].reason if spikes else "it never did")
    heard = [item for item in received() if isinstance(item, dict) and item.get("NewStateValue") == "ALARM"]
    stage.demand("a subscriber hears of it", bool(heard), words.count(len(heard), "message"))
    _counted(stage, "auto_scale_events", len(fleet.cluster.scaled))
    _counted(stage, "traffic_spikes", len(spikes))
    stage.demand(
        "afterwards the pods shrink to their minimum",
        fleet.size == lowest,
        f"{peak} → {fleet.size} pods in {QUIET_MINUTES} min, the minimum is {lowest}",
    )


def _counted(stage: Stage, metric: str, wanted: int) -> None:
    found = stage.entry(tokens.LOG_METRIC_FILTER[0], metric.replace("_", "-"))
    namespace = str(found.outputs["metricTransformation"]["namespace"])
    samples = stage.account.metrics.samples(key_of(namespace, metric), START, stage.account.clock.now)
    counted = round(sum(value * count for value, count in samples))
    stage.demand(f"{metric} counts what happened", counted == wanted > 0, f"{counted} counted of {wanted}")


def nodes_are_full(stage: Stage) -> None:
    """The pods need company, and no node has room for it."""
    fleet = PodFleet(stage)
    nodes = list(fleet.cluster.nodes)
    fleet.cluster.nodes = []
    stage.finally_do(lambda: fleet.cluster.nodes.__setitem__(slice(None), nodes))
    for _ in range(3):
        fleet.minute(SPIKE_RATIO * fleet.target_value * fleet.size)
    fleet.cluster.nodes.extend(nodes)


def zone_is_lost(stage: Stage) -> None:
    """One zone's nodes are gone with what runs there, and come back."""
    fleet = PodFleet(stage)
    cluster, wanted = fleet.cluster, fleet.size
    load = 0.8 * fleet.target_value * wanted
    fleet.minute(load)
    zones = {pod.address: pod.node.zone for pod in fleet.pods() if pod.node}
    stage.demand(
        "the pods are spread over the zones", len(set(zones.values())) == min(2, wanted), words.pairs(dict(zones))
    )
    lost = sorted(set(zones.values()))[0]
    nodes = list(cluster.nodes)
    stage.finally_do(lambda: cluster.nodes.__setitem__(slice(None), nodes))
    cluster.lose(lost)
    left = {pod.address for pod in fleet.pods()}
    stage.demand("targets are left in another zone", bool(left), words.listed(sorted(left)))
    for _ in range(3):
        fleet.minute(load)
    placed = {pod.address: pod.node.zone for pod in fleet.pods() if pod.node}
    stage.demand(
        "the Deployment fills up again in the zones that are left",
        len(placed) == wanted and lost not in placed.values(),
        words.pairs(dict(placed)),
    )
    stage.demand(
        "and the load balancer has the new pods", set(placed) == fleet.registered(), words.listed(fleet.registered())
    )


def requested(stage: Stage, unit: str) -> Decimal:
    """What all pods of the stack's namespace ask for together."""
    from workbench.emulator.kubernetes.admission import asked

    fleet = PodFleet(stage)
    return sum((asked(pod["spec"], unit) for pod in fleet.cluster.store.of_kind("Pod", fleet.namespace)), Decimal(0))


def autoscaler(fleet: PodFleet) -> Ref:
    """The stable Deployment's autoscaler."""
    return Ref("autoscaling/v2", "HorizontalPodAutoscaler", fleet.namespace, fleet.name)
