"""Tries all candidates: price of each, one simulation for each fleet; then the cheapest that holds."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from cost import estimate
from cost.catalogue import Catalogue
from cost.compute import price_file
from deployment.graph import ResourceGraph
from infra.settings import Settings
from workbench.simulate.optimize.candidates import Candidate, Space, space_for
from workbench.simulate.optimize.patching import patched, tracked_requests
from workbench.simulate.reading import read
from workbench.simulate.replications import Interval, interval, replicate
from workbench.simulate.report import Objective
from workbench.simulate.result import RunResult
from workbench.simulate.scenario import Scenario, load_traffic, service_model
from workbench.simulate.simulation import simulate


@dataclass(frozen=True, slots=True)
class Performance:
    """What a fleet does under the traffic."""

    p95_ms: float
    attainment_ratio: float
    windows_ratio: float
    """Share of the judged p95 windows within the limit; 1 when none had samples enough."""
    max_serving: int


@dataclass(frozen=True, slots=True)
class Tried:
    """One candidate with its figures."""

    candidate: Candidate
    tracked: int
    """Target value, requests per target and minute."""
    expected_usd: Decimal
    worst_usd: Decimal
    performance: Performance
    binds: tuple[str, ...]
    """Why it does not hold; empty when it does."""

    @property
    def holds(self) -> bool:
        """Whether promise and budget are kept."""
        return not self.binds


@dataclass(frozen=True, slots=True)
class Optimum:
    """The search's answer."""

    tried: tuple[Tried, ...]
    """All candidates, cheapest first."""
    best: Tried | None
    confirmed: Interval | None
    """Attainment of the best over independent runs."""
    neighbours: tuple[tuple[str, Tried], ...]
    """Candidates one step away from the best that are cheaper, with the setting that differs."""
    floors: tuple[str, ...]
    """Settings of the best that nothing cheaper was considered for, with the reason."""
    frontier: tuple[Tried, ...]
    """Candidates that no other beats in both cost and p95."""
    simulations: int
    seconds: float

    @property
    def rate_per_minute(self) -> float:
        """Candidates a minute."""
        return len(self.tried) * 60 / self.seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What has to hold."""

    objective: Objective
    budget_usd: Decimal
    worst_case_binds: bool = True
    """Whether the worst case has to fit into the budget, too."""


def optimize(
    declare: Callable[[Mapping[str, str]], ResourceGraph],
    settings: Settings,
    scenario: Scenario,
    limits: Limits,
    *,
    space: Space | None = None,
    progress: Callable[[str], None] = lambda text: None,
) -> Optimum:
    """Search the space around `settings`. Deterministic.

    `declare` runs the program with configuration values on top of the stack's; it is asked once for each cache
    and session length, which change more than a fleet.
    """
    started = time.perf_counter()
    space = space or space_for(settings)
    graphs: dict[tuple[str, str], ResourceGraph] = {}
    prices = _on_demand(space, settings.region)
    simulated: dict[tuple[Any, ...], Performance] = {}
    tried: list[Tried] = []
    for candidate in space.candidates():
        if candidate.frame not in graphs:
            progress(f"declaring the stack with {candidate}")
            graphs[candidate.frame] = declare(candidate.frame_overrides())
        graph = patched(graphs[candidate.frame], candidate, settings, prices)
        if candidate.fleet_key not in simulated:
            progress(f"simulating {candidate}")
            simulated[candidate.fleet_key] = performance(graph, scenario)
        month = estimate(graph)
        found = simulated[candidate.fleet_key]
        tried.append(
            Tried(
                candidate,
                tracked_requests(candidate, settings),
                month.expected_usd,
                month.worst_case_usd,
                found,
                _binds(found, month.expected_usd, month.worst_case_usd, limits),
            )
        )
    tried.sort(key=_rank)
    best = next((each for each in tried if each.holds), None)
    confirmed = None
    if best is not None:
        progress("confirming the best")
        graph = patched(graphs[best.candidate.frame], best.candidate, settings, prices)
        confirmed = _confirm(graph, scenario)
    seconds = time.perf_counter() - started
    return Optimum(
        tried=tuple(tried),
        best=best,
        confirmed=confirmed,
        neighbours=_cheaper(tried, best, space),
        floors=() if best is None else tuple(space.floors(best.candidate)),
        frontier=frontier(tried),
        simulations=len(simulated),
        seconds=seconds,
    )


def performance(graph: ResourceGraph, scenario: Scenario) -> Performance:
    """One run of the scenario on the stack in `graph`."""
    run, budget = _run(graph, scenario)
    return Performance(
        run.quantile_ms(0.95),
        run.attainment_ratio(budget),
        run.windows_within / run.windows if run.windows else 1.0,
        run.max_serving,
    )


def _run(graph: ResourceGraph, scenario: Scenario) -> tuple[RunResult, float]:
    declared = read(graph)
    loaded = load_traffic(scenario, declared.peak_rps)
    service = service_model(declared, scenario.service, loaded.recorded)
    options = replace(scenario.options, keep_minutes=False)
    return simulate(declared, loaded.traffic, service, options), declared.promise.budget_seconds


def _confirm(graph: ResourceGraph, scenario: Scenario) -> Interval:
    declared = read(graph)
    loaded = load_traffic(scenario, declared.peak_rps)
    service = service_model(declared, scenario.service, loaded.recorded)
    runs = replicate(declared, loaded.traffic, service, scenario.options, scenario.replications)
    return interval([run.attainment_ratio(declared.promise.budget_seconds) for run in runs])


def _on_demand(space: Space, region: str) -> Mapping[str, Decimal]:
    """On-demand price of each first instance type, US$ an hour."""
    catalogue = Catalogue(region)
    return {types[0]: catalogue.price(price_file(types[0]), f"linux.{types[0]}").usd for types in space.instance_types}


def _binds(found: Performance, expected: Decimal, worst: Decimal, limits: Limits) -> tuple[str, ...]:
    reasons = []
    if not found.attainment_ratio >= limits.objective.attainment_ratio:
        reasons.append(f"{found.attainment_ratio:.1%} within budget")
    if found.windows_ratio < limits.objective.windows_ratio:
        reasons.append(f"{1 - found.windows_ratio:.0%} of the p95 windows over the limit")
    if expected > limits.budget_usd:
        reasons.append(f"${expected:.2f} expected")
    if limits.worst_case_binds and worst > limits.budget_usd:
        reasons.append(f"${worst:.2f} worst case")
    return tuple(reasons)


def _rank(each: Tried) -> tuple[Any, ...]:
    candidate = each.candidate
    return (
        each.expected_usd,
        each.worst_usd,
        candidate.max_size,
        each.performance.p95_ms,
        candidate.fleet_key,
        candidate.cache_node_type or "",
        candidate.hours_per_session,
    )


def _cheaper(tried: Sequence[Tried], best: Tried | None, space: Space) -> tuple[tuple[str, Tried], ...]:
    """Neighbours of the best that cost less: expected, or the same expected and a lower worst case."""
    if best is None:
        return ()
    known = {each.candidate: each for each in tried}
    cost = (best.expected_usd, best.worst_usd)
    found = []
    for name, candidate in space.neighbours(best.candidate):
        each = known.get(candidate)
        if each is not None and (each.expected_usd, each.worst_usd) < cost:
            found.append((name, each))
    return tuple(found)


def frontier(tried: Sequence[Tried]) -> tuple[Tried, ...]:
    """The Pareto frontier of expected cost against p95; `tried` is sorted by cost."""
    found: list[Tried] = []
    lowest = float("inf")
    for each in tried:
        if each.performance.p95_ms < lowest * 0.995:  # half a percent is noise, not an improvement
            found.append(each)
            lowest = each.performance.p95_ms
    return tuple(found)
