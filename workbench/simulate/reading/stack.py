"""The whole declaration: fleets, edge, alarms, contract and usage of one stack."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, time
from typing import Any, Final

from components.operations.weekdays import WEEKDAYS
from deployment import tokens
from deployment.errors import InputError
from deployment.graph import ResourceGraph
from workbench.simulate.declaration import (
    Declaration,
    DeclaredAlarm,
    FailureLimits,
    Promise,
    RolloutPlan,
    Sessions,
    Window,
)
from workbench.simulate.reading.alarms import read_alarms
from workbench.simulate.reading.fleets import FleetReader
from workbench.simulate.reading.pods import PodReader
from workbench.simulate.reading.rates import read_rates
from workbench.simulate.reading.values import as_float, reading

LOAD_BALANCERS: Final = tokens.LOAD_BALANCER
PARAMETER: Final = tokens.PARAMETER[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """What is used where the stack says nothing; each use is noted."""

    service_time_ms: float = 25.0
    cpu_time_ms: float = 5.0
    workers_per_instance: int = 2
    peak_rps: float = 5.0


def read(graph: ResourceGraph, assumed: Assumptions | None = None) -> Declaration:
    """Declaration of the stack in `graph`.

    Raises InputError when it has no fleet to simulate, or values that can't be.
    """
    with reading("what the root component publishes"):
        return _Reader(graph, assumed or Assumptions()).read()


class _Reader:
    def __init__(self, graph: ResourceGraph, assumed: Assumptions) -> None:
        self.graph, self.assumed = graph, assumed
        self.notes: list[str] = []
        self.basis = _basis(graph)
        self.limits = _contract(graph)

    def read(self) -> Declaration:
        fleets = FleetReader(self.graph)
        pods = PodReader(self.graph)
        declared = tuple(fleets.fleets()) or tuple(pods.fleets())
        if not declared:
            raise InputError(
                "the stack declares no Auto Scaling group and no autoscaled Deployment, so there is nothing to simulate"
                " (a parked stack has none: simulate it unparked)"
            )
        self.notes += [*fleets.notes, *pods.notes]
        alarms, unwatched = read_alarms(self.graph, fleets.suffixes or pods.suffixes, fleets.groups)
        usage = self.basis.get("usage", {}) if isinstance(self.basis.get("usage"), Mapping) else {}
        balancers = self.graph.of_type(*LOAD_BALANCERS)
        p95 = next(
            (each for each in alarms if each.rule.percentile == 95 and each.metric.names[0][2] == "TargetResponseTime"),
            None,
        )
        return Declaration(
            stack=_stack_name(self.graph),
            fleets=declared,
            service_seconds=self._limit("service_time_ms", self.assumed.service_time_ms) / 1000,
            cpu_seconds=self._limit("cpu_time_ms", self.assumed.cpu_time_ms) / 1000,
            workers=int(self._limit("workers_per_instance", self.assumed.workers_per_instance)),
            peak_rps=self._number(usage.get("peakRequestsPerSecond"), self.assumed.peak_rps, "the declared peak"),
            promise=self._promise(p95),
            rates=tuple(read_rates(self.graph)),
            alarms=tuple(alarms),
            unwatched=tuple(unwatched),
            idle_timeout_seconds=as_float(balancers[0].get("idleTimeout"), 60.0) if balancers else 60.0,
            rollout_percents=self._rollout_percents(),
            rollout=_rollout(self.basis.get("rollout"), self.limits),
            windows=tuple(_windows(self.limits.get("windows"))),
            mean_rps=_mean_rps(self.basis),
            sessions=_sessions(self.limits.get("sessions")),
            notes=tuple(self.notes),
        )

    # --- contract and usage ------------------------------------------------------------------------------

    def _number(self, value: Any, assumed: float, what: str) -> float:
        try:
            number = float(value)
        except (TypeError, ValueError):
            number = 0.0
        if number > 0:
            return number
        self.notes.append(f"{what} is not declared: {assumed:g} is assumed")
        return assumed

    def _limit(self, key: str, assumed: float) -> float:
        return self._number(self.limits.get(key), assumed, key)

    def _rollout_percents(self) -> tuple[int, ...]:
        rollout = self.basis.get("rollout")
        steps = rollout.get("steps") if isinstance(rollout, Mapping) else None
        percents = [step.get("percent") for step in steps or () if isinstance(step, Mapping)]
        return tuple(int(as_float(percent, 0)) for percent in percents) or (10, 50, 100)

    def _promise(self, p95: DeclaredAlarm | None) -> Promise:
        default = Promise()
        limit = self.limits.get
        promise = Promise(
            budget_seconds=as_float(limit("response_budget_ms"), default.budget_seconds * 1000) / 1000,
            database_limit_seconds=as_float(limit("database_query_limit_ms"), default.database_limit_seconds * 1000)
            / 1000,
            cache_ttl_seconds=as_float(limit("cache_ttl_seconds"), default.cache_ttl_seconds),
            minimum_samples=int(as_float(limit("minimum_samples"), default.minimum_samples)),
            page_size_max=int(as_float(limit("page_size_max"), default.page_size_max)),
        )
        if p95 is None:
            self.notes.append("no p95 alarm is declared: 200 ms over 5 minutes is assumed")
            return promise
        return replace(promise, p95_limit_seconds=p95.rule.threshold, p95_window_seconds=p95.rule.period_seconds)


def _basis(graph: ResourceGraph) -> Mapping[str, Any]:
    for resource in graph:
        if not resource.custom and isinstance(resource.outputs.get("costBasis"), Mapping):
            basis: Mapping[str, Any] = resource.outputs["costBasis"]
            return basis
    return {}


def _contract(graph: ResourceGraph) -> dict[str, Any]:
    """Limits of the contract parameter, and the capacity figures that the root component publishes."""
    limits: dict[str, Any] = {}
    for parameter in graph.of_type(PARAMETER):
        value = parameter.get("value")
        if isinstance(value, str) and "response_budget_ms" in value:
            try:
                content = json.loads(value)
            except ValueError:
                continue
            limits.update(content if isinstance(content, dict) else {})
    for resource in graph:
        capacity = resource.outputs.get("capacity")
        if not resource.custom and isinstance(capacity, Mapping):
            limits["service_time_ms"] = capacity.get("serviceTimeMs")
            limits["cpu_time_ms"] = capacity.get("cpuTimeMs")
            limits["workers_per_instance"] = capacity.get("workersPerInstance")
            limits["sessions"] = capacity.get("sessions")
            limits["windows"] = capacity.get("windows")
            limits["unclear_looks_max"] = capacity.get("rolloutUnclearLooksMax")
            limits["rollout_alarms"] = capacity.get("rolloutAlarms")
            limits["rollout_failures"] = capacity.get("rolloutFailures")
            limits["minimum_samples"] = capacity.get("minimumSamples")
    return limits


def _sessions(published: Any) -> Sessions | None:
    if not isinstance(published, Mapping):
        return None
    return Sessions(
        weekdays=frozenset(WEEKDAYS.index(day) for day in published["days"]),
        start=time.fromisoformat(published["start"]),
        hours=float(published["hours"]),
        time_zone=str(published["timeZone"]),
    )


def _rollout(published: Any, limits: Mapping[str, Any]) -> RolloutPlan | None:
    steps = published.get("steps") if isinstance(published, Mapping) else None
    if not steps:
        return None
    return RolloutPlan(
        steps=tuple((int(as_float(step["percent"], 0)), as_float(step.get("holdSeconds"), 0.0)) for step in steps),
        poll_seconds=as_float(published.get("pollSeconds"), 300.0),
        start_looks=int(as_float(published.get("startLooks"), 40)),
        unclear_looks_max=int(as_float(limits.get("unclear_looks_max"), 72)),
        failures=_failures(limits.get("rollout_failures")),
        alarms=None if (names := limits.get("rollout_alarms")) is None else frozenset(map(str, names)),
    )


def _failures(published: Any) -> FailureLimits | None:
    if not isinstance(published, Mapping):
        return None
    return FailureLimits(
        percent_max=float(published["percentMax"]),
        least=int(published["least"]),
        unanswered_percent_max=float(published["unansweredPercentMax"]),
        unanswered_least_requests=int(published["unansweredLeastRequests"]),
    )


def _windows(published: Any) -> Iterator[Window]:
    for each in published if isinstance(published, (list, tuple)) else ():
        once = each.get("date")
        yield Window(
            start=time.fromisoformat(each["start"]),
            minutes=int(each["minutes"]),
            time_zone=str(each["timeZone"]),
            weekday=None if once else WEEKDAYS.index(each["weekday"]),
            date=date.fromisoformat(once) if once else None,
            week_of_month=each.get("weekOfMonth"),
        )


def _mean_rps(basis: Mapping[str, Any]) -> float | None:
    """Requests of the month by the seconds that the stack exists in it (730 h where it always does)."""
    usage: Mapping[str, Any] = basis.get("usage") or {}
    uptime: Mapping[str, Any] = basis.get("uptime") or {}
    monthly = as_float(usage.get("monthlyRequests"), 0.0)
    hours = 730.0
    if uptime.get("sessionsPerMonth") is not None:
        hours = as_float(uptime["sessionsPerMonth"], 0.0) * as_float(uptime.get("hoursPerSession"), 0.0)
    return monthly / hours / 3600 if monthly and hours else None


def _stack_name(graph: ResourceGraph) -> str:
    return graph.resources[0].urn.split("::")[0].removeprefix("urn:pulumi:") if graph.resources else ""
