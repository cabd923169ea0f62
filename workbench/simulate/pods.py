"""A Deployment over time: pods that a HorizontalPodAutoscaler adds and removes."""

from __future__ import annotations

import math

import numpy as np

from workbench.simulate.declaration import FleetDeclaration
from workbench.simulate.engine import Engine
from workbench.simulate.fleet import Fleet
from workbench.simulate.instance import FleetConstants, Instance, Phase
from workbench.simulate.scaling.hpa import SYNC_SECONDS, HorizontalPodAutoscaler, PodMetrics
from workbench.simulate.scaling.target_tracking import AlarmConstants


class PodFleet(Fleet):
    """Pods instead of instances: no credits, no spot, no warm pool; decisions every 15 seconds.

    Metrics are those of the requests completed in the last 15 seconds; a real metrics server lags by up to a minute
    more.
    """

    def __init__(
        self,
        declared: FleetDeclaration,
        constants: FleetConstants,
        engine: Engine,
        rng: np.random.Generator,
        free_slots: list[int],
        alarms: AlarmConstants | None = None,
    ) -> None:
        super().__init__(declared, constants, engine, rng, free_slots, alarms)
        if declared.pods is None:
            raise ValueError(f"{declared.name} declares no pod autoscaling")
        self._autoscaling = declared.pods
        self._autoscaler = self._new_autoscaler()

    def unpark(self, now: float) -> None:
        """Start as declared, the autoscaler included."""
        super().unpark(now)
        self._autoscaler = self._new_autoscaler()

    def _new_autoscaler(self) -> HorizontalPodAutoscaler:
        declared, pods = self.declared, self._autoscaling
        return HorizontalPodAutoscaler(
            declared.min_size, declared.max_size, up=pods.up, down=pods.down, has_behavior=pods.has_behavior
        )

    def hold_at(self, now: float, size: int) -> None:
        """Set the replicas, as the rollout does with the canary; from then on they are the autoscaler's."""
        self._autoscaler.catch_up(now, self.desired)
        self._set_desired(now, size, "the rollout")

    def calm(self) -> tuple[float, float]:
        """CPU-seconds and requests of a pod between two looks up to which its autoscaler changes nothing.

        Of the fewest pods, which all serve, nobody is removed, and none is added while no metric is above its target.
        """
        if self.desired == 0 and self._autoscaler.recommended:
            return math.inf, math.inf
        fewest = min(self._autoscaler.min_replicas, self._autoscaler.max_replicas)
        serving = self.count(Phase.SERVING) - self.unhealthy
        if not (self.desired == fewest == serving == self.running and self._autoscaler.recommended):
            return -math.inf, -math.inf
        cpu, requests = [math.inf], [math.inf]
        for metric in self._autoscaling.metrics:
            unit = self._autoscaling.cpu_request_vcpus / 100 if metric.kind == "cpu" else 1.0
            limit = unit * metric.target * SYNC_SECONDS * (1 - 1e-9)
            (requests if metric.kind == "requests" else cpu).append(limit)
        return min(cpu), min(requests)

    def _ready_after(self, *, from_pool: bool) -> float:
        declared = self.declared.warm_up_seconds
        return declared if self.constants.ready_seconds is None else self.constants.ready_seconds

    def _leaves(self, each: Instance, now: float) -> tuple[float, ...]:
        # kubernetes/kubernetes, pkg/controller, ActivePodsWithRanks: those not ready first, then those ready for the
        # shortest time (nodes are not simulated).
        return (each.phase is not Phase.STARTING, -each.ready_at, -each.number)

    def sync(self, now: float) -> None:
        """Let the autoscaler look at what the pods did since it did so last."""
        ready = [each.slot for each in self.instances if each.phase is Phase.SERVING]
        unready = self.count(Phase.STARTING)
        state = self._engine.state
        cpu = (state.slot_cpu[ready] - state.sync_cpu[ready]).tolist()
        requests = (state.slot_requests[ready] - state.sync_requests[ready]).tolist()
        observed = []
        for metric in self._autoscaling.metrics:
            if metric.kind == "cpu":
                vcpu_seconds = self._autoscaling.cpu_request_vcpus * SYNC_SECONDS
                values = tuple(each / vcpu_seconds * 100 for each in cpu)
                observed.append((PodMetrics(values, unready=unready, in_percent=True), metric.target))
            else:
                seen = cpu if metric.kind == "vcpus" else requests
                values = tuple(each / SYNC_SECONDS for each in seen)
                observed.append((PodMetrics(values, unready=unready), metric.target))
        self._autoscaler.catch_up(now, self.desired)
        wanted = self._autoscaler.sync(now, self.desired, observed)
        if wanted != self.desired:
            self._set_desired(now, wanted, "the pod autoscaler")
