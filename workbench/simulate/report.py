"""Results of a simulation for people (a table) and for programs (JSON, stable)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cost.estimate import Estimate
from cost.money import text as money
from workbench.simulate import kernel
from workbench.simulate.declaration import Declaration
from workbench.simulate.event_cost import EventCost
from workbench.simulate.predict import Prediction
from workbench.simulate.replications import Interval, interval
from workbench.simulate.result import COLUMNS, RunResult
from workbench.simulate.traffic.rows import RowReport


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """What the verdict asks for."""

    attainment_ratio: float = 0.95
    """Share of the answers that has to be good and within the budget: the budget is a p95 promise."""
    windows_ratio: float = 1.0
    """Share of the judged p95 windows that has to keep the alarm's limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One scenario: declaration, runs, cost and verdict."""

    scenario: str
    """The profiles and files as given."""
    declared: Declaration
    runs: Sequence[RunResult]
    prediction: Prediction
    objective: Objective
    estimate: Estimate | None = None
    """The month; None when the stack could not be priced."""
    event: EventCost | None = None
    """The event, of the first run."""
    rows: Sequence[RowReport] = ()
    """What was read from files."""

    @property
    def attainment(self) -> Interval:
        """Good answers within the budget, share of the attempts that the firewall let through."""
        budget = self.declared.promise.budget_seconds
        return interval([run.attainment_ratio(budget) for run in self.runs])

    @property
    def p95_ms(self) -> Interval:
        """95th percentile over the whole run."""
        return interval([run.quantile_ms(0.95) for run in self.runs])

    @property
    def windows(self) -> Interval:
        """Share of the judged p95 windows within the limit; NaN when none had samples enough."""
        return interval([run.windows_within / run.windows if run.windows else math.nan for run in self.runs])

    @property
    def verdict(self) -> str:
        """``pass``, ``blocked``, or ``inconclusive`` when no request was answered."""
        attained = self.attainment
        if math.isnan(attained.mean):
            return "inconclusive"
        low = attained.mean if math.isnan(attained.half_width) else attained.low
        windows = self.windows.mean
        held = low >= self.objective.attainment_ratio and (
            math.isnan(windows) or windows >= self.objective.windows_ratio
        )
        return "pass" if held else "blocked"

    def to_json(self) -> dict[str, Any]:
        """The report as JSON: times in seconds from the start, money as decimal strings."""
        first = self.runs[0]
        promise = self.declared.promise
        return {
            "stack": self.declared.stack,
            "scenario": self.scenario,
            "durationSeconds": first.duration_seconds,
            "seeds": [run.seed for run in self.runs],
            "objective": {
                "budgetMs": promise.budget_seconds * 1000,
                "attainmentRatio": self.objective.attainment_ratio,
                "p95LimitMs": promise.p95_limit_seconds * 1000,
                "windowsRatio": self.objective.windows_ratio,
            },
            "slo": {
                "attainment": _interval(self.attainment, 6),
                "p95Ms": _interval(self.p95_ms, 3),
                "windowsWithin": _interval(self.windows, 6),
                "windowsJudged": first.windows,
                "windowsInconclusive": first.windows_inconclusive,
            },
            "requests": {
                name: round(first.total(column))
                for name, column in (
                    ("attempts", kernel.OFFERED),
                    ("answered", kernel.COMPLETED),
                    ("failed", kernel.FAILED),
                    ("refused", kernel.REFUSED),
                    ("timedOut", kernel.TIMED_OUT),
                    ("retried", kernel.RETRIED),
                    ("lost", kernel.LOST),
                )
            }
            | {
                "arrived": first.arrived,
                "unavailable": round(first.total(kernel.NO_TARGET) + first.total(kernel.BUSY)),
                "inFlight": first.in_flight,
                "waitingRetries": first.waiting_retries,
            },
            "fleet": {
                "instanceHours": {name: round(value / 3600, 4) for name, value in first.instance_seconds.items()},
                "spotHours": {name: round(value / 3600, 4) for name, value in first.spot_seconds.items()},
                "maxServing": first.max_serving,
                "events": [
                    {
                        "at": event.at,
                        "fleet": event.fleet,
                        "kind": event.kind,
                        "desired": event.desired,
                        "detail": event.detail,
                    }
                    for event in first.fleet_events
                ],
            },
            "alarms": {
                "events": [
                    {"at": event.at, "alarm": event.alarm, "state": event.state.value} for event in first.alarm_events
                ],
                "final": {name: state.value for name, state in first.alarm_states.items()},
                "lowSamplePeriods": {name: count for name, count in first.low_sample_periods.items() if count},
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
                    "budget": money(self.estimate.budget_usd),
                    "expected": money(self.estimate.expected_usd),
                    "worstCase": money(self.estimate.worst_case_usd),
                },
            },
            "minutes": {
                "columns": list(COLUMNS),
                "rows": [[_number(value, 3) for value in row] for row in first.series.tolist()],
            },
            "inputs": [{"file": row.source, "rows": row.good, "badRows": row.bad} for row in self.rows],
            "assumptions": list(self.declared.notes),
            "verdict": self.verdict,
        }


def _number(value: float, digits: int) -> float | int | None:
    if math.isnan(value) or math.isinf(value):
        return None
    rounded = round(value, digits)
    return int(rounded) if rounded == int(rounded) else rounded


def _interval(value: Interval, digits: int) -> dict[str, float | int | None]:
    return {"mean": _number(value.mean, digits), "halfWidth95": _number(value.half_width, digits)}
