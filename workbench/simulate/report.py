"""Results of a simulation for people (a table) and for programs (JSON, stable): means and bands over its runs."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Final

import numpy as np

from cost.estimate import Estimate
from cost.money import text as money
from workbench.simulate import kernel
from workbench.simulate.alarms import AlarmState
from workbench.simulate.declaration import Declaration
from workbench.simulate.event_cost import EventCost, mean_cost
from workbench.simulate.judge import Judgement, Objective, judge
from workbench.simulate.kernel import Floats
from workbench.simulate.predict import Prediction
from workbench.simulate.replications import Interval, interval, rounded
from workbench.simulate.result import COLUMNS, COUNTS, SHOWN, RunResult
from workbench.simulate.traffic.rows import RowReport

REQUESTS: Final[Mapping[str, tuple[int, ...]]] = {
    "attempts": (kernel.OFFERED,),
    "answered": (kernel.COMPLETED,),
    "good": (kernel.ANSWERED,),
    "withinBudget": (kernel.WITHIN,),
    "failed": (kernel.FAILED,),
    "cutOff": (kernel.CUT,),
    "refused": (kernel.REFUSED,),
    "unreached": (kernel.UNREACHED,),
    "unavailable": (kernel.NO_TARGET, kernel.BUSY),
    "timedOut": (kernel.TIMED_OUT,),
    "abandoned": (kernel.ABANDONED,),
    "retried": (kernel.RETRIED,),
    "lost": (kernel.LOST,),
}
"""Name of a count of requests -> the tallies that it adds up."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """One scenario: declaration, runs, cost and verdict."""

    scenario: str
    """The profiles and files as given."""
    start: datetime
    """Moment that the runs begin at."""
    declared: Declaration
    runs: Sequence[RunResult]
    prediction: Prediction
    objective: Objective
    estimate: Estimate | None = None
    """The month; None when the stack could not be priced."""
    events: Sequence[EventCost] = ()
    """What each run costs; empty when the stack could not be priced."""
    rows: Sequence[RowReport] = ()
    """What was read from files."""
    assumptions: Sequence[str] = ()
    """What the runs take for granted, and what they leave out."""

    @cached_property
    def judgement(self) -> Judgement:
        """The verdict with its reasons."""
        return judge(self.runs, self.objective)

    @property
    def attainment(self) -> Interval:
        """Good answers within the budget, share of the attempts that the firewall did not refuse."""
        return self.judgement.attainment

    @property
    def p95_ms(self) -> Interval:
        """95th percentile over the whole run."""
        return self.over([run.quantile_ms(0.95) for run in self.runs])

    @property
    def verdict(self) -> str:
        """``pass``, ``blocked``, or ``inconclusive``."""
        return self.judgement.verdict

    @property
    def event(self) -> EventCost | None:
        """Mean cost of the event over the runs; None when the stack could not be priced."""
        return mean_cost(self.events) if self.events else None

    def over(self, values: Iterable[float]) -> Interval:
        """A figure over the runs."""
        return interval(list(values))

    def requests(self, name: str) -> Interval:
        """A count of REQUESTS over the runs."""
        return self.over(sum(run.total(column) for column in REQUESTS[name]) for run in self.runs)

    @cached_property
    def band(self) -> Band:
        """The minutes over the runs."""
        return Band.of([run.series for run in self.runs])

    @property
    def minutes(self) -> float:
        """Length of a run."""
        return self.runs[0].duration_seconds / 60

    def points(self, minutes: int) -> Mapping[str, Floats]:
        """Each of COLUMNS -> [run, point], a point of `minutes` minutes, which the runs have quantiles of.

        Counts are per minute, also where the last is cut short, and levels are levels: the mean of the minutes. Of
        quantiles there is none: they are those of all requests of a point, however few come in a minute.
        """
        values = {
            name: np.stack([combined(run.series[:, index], minutes, np.nanmean) for run in self.runs])
            for index, name in enumerate(COLUMNS)
            if not name.endswith("_ms")
        }
        whole = math.ceil(self.minutes)
        cut = (whole - 1) // minutes * minutes  # where the last point begins
        for name in COUNTS:
            values[name][:, -1] *= (whole - cut) / (self.minutes - cut)
        for index, quantile in enumerate(SHOWN):
            quantiles = [run.quantiles_ms[minutes][:, index] for run in self.runs]
            values[f"p{round(100 * quantile)}_ms"] = np.stack(quantiles)
        return values

    def band_of(self, minutes: int) -> Band:
        """Points of `minutes` minutes over the runs."""
        values = self.points(minutes)
        return Band.of([np.column_stack([values[name][run] for name in COLUMNS]) for run in range(len(self.runs))])

    def to_json(self) -> dict[str, Any]:
        """The report as JSON: times in seconds from the start, money as decimal strings."""
        promise, runs = self.declared.promise, self.runs
        names = list(runs[0].instance_seconds)
        return {
            "stack": self.declared.stack,
            "scenario": self.scenario,
            "start": self.start.isoformat(),
            "durationSeconds": runs[0].duration_seconds,
            "seeds": [run.seed for run in runs],
            "objective": {
                "budgetMs": promise.budget_seconds * 1000,
                "attainmentRatio": self.objective.attainment_ratio,
                "p95LimitMs": promise.p95_limit_seconds * 1000,
                "windowsRatio": self.objective.windows_ratio,
            },
            "slo": {
                "attainment": self.attainment.to_json(6),
                "p95Ms": self.p95_ms.to_json(3),
                "windowsWithin": self.judgement.windows.to_json(6),
                "windowsJudged": self.over(run.windows for run in runs).to_json(2),
                "windowsInconclusive": self.over(run.windows_inconclusive for run in runs).to_json(2),
                "predictedP95Ms": [rounded(self.prediction.p95_optimistic_ms, 3), rounded(self.prediction.p95_ms, 3)],
            },
            "requests": {"arrived": self.over(run.arrived for run in runs).to_json(2)}
            | {name: self.requests(name).to_json(2) for name in REQUESTS},
            "fleet": {
                "instanceHours": {
                    name: self.over(run.instance_seconds[name] / 3600 for run in runs).to_json(4) for name in names
                },
                "spotHours": {
                    name: self.over(run.spot_seconds[name] / 3600 for run in runs).to_json(4) for name in names
                },
                "maxServing": self.over(run.max_serving for run in runs).to_json(2),
            },
            "alarms": {
                "rangInRuns": {name: sum(1 for run in runs if _rang(run, name)) for name in runs[0].alarm_states},
                "lowSamplePeriods": {
                    name: self.over(run.low_sample_periods[name] for run in runs).to_json(2)
                    for name in runs[0].low_sample_periods
                },
                "notSimulated": list(self.declared.unwatched),
            },
            "cost": {
                "event": None
                if self.event is None
                else {
                    "instances": money(self.event.instances_usd),
                    "requests": money(self.event.requests_usd),
                    "fixed": money(self.event.fixed_usd),
                    "total": money(self.event.total_usd),
                },
                "month": None
                if self.estimate is None
                else {
                    "budget": money(self.estimate.budget_usd) if self.estimate.budget_usd.is_finite() else None,
                    "expected": money(self.estimate.expected_usd),
                    "worstCase": money(self.estimate.worst_case_usd),
                    "worstCaseWithBrake": None
                    if self.estimate.basis.brake is None
                    else money(round(self.estimate.bounded_usd, 8)),
                },
            },
            "minutes": {"columns": list(COLUMNS), **self.band.to_json()},
            "points": {
                "minutes": runs[0].point_minutes,
                "columns": list(COLUMNS),
                **self.band_of(runs[0].point_minutes).to_json(),
            },
            "runs": [_run(run) for run in runs],
            "inputs": [row.to_json() for row in self.rows],
            "assumptions": [*self.declared.notes, *self.assumptions],
            "reasons": [*self.judgement.broken, *self.judgement.missing],
            "verdict": self.verdict,
        }


@dataclass(frozen=True, slots=True)
class Band:
    """Minutes of several runs: rows of the series, columns as in COLUMNS; NaN where no run has a value."""

    median: Floats
    low: Floats
    """Lowest of the runs."""
    high: Floats
    """Highest of the runs."""

    @classmethod
    def of(cls, series: Sequence[Floats]) -> Band:
        """The band of runs of the same length."""
        stacked = np.stack(series)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # a minute that no run has a value for stays NaN
            return cls(np.nanmedian(stacked, axis=0), np.nanmin(stacked, axis=0), np.nanmax(stacked, axis=0))

    def to_json(self) -> dict[str, list[list[float | int | None]]]:
        """Its rows, rounded."""
        return {
            name: [[rounded(value, 3) for value in row] for row in getattr(self, name).tolist()]
            for name in ("median", "low", "high")
        }


def combined(values: Floats, size: int, combine: Callable[..., Floats]) -> Floats:
    """`values`, each `size` of them combined into one; a rest at the end is one more."""
    if size == 1:
        return values
    rest = -len(values) % size
    padded = np.concatenate([values, np.full((rest, *values.shape[1:]), np.nan)])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of minutes without any value nothing is known
        return combine(padded.reshape(-1, size, *values.shape[1:]), axis=1)


def _rang(run: RunResult, name: str) -> bool:
    return any(event.alarm == name and event.state is AlarmState.ALARM for event in run.alarm_events)


def _run(run: RunResult) -> dict[str, Any]:
    """One run in whole numbers, so that what arrived can be added up."""
    return {
        "seed": run.seed,
        "arrived": run.arrived,
        "arrivedWhileParked": run.arrived_parked,
        **{name: round(sum(run.total(column) for column in columns)) for name, columns in REQUESTS.items()},
        "inFlight": run.in_flight,
        "pending": run.pending,
        "waitingRetries": run.waiting_retries,
        "carriedIn": {
            "inFlight": run.carried.in_flight,
            "pending": run.carried.pending,
            "waitingRetries": run.carried.waiting_retries,
        },
        "fleetEvents": [
            {"at": event.at, "fleet": event.fleet, "kind": event.kind, "desired": event.desired, "detail": event.detail}
            for event in run.fleet_events
        ],
        "alarmEvents": [
            {"at": event.at, "alarm": event.alarm, "state": event.state.value} for event in run.alarm_events
        ],
        "finalAlarms": {name: state.value for name, state in run.alarm_states.items()},
    }
