"""What the formulas say of a declared stack, without a simulation: cheap enough for every `./plant preview`.

Pure Python: no numpy, no numba; under 5 ms for a stack of a few hundred resources.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

from deployment.errors import InputError
from deployment.graph import ResourceGraph
from infra.burstable import burstable_type
from infra.capacity import busy_workers
from infra.queueing import Station, balanced_quantile
from infra.rollout_pace import step_seconds, told
from workbench.simulate.alarms import samples_needed
from workbench.simulate.declaration import Declaration
from workbench.simulate.probe import probe_price
from workbench.simulate.reading import read
from workbench.simulate.scaling.hpa import SYNC_SECONDS
from workbench.simulate.scaling.target_tracking import AlarmConstants

SPIKE_FACTOR: Final = 10.0
"""Spike that the time to scale refers to: this many times the declared peak, at once."""


APART: Final = " · "
"""Between what the preview says of one thing and the next, where all of it is one line."""


@dataclass(frozen=True, slots=True)
class StepSamples:
    """Requests that the p95 of the canary rests on at one rollout step."""

    percent: int
    """The canary's share of the traffic."""
    samples: int
    """Requests in one p95 period at the declared peak."""
    conclusive: bool
    """Whether they are enough for a p95 (200)."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """What to expect of the declared stack."""

    peak_rps: float
    """Declared peak."""
    instances_at_peak: int
    """Instances that target tracking settles at for the peak, within the declared bounds."""
    p95_ms: float
    """p95 at the peak with these instances: the pessimistic bound (each target on its own). Infinite when the
    fleet can't carry it."""
    p95_optimistic_ms: float
    """The other bound: one queue for all, or no wait at all where service is not exponential."""
    budget_ms: float
    """Response budget of the contract."""
    spike_factor: float
    """Spike that `scale_seconds` refers to, times the declared peak."""
    scale_seconds: float | None
    """From the start of the spike until the instances it needs serve; None when no policy reacts to it because
    the instances there are carry it; infinite when max_size is not enough."""
    steps: tuple[StepSamples, ...]
    """Samples per p95 period at each rollout step."""
    p95_window_seconds: float
    """Length of that period."""
    samples_needed: int
    """Requests from which a p95 says something."""
    sustained_rps: float | None
    """Requests a second that one burstable instance serves without credits; None for other types."""
    notes: tuple[str, ...]
    """What was assumed."""
    pace: tuple[tuple[int, float, float], ...] = ()
    """Percent, declared and expected seconds of each rollout step that is held, at the average load."""
    session_hours: float | None = None
    """Length of a session, over which a rollout goes on; None for a stack that is always on."""
    mean_rps: float | None = None
    """Average load; None where the stack declares no requests of a month."""
    probe: str | None = None
    """What probes from outside would cost; None where nobody asked, or the Region has no price of them."""

    def line(self) -> str:
        """All of it on one line, for JSON."""
        return APART.join(self.sentences)

    @property
    def sentences(self) -> tuple[str, ...]:
        """All of it, a thing a sentence."""
        is_thin = any(not step.conclusive for step in self.steps)
        if self.probe and (is_thin or self._is_asleep):
            more = "a probe from outside would give the p95 alarm more requests, at extra cost"
            return (*self.in_short, f"{more}: {self.probe}")
        return self.in_short

    @property
    def in_short(self) -> tuple[str, ...]:
        """What is expected of what is declared, and nothing of what else there could be."""
        parts = [
            f"p95 {_ms(self.p95_ms)} of {self.budget_ms:g} ms at the peak of {self.peak_rps:g} requests/s, "
            f"on {self.instances_at_peak} instance{'s' if self.instances_at_peak != 1 else ''}"
        ]
        if self.scale_seconds is None:
            parts.append(f"a spike of {self.spike_factor:g}x needs no scaling")
        elif math.isinf(self.scale_seconds):
            parts.append(f"a spike of {self.spike_factor:g}x is more than max_size carries")
        else:
            parts.append(f"{self.scale_seconds:.0f} s to scale for a spike of {self.spike_factor:g}x")
        thin = [step for step in self.steps if not step.conclusive]
        if thin:
            counts = ", ".join(f"{step.samples:,} requests at {step.percent} %" for step in thin)
            parts.append(
                f"the canary gets {counts} in the {self.p95_window_seconds / 60:g} minutes of its p95 alarm, too few "
                f"for a p95 ({self.samples_needed}): there the rollout judges by its whole hold"
            )
        elif self.steps:
            parts.append("at each rollout step the canary's p95 alarm has requests enough")
        if self.pace and self.mean_rps:
            hours = sum(expected for *_, expected in self.pace) / 3600
            sessions = ""
            if self.session_hours and self.session_hours < hours < math.inf:
                count = math.ceil(hours / self.session_hours)
                sessions = f", over {count} sessions (its clock stops between them)"
            parts.append(f"a rollout at the average {self.mean_rps:.2g} requests/s: {told(self.pace)}{sessions}")
        if self._is_asleep:
            parts.append(
                f"below {self._least_rps:.2f} requests/s the p95 alarm is asleep; alarms on errors, refused "
                "connections and healthy hosts watch then"
            )
        return tuple(parts)

    @property
    def _least_rps(self) -> float:
        """Load from which a p95 says something."""
        return self.samples_needed / self.p95_window_seconds

    @property
    def _is_asleep(self) -> bool:
        """Whether the average load leaves the p95 alarm without requests enough."""
        return self.mean_rps is not None and self.mean_rps < self._least_rps


def predict(
    graph: ResourceGraph, *, spike_factor: float = SPIKE_FACTOR, region: str | None = None
) -> Prediction | None:
    """Prediction for the stack in `graph`; None when it declares no fleet (parked, or another program).

    With a `region` it says what probes from outside would cost there.

    The service time is taken as exponential, as in the derivation of the fleet's target value.
    """
    try:
        declared = read(graph)
    except InputError:
        return None
    found = predict_declared(declared, spike_factor=spike_factor)
    return found if region is None else replace(found, probe=probe_price(region, found.pace))


def predict_declared(
    declared: Declaration,
    *,
    spike_factor: float = SPIKE_FACTOR,
    service_points: tuple[float, ...] = (),
    cpu_seconds: float | None = None,
) -> Prediction:
    """Prediction for a stack that has been read already.

    Other service times than exponential ones of the declared mean are given by equally likely `service_points`
    (seconds), another CPU time than the declared one by its mean.
    """
    fleet = declared.stable
    station = Station(declared.workers, declared.service_seconds)
    peak = declared.peak_rps
    instances = settled_instances(declared, peak)
    burstable = burstable_type(fleet.instance_type)
    cpu_seconds = declared.cpu_seconds if cpu_seconds is None else cpu_seconds or 1e-9
    sustained = None
    most = math.inf if fleet.vcpus is None else fleet.vcpus / cpu_seconds  # that the cores can serve
    if burstable is not None and not fleet.credits_unlimited:
        sustained = most = burstable.baseline_vcpus / cpu_seconds
    pessimistic = optimistic = math.inf
    if instances and peak < instances * most:
        bracket = balanced_quantile(instances, station, peak, 0.95, service_points)
        pessimistic, optimistic = bracket.pessimistic_seconds, bracket.optimistic_seconds
        cores = math.inf if fleet.vcpus is None else fleet.vcpus
        servers = busy_workers(declared.workers, cores, declared.service_seconds, cpu_seconds)
        if servers < declared.workers:
            fewer = replace(station, servers=servers)
            pessimistic = balanced_quantile(instances, fewer, peak, 0.95, service_points).pessimistic_seconds
    window = declared.promise.p95_window_seconds
    needed = max(declared.promise.minimum_samples, samples_needed(95))
    plan, mean = declared.rollout, declared.mean_rps
    pace = tuple(
        (percent, hold, step_seconds(percent, hold, mean, needed, (plan.poll_seconds, plan.unclear_looks_max)))
        for percent, hold in (plan.steps if plan and mean else ())
        if mean and plan and hold
    )
    steps = tuple(
        StepSamples(percent, samples := int(peak * percent / 100 * window), samples >= needed)
        for percent in declared.rollout_percents
    )
    return Prediction(
        peak_rps=peak,
        instances_at_peak=instances,
        p95_ms=pessimistic * 1000,
        p95_optimistic_ms=optimistic * 1000,
        budget_ms=declared.promise.budget_seconds * 1000,
        spike_factor=spike_factor,
        scale_seconds=time_to_scale(declared, instances, peak * spike_factor),
        steps=steps,
        p95_window_seconds=window,
        samples_needed=needed,
        sustained_rps=sustained,
        notes=declared.notes,
        pace=pace,
        mean_rps=mean,
        session_hours=declared.sessions.hours if declared.sessions else None,
    )


def needed_instances(declared: Declaration, rate: float) -> int | None:
    """Instances (or pods) that the fleet's metrics ask for at `rate`; None when no metric follows the load."""
    fleet = declared.stable
    wanted = [
        rate * 60 / policy.target_value
        for policy in fleet.tracking
        if policy.metric == "ALBRequestCountPerTarget" and policy.target_value > 0
    ]
    if fleet.pods is not None:
        vcpus = rate * declared.cpu_seconds
        load = {"requests": rate, "vcpus": vcpus, "cpu": 100 * vcpus / fleet.pods.cpu_request_vcpus}
        wanted += [load[metric.kind] / metric.target for metric in fleet.pods.metrics]
    return max((math.ceil(each - 1e-9) for each in wanted), default=None)


def settled_instances(declared: Declaration, rate: float) -> int:
    """Instances that the fleet settles at for `rate`, within its bounds."""
    fleet = declared.stable
    needed = needed_instances(declared, rate)
    return min(max(fleet.desired_capacity if needed is None else needed, fleet.min_size), fleet.max_size)


def time_to_scale(declared: Declaration, instances: int, rate: float) -> float | None:
    """Seconds from a jump to `rate` until the instances it needs serve, with `instances` at the start.

    The fastest alarm that goes off decides: the step policy's, or target tracking's three minutes. A jump
    is in the middle of a minute on average, a datapoint has to be over the threshold for all of its minute, and it
    takes the metrics a while to arrive.
    """
    fleet = declared.stable
    needed = needed_instances(declared, rate)
    if needed is None or needed <= instances:
        return None
    if needed > fleet.max_size:
        return math.inf
    if fleet.pods is not None:
        return SYNC_SECONDS + fleet.warm_up_seconds
    per_target = rate * 60 / max(instances, 1)
    delays = [60.0 * AlarmConstants().high_datapoints for policy in fleet.tracking if per_target > policy.target_value]
    for each in fleet.steps:
        rule = each.alarm.rule
        if rule.threshold < per_target and each.alarm.metric.names[0][2] == "RequestCountPerTarget":
            delays.append(float(rule.period_seconds * rule.datapoints_to_alarm))
    checks = fleet.health.healthy_threshold * fleet.health.interval_seconds
    delay = AlarmConstants().metric_delay_seconds
    return 30.0 + min(delays) + delay + max(fleet.warm_up_seconds, checks) if delays else None


def _ms(value: float) -> str:
    return "unbounded" if math.isinf(value) else f"{value:.0f} ms"
