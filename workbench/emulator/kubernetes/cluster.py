"""The cluster: its API, its nodes, and the controllers that bring about what the objects declare."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from deployment.decimals import number
from deployment.quantities import quantity
from workbench.emulator.behaviour.clock import START
from workbench.emulator.kubernetes.admission import admit, admit_pod, asked
from workbench.emulator.kubernetes.pods import Node, Pod, Targets, stop_after
from workbench.emulator.kubernetes.store import CONTROLLERS, ApiError, Ref, Store
from workbench.simulate.reading.pods import rules_of
from workbench.simulate.scaling.hpa import DEFAULT_DOWN, DEFAULT_UP, HorizontalPodAutoscaler, PodMetrics

STARTING: Final = timedelta(seconds=20)
"""Time from a pod's placing until it is ready."""
APPS: Final = "apps/v1"


@dataclass
class Cluster:
    """One cluster. `targets` is where TargetGroupBindings register pods."""

    name: str
    targets: Targets
    nodes: list[Node]
    version: str
    now: Callable[[], datetime] = lambda: START
    audited: Callable[[dict[str, Any]], None] = lambda event: None
    """Told each event of the API server's audit log that a controller causes."""
    attempted: Callable[[str], None] = lambda result: None
    """Told the result of each attempt to place a pod: ``SCHEDULED`` or ``UNSCHEDULABLE``."""
    store: Store = field(default_factory=Store)
    pods: dict[str, Pod] = field(default_factory=dict)
    events: list[str] = field(default_factory=list)
    """What controllers were refused, in order."""
    scaled: list[tuple[datetime, str, int]] = field(default_factory=list)
    """(moment, Deployment, replicas) of each change by an autoscaler."""
    stopped: list[Pod] = field(default_factory=list)
    """Pods that are gone, with when they were."""
    silent: set[str] = field(default_factory=set)
    """Deployments whose pods answer no probe."""
    used_vcpus: dict[str, float] = field(default_factory=dict)
    """Pod -> vCPUs that it uses, as the metrics server would say."""
    _autoscalers: dict[Ref, HorizontalPodAutoscaler] = field(default_factory=dict)
    _declared: dict[Ref, int] = field(default_factory=dict)
    """Deployment -> replicas that its creator asked for, where it asked for any."""
    _serial: int = 0

    def __post_init__(self) -> None:
        """Merge what is applied by the schemas of the cluster's own version."""
        self.store.version = self.version

    # --- the API -----------------------------------------------------------------------------------------------

    def create(self, document: dict[str, Any], manager: str) -> None:
        """Make an object. Raises ApiError."""
        admit(self.store, document, self.version)
        ref = Ref.of(document)
        self.store.create(document, manager)
        if ref.kind == "Deployment" and (asked_for := number(document["spec"].get("replicas"))) is not None:
            self._declared[ref] = int(asked_for)
        self.reconcile()

    def apply(self, document: dict[str, Any], manager: str, *, force: bool = False) -> None:
        """Server-side apply. Raises ApiError."""
        admit(self.store, document, self.version)
        self.store.apply(document, manager, force=force)
        self.reconcile()

    def scale(self, namespace: str, name: str, replicas: int, manager: str) -> None:
        """The subresource ``scale`` of a Deployment. Raises ApiError."""
        self.store.scale(Ref(APPS, "Deployment", namespace, name), replicas, manager)
        self.reconcile()

    def delete(self, ref: Ref, *, orphaned: bool = False) -> None:
        """Delete an object and what it owns, or leave that to itself. Raises ApiError where a finalizer can't be
        done."""
        document = self.store.objects[ref].document if ref in self.store.objects else None
        if document is None:
            return
        if ref.kind == "Namespace":
            for other in [other for other in self.store.objects if other.namespace == ref.name]:
                self.delete(other)
        if ref.kind == "TargetGroupBinding":
            self.targets.release(document["spec"]["targetGroupARN"])
        if ref.kind == "Pod" and ref.name in self.pods:
            self._gone(self.pods[ref.name])
        self.store.remove(ref)
        self._autoscalers.pop(ref, None)
        if ref.kind == "Deployment":
            for pod in [pod for pod in self.pods.values() if pod.owner == (ref.namespace, ref.name)]:
                if orphaned:
                    pod.owner = (ref.namespace, "")
                else:
                    self._gone(pod)
        self.reconcile()

    # --- controllers -------------------------------------------------------------------------------------------

    def reconcile(self) -> None:
        """Bring pods, their places and their targets to what the objects declare, as far as it goes at this moment."""
        for pod in [pod for pod in self.pods.values() if pod.stops_at is not None and pod.stops_at <= self.now()]:
            self._gone(pod)
        for deployment in self.store.of_kind("Deployment"):
            self._replicate(deployment)
        for pod in self.pods.values():
            if pod.node is None and pod.stops_at is None:
                self._place(pod)
        self._bind()

    def sync(self) -> None:
        """One round of the autoscalers, which is due every 15 seconds."""
        for document in self.store.of_kind("HorizontalPodAutoscaler"):
            self._autoscale(document)
        self.reconcile()

    def settle(self) -> None:
        """Let what has been placed become ready, as a deployment waits for it."""
        for pod in self.pods.values():
            if pod.node is not None:
                pod.ready_at = min(pod.ready_at, self.now())
        self.reconcile()

    def lose(self, zone: str) -> None:
        """A zone is gone: its nodes, and at once the pods on them."""
        self.nodes = [node for node in self.nodes if node.zone != zone]
        for pod in [pod for pod in self.pods.values() if pod.node is not None and pod.node.zone == zone]:
            self._gone(pod)
        self.reconcile()

    def rest(self) -> None:
        """Be as after a deployment with no load: each Deployment at its declared size, or its autoscaler's least."""
        least = {
            Ref(APPS, "Deployment", one["metadata"]["namespace"], one["spec"]["scaleTargetRef"]["name"]): int(
                number(one["spec"].get("minReplicas", 1)) or 1
            )
            for one in self.store.of_kind("HorizontalPodAutoscaler")
        }
        for ref in [ref for ref in self.store.objects if ref.kind == "Deployment"]:
            self.store.scale(ref, self._declared.get(ref, least.get(ref, 1)), CONTROLLERS)
        for _ in range(2):
            for pod in [pod for pod in self.pods.values() if pod.stops_at is not None]:
                self._gone(pod)
            self.reconcile()
            self.settle()
        for kept in (self.events, self.scaled, self.stopped, self.used_vcpus, self._autoscalers):
            kept.clear()

    def running(self, namespace: str, name: str, *, ready: bool = True) -> list[Pod]:
        """Pods of a Deployment that aren't being ended, in order of their making."""
        return [
            pod
            for pod in self.pods.values()
            if pod.owner == (namespace, name) and pod.stops_at is None and (not ready or self._answers(pod))
        ]

    def updated(self, namespace: str, name: str) -> list[Pod]:
        """Pods of a Deployment's present template that are ready. Raises ApiError."""
        version = version_of(self.store.get(Ref(APPS, "Deployment", namespace, name)))
        return [pod for pod in self.running(namespace, name) if pod.version == version]

    def replicas(self, namespace: str, name: str) -> int:
        """Replicas that a Deployment is set to. Raises ApiError."""
        return int(number(self.store.get(Ref(APPS, "Deployment", namespace, name))["spec"]["replicas"]) or 0)

    def _answers(self, pod: Pod) -> bool:
        return pod.is_ready(self.now()) and pod.owner[1] not in self.silent

    def _replicate(self, deployment: Mapping[str, Any]) -> None:
        metadata, spec = deployment["metadata"], deployment["spec"]
        owner = (metadata.get("namespace", "default"), metadata["name"])
        wanted = int(number(spec["replicas"]) or 0)
        version = version_of(deployment)
        alive = self.running(*owner, ready=False)
        new = [pod for pod in alive if pod.version == version]
        old = [pod for pod in alive if pod.version != version]
        surge = 1 if old else 0
        for _ in range(min(wanted - len(new), wanted + surge - len(alive))):
            if not self._make(owner, version, spec["template"]):
                break
        ready = [pod for pod in self.running(*owner) if pod.version == version]
        # An update ends an old pod for each new one that serves; a scale-in ends the youngest.
        for pod in old[: max(0, len(ready) + len(old) - wanted)]:
            self._end(pod)
        for pod in new[max(wanted, 0) :]:
            self._end(pod)

    def _make(self, owner: tuple[str, str], version: str, template: Mapping[str, Any]) -> bool:
        namespace, name = owner
        try:
            spec = admit_pod(self.store, namespace, template)
        except ApiError as error:
            self.events.append(f"FailedCreate {namespace}/{name}: {error}")
            return False
        self._serial += 1
        pod = Pod(
            name=f"{name}-{version}-{self._serial:04x}",
            owner=owner,
            version=version,
            labels=dict(template["metadata"].get("labels", {})),
            spec=spec,
            address=f"10.0.{32 + self._serial // 250}.{self._serial % 250 + 4}",
        )
        self.pods[pod.name] = pod
        metadata = {"name": pod.name, "namespace": namespace, "labels": pod.labels}
        self.store.create({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}, CONTROLLERS)
        return True

    def _place(self, pod: Pod) -> None:
        vcpus, memory = asked(pod.spec, "cpu"), asked(pod.spec, "memory")
        alike = [
            other
            for other in self.pods.values()
            if (other.owner, other.version) == (pod.owner, pod.version) and other.stops_at is None
        ]
        siblings = [other.node.zone for other in alike if other.node is not None]
        fitting = [
            node for node in self.nodes if self._free(node, "cpu") >= vcpus and self._free(node, "memory") >= memory
        ]
        zones = {node.zone: siblings.count(node.zone) for node in self.nodes}
        # Pods of one version are spread over zones (matchLabelKeys): no zone may be more than one pod ahead.
        fitting = [node for node in fitting if zones[node.zone] - min(zones.values()) < 1]
        if not fitting:
            self.attempted("UNSCHEDULABLE")
            return
        self.attempted("SCHEDULED")
        pod.node = max(fitting, key=lambda node: self._free(node, "cpu"))
        pod.ready_at = self.now() + STARTING

    def _free(self, node: Node, unit: str) -> Decimal:
        taken = sum((asked(pod.spec, unit) for pod in self.pods.values() if pod.node is node), Decimal(0))
        return (node.vcpus if unit == "cpu" else node.memory_bytes) - taken

    def _end(self, pod: Pod) -> None:
        """Take a pod out of its target groups, and let it serve on for as long as it says."""
        pod.leaves_at = self.now()
        pod.stops_at = self.now() + stop_after(pod.spec)

    def _gone(self, pod: Pod) -> None:
        pod.stops_at = pod.stops_at or self.now()
        self.pods.pop(pod.name, None)
        self.stopped.append(pod)
        self.used_vcpus.pop(pod.name, None)
        self.store.remove(Ref("v1", "Pod", pod.owner[0], pod.name))

    def _autoscale(self, document: Mapping[str, Any]) -> None:
        ref, spec = Ref.of(document), document["spec"]
        target = Ref(APPS, "Deployment", ref.namespace, spec["scaleTargetRef"]["name"])
        if target not in self.store.objects:
            return
        current = self.replicas(target.namespace, target.name)
        behaviour = spec.get("behavior") or {}
        scaler = self._autoscalers.setdefault(
            ref,
            HorizontalPodAutoscaler(
                1,
                1,
                up=rules_of(behaviour.get("scaleUp"), DEFAULT_UP),
                down=rules_of(behaviour.get("scaleDown"), DEFAULT_DOWN),
                has_behavior=spec.get("behavior") is not None,
            ),
        )
        scaler.min_replicas = int(number(spec.get("minReplicas", 1)) or 1)
        scaler.max_replicas = int(number(spec["maxReplicas"]) or 1)
        serving = self.running(target.namespace, target.name)
        starting = len(self.running(target.namespace, target.name, ready=False)) - len(serving)
        observed = []
        for metric in spec.get("metrics") or ():
            if metric.get("type") == "Resource" and metric["resource"]["name"] == "cpu":
                goal, used = metric["resource"]["target"], [self.used_vcpus.get(pod.name, 0.0) for pod in serving]
                share, vcpus = (quantity(goal.get(key)) for key in ("averageUtilization", "averageValue"))
                if share:
                    asks = [float(asked(pod.spec, "cpu")) for pod in serving]
                    shares = tuple(100 * vcpu / ask for vcpu, ask in zip(used, asks, strict=True))
                    observed.append((PodMetrics(shares, unready=starting, in_percent=True), float(share)))
                elif vcpus:
                    observed.append((PodMetrics(tuple(used), unready=starting), float(vcpus)))
        wanted = scaler.sync((self.now() - START).total_seconds(), current, observed)
        if wanted != current:
            self.store.scale(target, wanted, CONTROLLERS)
            self.scaled.append((self.now(), target.name, wanted))
            self.audited(
                {
                    "verb": "update",
                    "user": {"username": "system:serviceaccount:kube-system:horizontal-pod-autoscaler"},
                    "objectRef": {"namespace": target.namespace, "name": target.name, "subresource": "scale"},
                }
            )

    def _bind(self) -> None:
        """The AWS Load Balancer Controller: addresses of pods that are ready are targets, and those of no others."""
        for binding in self.store.of_kind("TargetGroupBinding"):
            namespace, reference = binding["metadata"].get("namespace", "default"), binding["spec"]["serviceRef"]
            service = self.store.objects.get(Ref("v1", "Service", namespace, reference["name"]))
            chosen = service.document["spec"].get("selector", {}) if service else {}
            addresses = {
                pod.address
                for pod in self.pods.values()
                if pod.owner[0] == namespace
                and chosen
                and pod.stops_at is None
                and self._answers(pod)
                and chosen.items() <= pod.labels.items()
            }
            self.targets.be(binding["spec"]["targetGroupARN"], addresses, int(number(reference["port"]) or 0))


def version_of(deployment: Mapping[str, Any]) -> str:
    """Hash of a Deployment's template, which the names of its pods hold."""
    return hashlib.sha256(json.dumps(deployment["spec"]["template"], sort_keys=True).encode()).hexdigest()[:8]
