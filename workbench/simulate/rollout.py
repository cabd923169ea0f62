"""A canary rollout on a simulated stack: the steps, holds, looks and verdicts of the declared one, and of a peer.

The declared one follows what its state machine does (components/rollout): before each step, let maintenance pass and
wait until all canaries are healthy; set the weight, look every `poll_seconds` at the canary's alarms, its health and
what failed since the step began, stop the clock in maintenance windows, and judge a step by the p95 of all of it once
its time is over and enough requests were measured.

The peer is Argo Rollouts with the same steps and limits and the numbers of its documentation ("Analysis & Progressive
Delivery", read 2026-11): a background analysis every five minutes over the last five, rolled back after more than
three failed measurements, or more than four in a row without data, which are errors. It has no sample gate.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from deployment.errors import InputError
from deployment.graph import ResourceGraph
from workbench.simulate import kernel
from workbench.simulate.alarms import AlarmState
from workbench.simulate.declaration import Declaration, RolloutPlan, Sessions
from workbench.simulate.fleet import MINUTE
from workbench.simulate.histogram import quantile_seconds
from workbench.simulate.instance import Phase
from workbench.simulate.kernel import Floats
from workbench.simulate.reading import read
from workbench.simulate.scenario import DEFAULT_PROFILE, DEFAULT_SECONDS, Prepared, Scenario, assumptions, prepare
from workbench.simulate.simulation import Run
from workbench.simulate.traffic.duration import DAY_SECONDS
from workbench.simulate.traffic.rows import RowReport
from workbench.simulate.traffic.stream import Segment, Stream

HEALTH_LOOK_SECONDS: Final = 30.0
"""Between two looks at the health of a canary that starts."""
ANALYSIS_SECONDS: Final = 300.0
"""The peer's interval, and the window of each measurement."""
FAILURE_LIMIT: Final = 3
CONSECUTIVE_ERROR_LIMIT: Final = 4
ROLLBACK_LEFT_OUT: Final = (
    "not simulated: the stable fleet that a rollback waits for, if it has shrunk, up to five minutes"
)
SESSION_OVER: Final = "the session is over"
"""Why a rollout ends that is longer than the session that it began in."""
ERROR_RATIO: Final = 0.01
"""5xx of the canary's answers that the peer fails a measurement for: the limit of the declared errors alarm."""


@dataclass(frozen=True, slots=True)
class Canary:
    """A version that is rolled out."""

    name: str
    slowdown: float = 1.0
    """Its service time relative to the stable version's."""
    errors: float = 0.0
    """Share of its answers that is a 5xx, beyond the stable version's."""


CANARIES: Final = (
    Canary("good"),
    Canary("p95 + 50 %", slowdown=1.5),
    Canary("2 % errors", errors=0.02),
    Canary("dead", errors=1.0),
)
"""Versions that a rollout is tried with. The dead one answers its health checks, or it would never get a request."""


@dataclass(slots=True)
class Step:
    """One share of the traffic."""

    percent: int
    began: float
    ended: float = math.nan
    """NaN for the last, and for one that goes on when the simulation ends."""
    samples: int = 0
    """Requests that the canary answered in it."""
    p95_ms: float = math.nan


@dataclass(slots=True)
class Rollout:
    """What one rollout did."""

    outcome: str
    """promoted, rolled back, or under way when the simulation ended."""
    reason: str
    """Why it was rolled back."""
    steps: tuple[Step, ...]
    ended: float
    """Seconds from the start of the simulation."""
    answered: float
    """Attempts that went to the canary until then."""
    affected: float
    """Those of them that had no good answer within the budget."""
    exposed_minutes: float
    """From the first request that the canary could get until then, without the time that the stack was parked."""
    minutes: Floats = field(repr=False)
    """By the minute: requests to the canary, those of them that are affected, its share in percent."""
    looks: tuple[tuple[float, float], ...] = field(default=(), repr=False)
    """Minute of each look, and the p95 of the step until then, ms: what its verdict will rest on."""

    @property
    def lasted_seconds(self) -> float:
        """From the first request that the canary could get until the end of the rollout."""
        return self.ended - self.steps[0].began if self.steps else 0.0


class Gate:
    """How the declared rollout decides; `look` gives None to go on, "" to pass the step, or why it is rolled back."""

    def __init__(self, declared: Declaration, plan: RolloutPlan, start: datetime) -> None:
        self.declared, self.plan, self.start = declared, plan, start
        self.seconds = plan.poll_seconds

    def begin(self, hold_seconds: float, run: Run) -> None:
        """A step begins at the run's moment."""
        self.looks, self.hold_seconds = 0, hold_seconds
        self.go_on(run)

    def go_on(self, run: Run) -> None:
        """A session begins: the time of the step goes on, its requests are counted anew."""
        self.unclear, self.before, self.since = 0, run.canary_histogram(), run.now

    def alarm(self, run: Run) -> str:
        """Why a rollout is rolled back whatever it does, or ""."""
        return "an alarm of the canary is on" if AlarmState.ALARM in run.canary_alarms(self.plan.alarms) else ""

    def waits(self, run: Run) -> bool:
        """Whether the clock stands still."""
        moment = self.start + timedelta(seconds=run.now)
        return any(window.is_open(moment) for window in self.declared.windows)

    def look(self, run: Run) -> str | None:
        """Decide at the run's moment."""
        if alarm := self.alarm(run):
            return alarm
        if not _healthy(run):
            return "no canary is healthy"
        if self._failing(run):
            return "too many requests to the canary fail"
        if self.waits(run):
            return None
        self.looks += 1
        if self.looks < math.ceil(self.hold_seconds / self.seconds):
            return None
        counts = run.canary_histogram() - self.before
        if counts.sum() < self.declared.promise.minimum_samples:
            self.unclear += 1
            return "too few requests for a verdict" if self.unclear > self.plan.unclear_looks_max else None
        slow = quantile_seconds(counts, 0.95) > self.declared.promise.p95_limit_seconds
        return "the p95 over the whole step is too high" if slow else ""

    def _failing(self, run: Run) -> bool:
        """Whether more of the canary's requests failed since the step began than may, by the metrics that are there."""
        limits = self.plan.failures
        if limits is None:
            return False
        rows = run.arrived_minutes().rows[math.floor(self.since / MINUTE) :, kernel.TALLIES : 2 * kernel.TALLIES]
        counts = rows.sum(axis=0)
        requests = counts[kernel.OFFERED] - counts[kernel.NO_TARGET]
        errors, refused = counts[kernel.FAILED], counts[kernel.BUSY]
        unanswered = refused + counts[kernel.TIMED_OUT] + counts[kernel.ABANDONED]
        silent = requests >= limits.unanswered_least_requests and (
            100 * unanswered > limits.unanswered_percent_max * requests
        )
        failed = errors + (unanswered if silent else refused)
        return bool((silent or failed >= limits.least) and 100 * failed > limits.percent_max * requests)


class PeerGate(Gate):
    """How the peer decides: by each five minutes, however few requests they hold."""

    def __init__(self, declared: Declaration, plan: RolloutPlan, start: datetime) -> None:
        super().__init__(declared, plan, start)
        self.seconds = ANALYSIS_SECONDS
        self.failures = self.errors = 0

    def alarm(self, run: Run) -> str:
        """It looks at its own measurements only."""
        return ""

    def waits(self, run: Run) -> bool:
        """It knows of no maintenance."""
        return False

    def look(self, run: Run) -> str | None:
        """Take one measurement."""
        self.looks += 1
        counts = run.canary_histogram()
        measured, self.before = counts - self.before, counts
        rows = run.minutes.rows[-round(self.seconds / MINUTE) :]
        failed = rows[:, kernel.TALLIES + kernel.FAILED].sum()
        answered = measured.sum()
        if not answered:
            self.errors += 1
            return "measurements without data" if self.errors > CONSECUTIVE_ERROR_LIMIT else self._pass()
        self.errors = 0
        slow = quantile_seconds(measured, 0.95) > self.declared.promise.p95_limit_seconds
        self.failures += bool(slow or failed / answered > ERROR_RATIO)
        return "failed measurements" if self.failures > FAILURE_LIMIT else self._pass()

    def _pass(self) -> str | None:
        return "" if self.looks * self.seconds >= self.hold_seconds else None


GATES: Final[Mapping[str, Callable[[Declaration, RolloutPlan, datetime], Gate]]] = {
    "this stack's rollout": Gate,
    "Argo Rollouts, no sample gate": PeerGate,
}
"""Who decides -> how."""


def roll(prepared: Prepared, canary: Canary, gate: str, seed: int) -> Rollout:
    """Simulate one rollout of `canary` from the beginning of the traffic. Raises InputError where none is declared."""
    plan, declared = prepared.declared.rollout, prepared.declared
    if plan is None or len(declared.fleets) < 2:
        raise InputError("--rollout: the stack declares no canary rollout with its steps, or no second fleet")
    options = replace(
        prepared.options,
        seed=seed,
        canary_percent=0.0,
        canary_slowdown=canary.slowdown,
        canary_errors=canary.errors,
        keep_minutes=False,
    )
    run = Run(declared, prepared.loaded.traffic, prepared.service, options)
    decides, end = GATES[gate](declared, plan, options.start), prepared.loaded.traffic.duration_seconds
    steps: list[Step] = []
    looks: list[tuple[float, float]] = []
    outcome, reason = "under way", ""
    opened = 0.0
    size = _size_canary(run)
    for percent, hold_seconds in plan.steps:
        begins = _begin(run, plan, size, end, decides)
        if begins == SESSION_OVER and steps:
            size = _next_session(run, end)
            begins = _begin(run, plan, size, end, decides)
        if begins != "":
            reason = begins or ""
            break
        before = run.canary_histogram()
        run.set_canary_percent(percent)
        opened = opened if steps else run.result.open_seconds
        steps.append(Step(percent, run.now))
        if len(steps) == len(plan.steps):
            outcome = "promoted"
            break
        decides.begin(hold_seconds, run)
        verdict = None
        while verdict is None and run.now < end:
            run.run_until(min(end, run.now + decides.seconds))
            if run.parked:
                size = _next_session(run, end)
                verdict = _begin(run, plan, size, end, decides) or None
                if verdict is None and run.now < end:
                    run.set_canary_percent(percent)
                    decides.go_on(run)
            else:
                verdict = decides.look(run)
            looks.append((run.now / MINUTE, quantile_seconds(run.canary_histogram() - before, 0.95) * 1000))
        counts = run.canary_histogram() - before
        ended = math.nan if verdict is None else run.now
        steps[-1] = Step(percent, steps[-1].began, ended, int(counts.sum()), quantile_seconds(counts, 0.95) * 1000)
        if verdict != "":
            reason = verdict or ""
            break
    if reason:
        outcome = "rolled back"
        run.set_canary_percent(0)
    ended = run.now
    exposed = run.result.open_seconds - opened if steps else 0.0
    run.run_until(min(end, MINUTE * math.ceil(ended / MINUTE + 1)))
    minutes = _minutes(run, outcome, ended)
    return Rollout(
        outcome,
        reason,
        tuple(steps),
        ended,
        minutes[:, 0].sum(),
        minutes[:, 1].sum(),
        exposed / 60,
        minutes,
        tuple(looks),
    )


def _size_canary(run: Run) -> int:
    """Make the canary as large as the stable fleet is; its size."""
    size = max(1, run.fleets[0].desired)
    run.fleets[1].hold_at(run.now, size)
    return size


def _next_session(run: Run, end: float) -> int:
    """Let the stack be parked, and the next session begin; the canary's size in it."""
    run.set_canary_percent(0)
    while run.parked and run.now < end:
        run.run_until(min(end, run.sessions[0][0] if run.sessions else end))
    return _size_canary(run)


def _begin(run: Run, plan: RolloutPlan, size: int, end: float, decides: Gate) -> str | None:
    """Let maintenance pass, and wait for `size` healthy canaries; "", or why it is rolled back, None at the end."""
    looks = 0
    wait = HEALTH_LOOK_SECONDS
    while run.now < end:
        run.look_around()
        run.run_until(min(end, run.now + wait))
        if run.now >= end:
            break
        if run.parked:
            return SESSION_OVER
        if alarm := decides.alarm(run):
            return alarm
        if decides.waits(run):
            wait = decides.seconds
            continue
        wait = HEALTH_LOOK_SECONDS
        if _healthy(run) >= size and not run.fleets[1].unhealthy:
            return ""
        looks += 1
        if looks >= plan.start_looks:
            return "the canaries did not become healthy"
    return None


def _healthy(run: Run) -> int:
    """Canaries that answer their health checks."""
    return run.fleets[1].count(Phase.SERVING) - run.fleets[1].unhealthy


def _minutes(run: Run, outcome: str, ended: float) -> Floats:
    """What the canary did by the minute, until the rollout ended; the last answers of one rolled back included."""
    count = math.floor(ended / MINUTE) if outcome == "promoted" else math.ceil(ended / MINUTE) + 1
    canary = run.minutes.rows[:count, kernel.TALLIES : 2 * kernel.TALLIES]
    both = canary[:, kernel.OFFERED] + run.minutes.rows[:count, kernel.OFFERED]
    offered, within = canary[:, kernel.OFFERED], canary[:, kernel.WITHIN]
    with np.errstate(invalid="ignore", divide="ignore"):
        share = 100 * offered / both
    return np.column_stack([offered, np.maximum(offered - within, 0.0), share])


@dataclass(frozen=True, slots=True)
class Comparison:
    """Rollouts of every version, decided by each gate, on the same seeds."""

    stack: str
    scenario: str
    start: datetime
    seeds: tuple[int, ...]
    budget_ms: float
    limit_ms: float
    """p95 that raises the alarm."""
    plan: RolloutPlan
    rollouts: Mapping[tuple[str, str], Sequence[Rollout]]
    """(gate, version) -> one rollout for each seed."""
    rows: Sequence[RowReport] = ()
    """What was read from files."""
    assumptions: Sequence[str] = ()
    """What the rollouts take for granted, and what they leave out."""


def compare(prepared: Prepared, scenario: str, count: int) -> Comparison:
    """`count` rollouts of each version by each gate, on all cores. Raises InputError where none is declared."""
    seeds = tuple(prepared.options.seed + index for index in range(count))
    cases = [(gate, canary, seed) for gate in GATES for canary in CANARIES for seed in seeds]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = list(pool.map(lambda case: roll(prepared, case[1], case[0], case[2]), cases))
    rollouts: dict[tuple[str, str], list[Rollout]] = {}
    for (gate, canary, _), rollout in zip(cases, found, strict=True):
        rollouts.setdefault((gate, canary.name), []).append(rollout)
    plan = prepared.declared.rollout
    if plan is None:  # roll has refused it already
        raise InputError("--rollout: the stack declares no canary rollout")
    return Comparison(
        prepared.declared.stack,
        scenario,
        prepared.options.start,
        seeds,
        prepared.declared.promise.budget_seconds * 1000,
        prepared.declared.promise.p95_limit_seconds * 1000,
        plan,
        rollouts,
        prepared.loaded.rows,
        (*prepared.declared.notes, *assumptions(prepared), ROLLBACK_LEFT_OUT),
    )


def run_rollouts(graph: ResourceGraph, scenario: Scenario) -> Comparison:
    """Simulate canary rollouts on the stack in `graph`: by default under the declared requests of the month, evenly.

    They last twice as long as their holds, parked time apart, unless the scenario says how long. Raises InputError.
    """
    declared = read(graph)
    profiles, options, duration = scenario.profiles, scenario.options, scenario.duration_seconds
    of_the_month = not profiles and not scenario.files and declared.mean_rps is not None
    if of_the_month:
        profiles = (f"steady:rate={declared.mean_rps:.6f}",)
    if declared.sessions is not None and not options.real_clock:
        # From the beginning of the first session on: the rollout has to live with them.
        seconds = next(iter(_open_times(declared.sessions, options.start)))[0]
        options = replace(options, start=options.start + timedelta(seconds=seconds), real_clock=True)
    opened: list[tuple[float, float]] = []
    if duration is None and not scenario.files and declared.rollout is not None:
        duration = left = 2 * declared.rollout.seconds + DEFAULT_SECONDS
        for begin, end in _open_times(declared.sessions, options.start) if declared.sessions is not None else ():
            opened.append((begin, end))
            duration, left = end, left - (end - begin)
            if left <= 0:
                break
    scenario = replace(scenario, profiles=profiles, duration_seconds=duration, options=options)
    names = [*map(str, scenario.files), *profiles] or [DEFAULT_PROFILE]
    prepared = prepare(graph, scenario)
    if of_the_month and opened:
        # The month's requests come in its sessions: nobody has to be simulated who would meet a parked stack.
        names = [f"{profiles[0]} in sessions"]
        streams = tuple(_within(each, opened) for each in prepared.loaded.traffic.streams)
        loaded = replace(prepared.loaded, traffic=replace(prepared.loaded.traffic, streams=streams))
        prepared = replace(prepared, loaded=loaded)
    return compare(prepared, " + ".join(names), scenario.replications)


def _open_times(sessions: Sessions, start: datetime) -> Iterator[tuple[float, float]]:
    """Beginning and end of the sessions from `start` on, seconds after it: those of two years."""
    changes = sessions.changes(start, 730 * DAY_SECONDS)
    if changes[0][1]:
        changes = changes[1:]
    for (begin, _), (end, _) in zip(changes[::2], changes[1::2], strict=False):
        yield begin, end


def _within(stream: Stream, opened: Sequence[tuple[float, float]]) -> Stream:
    """What of a steady stream falls into `opened`."""
    rate = stream.peak_rps
    return replace(stream, segments=tuple(Segment(begin, end, rate, rate) for begin, end in opened))
