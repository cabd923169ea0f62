"""The Kubernetes HorizontalPodAutoscaler v2.

Source: kubernetes/website, "Horizontal Pod Autoscaling" (algorithm details, scaling policies with the 80 -> 72
example, stabilization window, default behaviour), read 2026-11.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

SYNC_SECONDS: Final = 15
"""Default of --horizontal-pod-autoscaler-sync-period."""
TOLERANCE_RATIO: Final = 0.1
"""Default of --horizontal-pod-autoscaler-tolerance."""
LEAST_GROWTH_TO: Final = 4
"""Replicas that a Deployment without a behavior may grow to at once, however few it has."""


class PolicyType(StrEnum):
    """What a rate limit counts in."""

    PODS = "Pods"
    PERCENT = "Percent"


class SelectPolicy(StrEnum):
    """Which of several rate limits holds."""

    MAX = "Max"
    MIN = "Min"
    DISABLED = "Disabled"


@dataclass(frozen=True, slots=True)
class ScalingLimit:
    """At most `value` pods or percent within `period_seconds`."""

    type: PolicyType
    value: int
    period_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScalingRules:
    """behavior.scaleUp or behavior.scaleDown."""

    stabilization_seconds: int
    """Window over which past recommendations are considered."""
    limits: tuple[ScalingLimit, ...]
    """Rate limits."""
    select: SelectPolicy = SelectPolicy.MAX
    """Which limit holds."""
    tolerance_ratio: float = TOLERANCE_RATIO
    """Deviation from the target that is left alone."""


DEFAULT_UP: Final = ScalingRules(
    stabilization_seconds=0,
    limits=(ScalingLimit(PolicyType.PERCENT, 100, 15), ScalingLimit(PolicyType.PODS, 4, 15)),
)
DEFAULT_DOWN: Final = ScalingRules(stabilization_seconds=300, limits=(ScalingLimit(PolicyType.PERCENT, 100, 15),))


@dataclass(frozen=True, slots=True)
class PodMetrics:
    """One metric over the pods, set aside as the algorithm does."""

    values: tuple[float, ...]
    """Metric of each ready pod that reports one."""
    missing: int = 0
    """Ready pods without a metric."""
    unready: int = 0
    """Pods that are not ready yet."""
    in_percent: bool = False
    """Whether it is a part of what the pods ask for, which the controller reads in whole percent."""

    def average(self, total: float, count: int) -> float:
        """Mean of `count` pods that have `total`, as the controller reads it."""
        return math.floor(total / count + 1e-9) if self.in_percent else total / count


def proposal(metrics: PodMetrics, current: int, target: float, *, up: float, down: float) -> int | None:
    """Replicas that one metric asks for; None when it can't tell.

    `up` and `down` are the tolerances. Missing metrics count as 100 % of the target when scaling down (of the request,
    where it is a part of that and more), and as 0 when scaling up, unready pods as 0 when scaling up; no action when
    that reverses the direction (pkg/controller/podautoscaler, replica_calculator.go and metrics/utilization.go).
    """
    if not metrics.values:
        return None
    total = sum(metrics.values)
    ratio = metrics.average(total, len(metrics.values)) / target
    if not metrics.missing and not (metrics.unready and ratio > 1):
        if 1 - down <= ratio <= 1 + up:
            return current
        return math.ceil(ratio * len(metrics.values) - 1e-9)
    count = len(metrics.values) + metrics.missing
    if ratio < 1:
        total += metrics.missing * (max(100.0, target) if metrics.in_percent else target)
    else:
        count += metrics.unready
    adjusted = metrics.average(total, count) / target
    if 1 - down <= adjusted <= 1 + up or (ratio < 1) != (adjusted < 1):
        return current
    wanted = math.ceil(adjusted * count - 1e-9)
    if (adjusted < 1 and wanted > current) or (adjusted > 1 and wanted < current):
        return current
    return wanted


def limit(rules: ScalingRules, start: Sequence[int], *, up: bool) -> int | None:
    """Bound that the rate limits put on the replicas; None when the direction is disabled.

    `start[i]` is the number of replicas at the beginning of the window of rules.limits[i].
    """
    if rules.select is SelectPolicy.DISABLED:
        return None
    bounds = []
    for replicas, each in zip(start, rules.limits, strict=True):
        if each.type is PolicyType.PODS:
            bounds.append(replicas + each.value if up else replicas - each.value)
        elif up:
            bounds.append(math.ceil(replicas * (1 + each.value / 100) - 1e-9))
        else:
            # 10 % of 72 is 7.2, rounded up to 8 pods to remove (the page's example).
            bounds.append(replicas - math.ceil(replicas * each.value / 100 - 1e-9))
    widest = rules.select is SelectPolicy.MAX
    return max(bounds) if up == widest else min(bounds)


@dataclass(slots=True)
class HorizontalPodAutoscaler:
    """An autoscaler over time: call `sync` every SYNC_SECONDS."""

    min_replicas: int
    max_replicas: int
    up: ScalingRules = DEFAULT_UP
    down: ScalingRules = DEFAULT_DOWN
    has_behavior: bool = True
    """Whether one is declared; without any the controller keeps to its rules from before there were behaviors."""
    recommended: deque[tuple[float, int]] = field(default_factory=deque)
    """When which number of replicas was asked for."""
    changes: deque[tuple[float, int]] = field(default_factory=deque)
    """When how many replicas were added (less than 0: removed)."""

    looked_at: float = math.inf
    """When it looked last."""

    def catch_up(self, now: float, current: int) -> None:
        """Recommend `current` for each look before `now` that was left out, for nothing would have come of it."""
        longest = max(self.up.stabilization_seconds, self.down.stabilization_seconds)
        while self.looked_at + SYNC_SECONDS < now:
            self.looked_at += SYNC_SECONDS
            if current and self.looked_at >= now - longest:
                self.recommended.append((self.looked_at, current))

    def sync(self, now: float, current: int, metrics: Sequence[tuple[PodMetrics, float]]) -> int:
        """Replicas to have from `now` on; `metrics` are (observation, target) pairs."""
        self.looked_at = now
        if not self.recommended:
            self.recommended.append((now, current))  # what it finds counts as the first recommendation
        if current == 0:
            return 0  # "ScalingDisabled" until somebody scales it up
        wanted = self._asked(now, current, metrics)
        if wanted != current:
            self.changes.append((now, wanted - current))
        return wanted

    def _asked(self, now: float, current: int, metrics: Sequence[tuple[PodMetrics, float]]) -> int:
        bounded = min(max(current, self.min_replicas), self.max_replicas)
        if bounded != current:
            return bounded  # at once, whatever the metrics say
        asked = [
            proposal(each, current, target, up=self.up.tolerance_ratio, down=self.down.tolerance_ratio)
            for each, target in metrics
        ]
        known = [value for value in asked if value is not None]
        if not known or (len(known) < len(asked) and max(known) < current):
            return current  # a metric that can't be read forbids scaling down
        return self.held(now, current, max(known))

    def held(self, now: float, current: int, wanted: int) -> int:
        """What is left of `wanted` replicas after the windows, the rate limits and the bounds."""
        if not self.has_behavior:
            return self._held_without_behavior(now, current, wanted)
        wanted = self._rate_limited(now, current, self._stabilized(now, current, wanted))
        return min(max(wanted, self.min_replicas), self.max_replicas)

    def _held_without_behavior(self, now: float, current: int, wanted: int) -> int:
        """The highest recommendation of the window, on the way up too, and at most twice the replicas, or four.

        pkg/controller/podautoscaler/horizontal.go of kubernetes/kubernetes, normalizeDesiredReplicas: a behavior gets
        its defaults only where a part of it is declared.
        """
        while self.recommended and self.recommended[0][0] < now - self.down.stabilization_seconds:
            self.recommended.popleft()
        self.recommended.append((now, wanted))
        highest = max(replicas for _, replicas in self.recommended)
        return max(self.min_replicas, min(highest, max(2 * current, LEAST_GROWTH_TO), self.max_replicas))

    def _stabilized(self, now: float, current: int, wanted: int) -> int:
        longest = max(self.up.stabilization_seconds, self.down.stabilization_seconds)
        while self.recommended and self.recommended[0][0] < now - longest:
            self.recommended.popleft()
        lowest = min([n for t, n in self.recommended if t > now - self.up.stabilization_seconds], default=wanted)
        highest = max([n for t, n in self.recommended if t > now - self.down.stabilization_seconds], default=wanted)
        self.recommended.append((now, wanted))
        return min(max(current, min(lowest, wanted)), max(highest, wanted))

    def _rate_limited(self, now: float, current: int, wanted: int) -> int:
        if wanted == current:
            return current
        up = wanted > current
        rules = self.up if up else self.down
        start = [current - self._net_change(now, each.period_seconds) for each in rules.limits]
        bound = limit(rules, start, up=up)
        if bound is None:
            return current
        return max(current, min(wanted, bound)) if up else min(current, max(wanted, bound))

    def _net_change(self, now: float, period_seconds: int) -> int:
        """Replicas gained within the period: what was added less what was removed, in either direction.

        So the controller counts since kubernetes/kubernetes#109058; before, a fleet that went down and up again was
        held back by its own recovery.
        """
        longest = max(each.period_seconds for each in (*self.up.limits, *self.down.limits))
        while self.changes and self.changes[0][0] <= now - longest:
            self.changes.popleft()
        return sum(n for t, n in self.changes if t > now - period_seconds)
