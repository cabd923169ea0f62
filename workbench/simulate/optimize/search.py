"""Tries all candidates: price of each, one simulation for each fleet; then the cheapest that holds.

The first look is at graphs with the candidate's settings put into them, in one run. Whatever could still hold after it
is looked at in all runs. What it recommends is declared by the program with the settings that `--write` writes, priced,
and judged by those runs, as `simulate` would; the first that holds there is the answer.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from cost import estimate
from deployment.errors import InputError
from deployment.graph import ResourceGraph
from infra.settings import Settings
from workbench.simulate.judge import Judgement, Objective, judge
from workbench.simulate.optimize.candidates import Candidate, Space, space_for
from workbench.simulate.optimize.patching import patched, tracked_requests
from workbench.simulate.replications import Interval, interval
from workbench.simulate.scenario import LoadedTraffic, Prepared, Scenario, assumptions, prepare
from workbench.simulate.traffic.rows import RowReport

if TYPE_CHECKING:
    from workbench.cluster import Cluster

DECLARED: Final = 24
"""Candidates that are declared by the program at most, cheapest first, before the search gives up."""


@dataclass(frozen=True, slots=True)
class Performance:
    """What a fleet does under the traffic."""

    p95_ms: float
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class Tried:
    """One candidate with its figures."""

    candidate: Candidate
    tracked: int
    """Target value, requests per target and minute."""
    expected_usd: Decimal
    worst_usd: Decimal
    """What the budget rule holds against the budget: with the spend brake, where the stack has one."""
    performance: Performance
    binds: tuple[str, ...]
    """Why it does not hold; empty when it does."""

    @property
    def holds(self) -> bool:
        """Whether promise and budget are kept."""
        return not self.binds

    @property
    def over_in_worst_case_only(self) -> bool:
        """Nothing but the worst case is over the budget."""
        return self.binds == (_over_in_worst_case(self.worst_usd),)


@dataclass(frozen=True, slots=True)
class Optimum:
    """The search's answer."""

    tried: tuple[Tried, ...]
    """All candidates, cheapest first."""
    best: Tried | None
    confirmed: Interval | None
    """Attainment of the best, as the program declares it, over independent runs."""
    neighbours: tuple[tuple[str, Tried], ...]
    """Candidates one step away from the best that are cheaper, with the setting that differs."""
    floors: tuple[str, ...]
    """Settings of the best that nothing cheaper was considered for, with the reason."""
    frontier: tuple[Tried, ...]
    """Candidates that no other beats in both cost and p95."""
    simulations: int
    seconds: float
    rows: tuple[RowReport, ...]
    """What was read from files."""
    assumptions: tuple[str, ...]
    """What the simulations take for granted, and what they leave out."""

    @property
    def verdict(self) -> str:
        """``pass``; ``inconclusive`` where nothing but evidence is missing; ``blocked``."""
        if self.best is not None:
            return "pass"
        unsure = any(each.binds and each.binds == each.performance.judgement.missing for each in self.tried)
        return "inconclusive" if unsure else "blocked"

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

    def over(self, expected_usd: Decimal, worst_usd: Decimal) -> list[str]:
        """What of a month's cost is over the budget."""
        reasons = [f"${expected_usd:.2f} expected"] if expected_usd > self.budget_usd else []
        if self.worst_case_binds and worst_usd > self.budget_usd:
            reasons.append(_over_in_worst_case(worst_usd))
        return reasons


def optimize(
    declare: Callable[[Mapping[str, str]], ResourceGraph],
    settings: Settings,
    scenario: Scenario,
    limits: Limits,
    *,
    space: Space | None = None,
    progress: Callable[[str], None] = lambda text: None,
    cluster: Cluster | None = None,
) -> Optimum:
    """Search the space around `settings`, with the simulations on `cluster` where there is one. Deterministic.

    `declare` runs the program with configuration values on top of the stack's; it is asked once for each cache
    and session length, which change more than a fleet, and for what is recommended.
    """
    started = time.perf_counter()
    space = space or space_for(settings)
    graphs: dict[tuple[str, str], ResourceGraph] = {}
    simulated: dict[tuple[Any, ...], Performance] = {}
    kept: dict[Any, LoadedTraffic] = {}
    tried: list[Tried] = []
    once = replace(scenario, replications=1, options=replace(scenario.options, keep_minutes=False))

    def graph_of(candidate: Candidate) -> ResourceGraph:
        if candidate.frame not in graphs:
            progress(f"declaring the stack with {candidate}")
            graphs[candidate.frame] = declare(candidate.frame_overrides())
        return patched(graphs[candidate.frame], candidate, settings)

    def look(at: Candidate | ResourceGraph, runs: Scenario) -> Performance:
        graph = graph_of(at) if isinstance(at, Candidate) else at
        prepared = prepare(graph, runs, kept)
        return _performance(prepared, runs.replications, limits.objective)

    first = prepare(graph_of(next(space.candidates())), once, kept)

    def key_of(candidate: Candidate) -> tuple[Any, ...]:
        """What decides response times: of traffic with a time of day, when the stack is parked, too."""
        return (*candidate.fleet_key, candidate.hours_per_session if first.options.real_clock else None)

    if cluster is not None:
        fleets = {key_of(candidate): candidate for candidate in reversed(list(space.candidates()))}
        ready = [prepare(graph_of(candidate), once, kept) for candidate in fleets.values()]
        progress(f"simulating {len(ready)} fleets on {cluster.scheduler}")
        simulated = dict(zip(fleets, _performances(ready, limits.objective, cluster), strict=True))
    for candidate in space.candidates():
        graph = graph_of(candidate)
        key = key_of(candidate)
        if key not in simulated:
            progress(f"simulating {candidate}")
            simulated[key] = look(graph, once)
        tried.append(_tried(candidate, graph, settings, simulated[key], limits))
    best, confirmed = _declared_best(declare, look, settings, scenario, limits, tried, progress)
    tried.sort(key=_rank)
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
        rows=first.loaded.rows,
        assumptions=(*first.declared.notes, *assumptions(first)),
    )


def _declared_best(
    declare: Callable[[Mapping[str, str]], ResourceGraph],
    look: Callable[[Candidate | ResourceGraph, Scenario], Performance],
    settings: Settings,
    scenario: Scenario,
    limits: Limits,
    tried: list[Tried],
    progress: Callable[[str], None],
) -> tuple[Tried | None, Interval | None]:
    """The cheapest of `tried` that holds as the program declares it; what was declared replaces the first look."""
    several = replace(scenario, options=replace(scenario.options, keep_minutes=False))
    looked: dict[tuple[Any, ...], Performance] = {}
    declared = 0
    for each in sorted(tried, key=_rank):
        if limits.over(each.expected_usd, each.worst_usd) or not _could_hold(each, limits.objective, several):
            continue
        key = (*each.candidate.fleet_key, each.candidate.hours_per_session)
        if not each.holds:
            if key not in looked:
                progress(f"looking at {each.candidate} in all runs")
                looked[key] = look(each.candidate, several)
            closer = replace(each, performance=looked[key], binds=_unkept(looked[key]))  # its dollars stay, and fit
            tried[tried.index(each)] = closer
            each = closer
        if not each.holds:
            continue
        if declared == DECLARED:
            break
        declared += 1
        progress(f"declaring and confirming {each.candidate}")
        try:
            graph = declare(each.candidate.overrides())
        except InputError as error:
            real = replace(each, binds=(f"the program refuses it: {'; '.join(error.problems)}",))
        else:
            found = look(graph, several)
            real = _tried(each.candidate, graph, settings, found, limits)
        tried[tried.index(each)] = real
        if real.holds:
            return real, real.performance.judgement.attainment
    return None, None


def _could_hold(each: Tried, objective: Objective, scenario: Scenario) -> bool:
    """Whether all runs together may keep the promise after what the first one showed.

    At best all other runs are alike, and without a fault: then the lower end of the interval of n runs of which the
    first lies e below the others is (1 + t) e / n below them (t is Student's), or with few runs all are like the first.
    """
    first, runs = each.performance.judgement, scenario.replications
    best = max(interval([first.attainment.mean] + [other] * (runs - 1)).low for other in (1.0, first.attainment.mean))
    windows = (first.windows.mean + runs - 1) / runs
    return not (best < objective.attainment_ratio or windows < objective.windows_ratio)


def _performances(ready: Sequence[Prepared], objective: Objective, cluster: Cluster) -> list[Performance]:
    from workbench.cluster import results

    return results(partial(_performance, count=1, objective=objective), ready, cluster)


def _performance(prepared: Prepared, count: int, objective: Objective) -> Performance:
    runs = prepared.replicate(count)
    return Performance(interval([run.quantile_ms(0.95) for run in runs]).mean, judge(runs, objective))


def _tried(candidate: Candidate, graph: ResourceGraph, settings: Settings, found: Performance, limits: Limits) -> Tried:
    month = estimate(graph)
    return Tried(
        candidate,
        tracked_requests(candidate, settings),
        month.expected_usd,
        month.bounded_usd,
        found,
        (*_unkept(found), *limits.over(month.expected_usd, month.bounded_usd)),
    )


def _unkept(found: Performance) -> tuple[str, ...]:
    """What of the promise is broken, or lacks evidence."""
    return (*found.judgement.broken, *found.judgement.missing)


def _over_in_worst_case(worst_usd: Decimal) -> str:
    return f"${worst_usd:.2f} worst case"


def _rank(each: Tried) -> tuple[Any, ...]:
    candidate = each.candidate
    return (
        each.expected_usd,
        each.worst_usd,
        candidate.max_size,
        each.performance.p95_ms,
        candidate.fleet_key,
        candidate.cache_node_type or "",
        candidate.hours_per_session or Decimal(0),
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
