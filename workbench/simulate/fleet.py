"""An Auto Scaling group over time: instances that start, warm up, serve, drain and fail.

Source of the behaviour: Amazon EC2 Auto Scaling User Guide (target tracking, step scaling, default instance
warm-up, warm pools, capacity rebalancing, health checks), read 2026-11. What it leaves open is in
`FleetConstants`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np

from infra.burstable import burstable_type
from workbench.simulate.alarms import EVALUATION_RANGE_EXTRA, AlarmRule, MissingData
from workbench.simulate.declaration import FleetDeclaration
from workbench.simulate.engine import Engine
from workbench.simulate.instance import FleetConstants, FleetEvent, Instance, Phase
from workbench.simulate.scaling import step
from workbench.simulate.scaling.schedule import ScheduledAction
from workbench.simulate.scaling.target_tracking import AlarmConstants, TargetTracker, combined_scale_in

MINUTE: Final = 60.0
HOUR: Final = 3600.0
SPOT_NOTICE_SECONDS: Final = 120.0
"""Two minutes from the notice to the end (EC2 User Guide, "Spot Instance interruption notices")."""
ALWAYS: Final = (-math.inf, -math.inf)
NEVER: Final = (-math.inf, math.inf)


@dataclass(frozen=True, slots=True)
class Wake:
    """Ranges (low, high) that metrics of a minute may stay in without a decision; high of -inf: decide every minute."""

    requests: tuple[float, float] = NEVER
    """Requests of the counted targets, by their number."""
    cpu: tuple[float, float] = NEVER
    """Mean CPU utilisation of the counted targets, percent."""
    offered: tuple[float, float] = NEVER
    """Requests that reached the load balancer for each target in rotation."""


class Fleet:
    """One group; `advance` moves its instances, `control` lets its policies decide once a minute."""

    def __init__(
        self,
        declared: FleetDeclaration,
        constants: FleetConstants,
        engine: Engine,
        rng: np.random.Generator,
        free_slots: list[int],
        alarms: AlarmConstants | None = None,
    ) -> None:
        self.declared = declared
        self.constants = constants
        self.desired = declared.desired_capacity
        self.min_size, self.max_size = declared.min_size, declared.max_size
        self.instances: list[Instance] = []
        self.events: list[FleetEvent] = []
        self.attempts = self.failures = 0
        self._surplus = 0.0
        self._engine, self._rng, self._free_slots = engine, rng, free_slots
        self._alarms = alarms or AlarmConstants()
        self._trackers = self._new_trackers()
        self._burstable = burstable_type(declared.instance_type)
        self.vcpus = declared.vcpus
        self._launched = 0
        self._next_launch_at = 0.0
        self._pool: list[float] = []
        for _ in range(self.desired):
            self._start(0.0, ready=True, credits=constants.initial_credits)
        self._pool = [0.0] * self._pool_size

    def _new_trackers(self) -> list[TargetTracker]:
        return [TargetTracker(policy, self._alarms) for policy in self.declared.tracking]

    # --- what others ask -------------------------------------------------------------------------------

    def rotation(self) -> list[int]:
        """Slots the load balancer sends requests to; when all targets are unhealthy it uses all of them."""
        serving = [each for each in self.instances if each.phase is Phase.SERVING]
        healthy = [each.slot for each in serving if each.healthy]
        return healthy or [each.slot for each in serving]

    def count(self, *phases: Phase) -> int:
        """Instances in any of `phases`."""
        return sum(1 for each in self.instances if each.phase in phases)

    @property
    def running(self) -> int:
        """Instances that are billed."""
        return len(self.instances)

    @property
    def unhealthy(self) -> int:
        """Serving instances that fail their health checks."""
        return sum(1 for each in self.instances if each.phase is Phase.SERVING and not each.healthy)

    def warmed(self, now: float) -> list[Instance]:
        """Serving instances past their warm-up: those that the metrics count."""
        return [each for each in self.instances if each.phase is Phase.SERVING and each.warm_at <= now]

    def warming(self, now: float) -> bool:
        """Whether an instance is starting or warming up, which blocks scale-in."""
        return any(each.phase is Phase.STARTING or each.warm_at > now for each in self.instances)

    @property
    def scalings(self) -> int:
        """How often the desired capacity changed so far."""
        return sum(1 for event in self.events if event.kind in ("scale-out", "scale-in"))

    def surplus(self, now: float) -> float:
        """vCPU-seconds of surplus credits charged so far, and for what runs if it ends `now`."""
        return self._surplus + sum(self._engine.surplus(each.slot, now) for each in self.instances)

    @property
    def ailing(self) -> bool:
        """Whether the next health check has to be looked at, whatever it finds."""
        return any(each.failed_checks or not each.healthy for each in self.instances if each.phase is Phase.SERVING)

    def next_change(self, now: float) -> float:
        """When `advance` has something to do next; `now` when it has already."""
        times = [self._next_launch_at] if self._missing() > 0 else []
        for each in self.instances:
            times += [each.gone_at, each.taken_at]
            if each.phase is Phase.STARTING:
                times.append(each.ready_at)
            if not each.announced:
                times.append(each.taken_at - SPOT_NOTICE_SECONDS)
            elif each.phase is Phase.SERVING and self.declared.capacity_rebalance:
                times.append(each.taken_at - self.declared.deregistration_seconds)
        return max(now, min(times, default=math.inf))

    def wake(self, now: float, watched: Sequence[tuple[step.StepPolicy, AlarmRule, bool]] = ()) -> Wake:
        """Ranges in which no policy changes anything, on the safe side.

        `watched` are (policy, alarm, calm) of the step policies; calm: its alarm watches nothing but the requests of
        each target, and no datapoint that it remembers breaches.
        """
        if self.warming(now - MINUTE):
            return Wake(requests=ALWAYS)
        low = {"ASGAverageCPUUtilization": -math.inf, "": -math.inf}
        high = {"ASGAverageCPUUtilization": math.inf, "": math.inf}
        offered = math.inf
        for tracker in self._trackers:
            kind = tracker.policy.metric if tracker.policy.metric in low else ""
            if self.desired < self.max_size:
                if True in tracker.high.points:
                    return Wake(requests=ALWAYS)
                high[kind] = min(high[kind], tracker.high.rule.threshold)
            if self.desired > self.min_size and not tracker.policy.disable_scale_in:
                low[kind] = max(low[kind], tracker.low.rule.threshold)
        for policy, rule, calm in watched:
            grows = all(each.adjustment >= 0 for each in policy.steps)
            if grows and self.desired >= self.max_size and policy.adjustment_type is not step.AdjustmentType.EXACT:
                continue
            plain = rule.comparison.startswith("Greater") and rule.missing is not MissingData.BREACHING
            if not (plain and calm):
                return Wake(requests=ALWAYS)
            offered = min(offered, rule.threshold * MINUTE / rule.period_seconds * (1 - 1e-9))
        cpu = "ASGAverageCPUUtilization"
        return Wake(requests=(low[""], high[""]), cpu=(low[cpu], high[cpu]), offered=(-math.inf, offered))

    # --- life of the instances -------------------------------------------------------------------------

    def advance(self, now: float) -> None:
        """Bring all instances to `now`."""
        for each in list(self.instances):
            if each.phase is Phase.STARTING and each.ready_at <= now:
                each.phase = Phase.SERVING
                self._open(each, now)
            if each.phase is Phase.DRAINING and each.gone_at <= now:
                self._remove(each)
            else:
                self._interrupt(each, now)
        self._fill(now)

    def park(self, now: float) -> None:
        """Take everything down at once, as the end of a session does."""
        for each in list(self.instances):
            each.gone_at = now
            self._remove(each)
        self.desired = 0

    def unpark(self, now: float) -> None:
        """Start as declared, with instances that serve: a session is prepared before it begins."""
        self.desired = self.declared.desired_capacity
        self.min_size, self.max_size = self.declared.min_size, self.declared.max_size
        self._trackers = self._new_trackers()
        self._pool = [now] * self._pool_size
        for _ in range(self.desired):
            self._start(now, ready=True)

    def calm(self) -> tuple[float, float]:
        """CPU-seconds and requests of a pod between two looks up to which its autoscaler changes nothing."""
        return math.inf, math.inf

    def sync(self, now: float) -> None:
        """Let the autoscaler of pods look; instances have none."""

    def _start(self, now: float, *, ready: bool = False, credits: float = 0.0) -> None:  # noqa: A002 - AWS's word
        declared, constants = self.declared, self.constants
        alive = self._alive()
        spot = sum(1 for each in alive if not each.spot) >= self._regular_of(len(alive) + 1)
        if not self._free_slots:
            first = self._engine.slots
            self._engine.grow(2 * first)
            self._free_slots.extend(range(first, 2 * first))
        self._free_slots.sort(reverse=True)
        from_pool = not ready and min(self._pool, default=math.inf) <= now
        ready_at = now + self._ready_after(from_pool=from_pool)
        if from_pool:
            self._pool.remove(min(self._pool))
        taken = math.inf
        if spot and constants.spot_interruptions_per_hour > 0:
            taken = now + float(self._rng.exponential(3600 / constants.spot_interruptions_per_hour))
        self._launched += 1
        instance = Instance(
            number=self._launched,
            slot=self._free_slots.pop(),
            phase=Phase.SERVING if ready else Phase.STARTING,
            started_at=now,
            ready_at=now if ready else ready_at,
            warm_at=now if ready else max(ready_at, now + constants.launch_seconds + declared.warm_up_seconds),
            spot=spot,
            taken_at=taken + SPOT_NOTICE_SECONDS,
        )
        if ready:
            self._open(instance, now, credits=credits)
        self.instances.append(instance)

    def _open(self, instance: Instance, now: float, *, credits: float = 0.0) -> None:  # noqa: A002 - AWS's word
        self._engine.open_slot(instance.slot, now)
        if self._burstable is not None:
            unlimited = self.declared.credits_unlimited
            self._engine.give_credits(
                instance.slot,
                now,
                earned=self._burstable.baseline_vcpus,
                balance=60 * credits,
                most=60 * self._burstable.maximum,
                launch=0.0 if unlimited else 60 * self._burstable.launch_credits,
                unlimited=unlimited,
            )
        elif self.vcpus is not None and self.vcpus < self._engine.options.workers:
            # What its cores do in a second is earned and can't be saved: workers wait for one another's CPU time.
            self._engine.give_credits(instance.slot, now, earned=self.vcpus, balance=0.0, most=0.0)

    def _ready_after(self, *, from_pool: bool) -> float:
        """Seconds from the decision until a new instance serves."""
        declared, constants = self.declared, self.constants
        ready = declared.warm_up_seconds if constants.ready_seconds is None else constants.ready_seconds
        if from_pool:
            ready = min(ready, constants.warm_pool_ready_seconds)
        checks = declared.health.healthy_threshold * declared.health.interval_seconds
        return max(ready, constants.launch_seconds + checks)

    def _alive(self) -> list[Instance]:
        return [each for each in self.instances if each.phase in (Phase.STARTING, Phase.SERVING)]

    def _regular_of(self, total: int) -> int:
        """How many of `total` instances are on demand: the base, and above it a share that is rounded up."""
        base = min(total, self.declared.on_demand_base)
        return base + math.ceil((total - base) * self.declared.on_demand_percent / 100)

    @property
    def _pool_size(self) -> int:
        """Instances that the warm pool is to have: what the group lacks of its prepared capacity, or its least size."""
        pool = self.declared.warm_pool
        if pool is None:
            return 0
        prepared = self.max_size if pool.prepared is None else pool.prepared
        return max(pool.min_size, prepared - self.desired, 0)

    def _refill(self, now: float) -> None:
        """Start what the warm pool lacks; an instance is there once it has been made ready."""
        size = self._pool_size
        self._pool = sorted(self._pool)[:size]
        self._pool += [now + self._ready_after(from_pool=False)] * (size - len(self._pool))

    def _missing(self) -> int:
        leaving = sum(1 for each in self.instances if each.announced and each.phase is not Phase.DRAINING)
        rebalanced = leaving if self.declared.capacity_rebalance else 0
        return self.desired - self.count(Phase.STARTING, Phase.SERVING) + rebalanced

    def _fill(self, now: float) -> None:
        if now < self._next_launch_at:
            return
        for _ in range(self._missing()):
            self.attempts += 1
            if self._rng.random() < self.constants.launch_failure_ratio:
                self.failures += 1
                self._next_launch_at = now + self.constants.launch_retry_seconds
                self._note(now, "launch-failed", f"next attempt in {self.constants.launch_retry_seconds:g} s")
                break
            self._start(now)
        self._refill(now)

    def _drain(self, each: Instance, now: float, longest: float) -> None:
        # It gets no more requests, so the last of those it has is known: the target is gone after it.
        each.phase = Phase.DRAINING
        each.gone_at = min(each.gone_at, now + longest, max(now, self._engine.idle_at(each.slot)))

    def _remove(self, each: Instance) -> None:
        self._surplus += self._engine.surplus(each.slot, min(each.gone_at, each.taken_at))
        self._engine.cut_slot(each.slot)
        self._free_slots.append(each.slot)
        self.instances.remove(each)

    def _interrupt(self, each: Instance, now: float) -> None:
        if now >= each.taken_at:
            self._note(now, "spot-taken", f"instance {each.number}")
            self._remove(each)
        elif now >= each.taken_at - SPOT_NOTICE_SECONDS and not each.announced:
            each.announced = True
            self._note(now, "spot-notice", f"instance {each.number} ends in {SPOT_NOTICE_SECONDS:g} s")
            if self.declared.capacity_rebalance:
                # The replacement is launched at once; the target leaves in time to finish its requests.
                lead = min(self.declared.deregistration_seconds, SPOT_NOTICE_SECONDS)
                each.gone_at = each.taken_at
                if lead >= SPOT_NOTICE_SECONDS:
                    self._drain(each, now, lead)
        elif (
            each.announced
            and each.phase is Phase.SERVING
            and self.declared.capacity_rebalance
            and now >= each.taken_at - self.declared.deregistration_seconds
        ):
            self._drain(each, now, self.declared.deregistration_seconds)

    def check_health(self, now: float) -> None:
        """Check all serving instances, as the load balancer does every `health.interval_seconds`."""
        health = self.declared.health
        for each in self.instances:
            if each.phase is not Phase.SERVING:
                continue
            # A check queues behind the requests that are already there.
            late = self._engine.next_free_at(each.slot) - now > health.timeout_seconds
            each.failed_checks = each.failed_checks + 1 if late else 0
            if each.failed_checks >= health.unhealthy_threshold and each.healthy:
                each.healthy = False
                self._note(now, "unhealthy", f"instance {each.number} answers no health check")
            elif not late and not each.healthy:
                each.healthy = True
            old_enough = now - each.started_at >= self.declared.health_check_grace_seconds
            if not each.healthy and self.declared.elb_health_checks and old_enough:
                # What it has it still answers ("Health checks for instances in an Auto Scaling group", read 2026-11:
                # with a deregistration delay, unhealthy instances end once requests in flight have, or it is over).
                self._drain(each, now, self.declared.deregistration_seconds)

    # --- decisions -------------------------------------------------------------------------------------

    def observe(self, requests_per_target: float | None, cpu_percent: float | None) -> None:
        """Take the metrics of one minute, in order."""
        for tracker in self._trackers:
            cpu = tracker.policy.metric == "ASGAverageCPUUtilization"
            tracker.observe(cpu_percent if cpu else requests_per_target)

    @property
    def memory_minutes(self) -> int:
        """Minutes that the policies look back."""
        return max((each.low.rule.evaluation_periods for each in self._trackers), default=0) + EVALUATION_RANGE_EXTRA

    def decide(self, now: float, warmed: int, alarmed: Iterable[tuple[step.StepPolicy, float, float]] = ()) -> None:
        """Let the policies decide on what they observed last, while `warmed` instances were behind it.

        `alarmed` holds (policy, metric, threshold) of the step policies whose alarm is on.
        """
        wanted: list[tuple[int, str]] = []
        for tracker in self._trackers:
            size = tracker.scale_out_to(warmed)
            if size is not None:
                wanted.append((size, tracker.policy.name))
        lower: list[tuple[int, str]] = []
        for policy, metric, threshold in alarmed:
            size = step.wanted_capacity(
                policy, metric=metric, threshold=threshold, capacity=warmed, desired=self.desired
            )
            (wanted if size > self.desired else lower).append((size, policy.name))
        size, why = max(wanted, default=(self.desired, ""))
        if size > self.desired:
            self._set_desired(now, size, why)
            return
        if wanted or self.warming(now):
            return
        # A step policy that scales in is not blocked by target tracking that is not ready to (Auto Scaling's API
        # reference, PutScalingPolicy, read 2026-11); of those that would at once, the largest capacity wins.
        agreed = combined_scale_in(self._trackers, self.desired)
        if agreed is not None:
            lower.append((agreed, "target tracking"))
        size, why = max(lower, default=(self.desired, ""))
        if size < self.desired:
            self._set_desired(now, size, why)

    def scheduled(self, moment: datetime) -> list[ScheduledAction]:
        """Actions that fire in the minute of `moment` (UTC)."""
        return [action for action in self.declared.schedule if action.fires(moment)]

    def follow_schedule(self, now: float, moment: datetime) -> None:
        """Apply the scheduled actions that fire in the minute of `moment` (UTC)."""
        for action in self.scheduled(moment):
            self.min_size = self.min_size if action.min_size is None else action.min_size
            self.max_size = self.max_size if action.max_size is None else action.max_size
            size = self.desired if action.desired_capacity is None else action.desired_capacity
            self._note(now, "schedule", f"{action.name}: {self.min_size} to {self.max_size}")
            self._set_desired(now, size, action.name)

    def hold_at(self, now: float, size: int) -> None:
        """Set minimum and desired capacity to `size`, as the rollout does with the canary."""
        self.min_size = size
        self._set_desired(now, size, "the rollout")

    def _set_desired(self, now: float, size: int, why: str) -> None:
        bounded = min(max(size, self.min_size), self.max_size)
        if bounded == self.desired:
            return
        before, self.desired = self.desired, bounded
        capped = f" (wanted {size}, max_size {self.max_size})" if size > bounded else ""
        self._note(now, "scale-out" if bounded > before else "scale-in", f"{before} to {bounded} by {why}{capped}")
        while len(alive := self._alive()) > self.desired:
            each = min(alive, key=lambda each: self._leaves(each, now))
            if each.phase is Phase.STARTING:
                each.gone_at = now
                self._remove(each)
            else:
                self._drain(each, now, self.declared.deregistration_seconds)
        self._fill(now)

    def _leaves(self, each: Instance, now: float) -> tuple[float, ...]:
        """Order in which a smaller group gives its instances up: the closest to its next hour first.

        EC2 Auto Scaling User Guide, "How the default termination policy works", read 2026-11: zones (not simulated),
        then what leaves on demand and spot as declared, then outdated configurations (there are none here), then this;
        one that still starts is no exception.
        """
        alive = self._alive()
        too_many_regular = sum(1 for other in alive if not other.spot) > self._regular_of(len(alive) - 1)
        return (each.spot == too_many_regular, -((now - each.started_at) % HOUR), each.number)

    def _note(self, now: float, kind: str, detail: str) -> None:
        self.events.append(FleetEvent(now, self.declared.name, kind, self.desired, detail))
