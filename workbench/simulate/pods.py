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
        self._autoscaler = HorizontalPodAutoscaler(
            declared.min_size,
            declared.max_size,
            up=declared.pods.up,
            down=declared.pods.down,
            has_behavior=declared.pods.has_behavior,
        )
        self._next_sync_at = float(SYNC_SECONDS)
        self._cpu = np.zeros(engine.slots)
        self._seen = np.zeros(engine.slots, np.int64)

    def next_change(self, now: float) -> float:
        """When `advance` has something to do next."""
        return min(super().next_change(now), self._next_sync_at)

    def advance(self, now: float) -> None:
        """Bring all pods to `now`, and let the autoscaler decide when its turn has come."""
        super().advance(now)
        if now >= self._next_sync_at:
            self._sync(now)
            self._next_sync_at = now + SYNC_SECONDS

    def park(self, now: float) -> None:
        """Take everything down at once, the autoscaler included."""
        super().park(now)
        self._next_sync_at = math.inf

    def unpark(self, now: float) -> None:
        """Start as declared."""
        super().unpark(now)
        self._next_sync_at = now + SYNC_SECONDS

    def hold_at(self, now: float, size: int) -> None:
        """Set the replicas, as the rollout does with the canary; from then on they are the autoscaler's."""
        self._set_desired(now, size, "the rollout")

    def _ready_after(self, *, from_pool: bool) -> float:
        declared = self.declared.warm_up_seconds
        return declared if self.constants.ready_seconds is None else self.constants.ready_seconds

    def _leaves(self, each: Instance, now: float) -> tuple[float, ...]:
        # kubernetes/kubernetes, pkg/controller, ActivePodsWithRanks: those not ready first, then those ready for the
        # shortest time (nodes are not simulated).
        return (each.phase is not Phase.STARTING, -each.ready_at, -each.number)

    def _sync(self, now: float) -> None:
        ready = [each.slot for each in self.instances if each.phase is Phase.SERVING]
        unready = self.count(Phase.STARTING)
        slots = self._engine.slots
        cpu = self._engine.slot_cpu - np.pad(self._cpu, (0, slots - len(self._cpu)))
        requests = self._engine.slot_requests - np.pad(self._seen, (0, slots - len(self._seen)))
        observed = []
        for metric in self._autoscaling.metrics:
            if metric.kind == "cpu":
                vcpu_seconds = self._autoscaling.cpu_request_vcpus * SYNC_SECONDS
                values = tuple(float(cpu[slot]) / vcpu_seconds * 100 for slot in ready)
                observed.append((PodMetrics(values, unready=unready, in_percent=True), metric.target))
            elif metric.kind == "vcpus":
                values = tuple(float(cpu[slot]) / SYNC_SECONDS for slot in ready)
                observed.append((PodMetrics(values, unready=unready), metric.target))
            else:
                values = tuple(float(requests[slot]) / SYNC_SECONDS for slot in ready)
                observed.append((PodMetrics(values, unready=unready), metric.target))
        self._cpu = self._engine.slot_cpu.copy()
        self._seen = self._engine.slot_requests.copy()
        wanted = self._autoscaler.sync(now, self.desired, observed)
        if wanted != self.desired:
            self._set_desired(now, wanted, "the pod autoscaler")
