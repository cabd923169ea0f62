"""Simulated rollouts for people (a table) and for programs (JSON)."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final

from workbench.simulate.replications import Interval, interval, rounded
from workbench.simulate.rollout import CANARIES, GATES, SESSION_OVER, Comparison, Rollout
from workbench.simulate.table import lasting

GOOD: Final = CANARIES[0].name
DEAD: Final = CANARIES[-1].name
HEADS: Final = ("after", "requests to it", "affected", "wrong")
WIDTHS: Final = (12, 15, 13, 6)
"""Of the columns at least: they fit into 60 columns until a million requests come."""
MEANS: Final = {
    "lastedSeconds": "lasted_seconds",
    "exposedMinutes": "exposed_minutes",
    "requestsToCanary": "answered",
    "requestsAffected": "affected",
}
"""Key in JSON -> figure of a rollout; each has a mean over the seeds there, too."""


def wrong(name: str, rollout: Rollout) -> bool:
    """Whether the rollout promoted a bad version, or rolled a good one back."""
    return rollout.outcome == ("rolled back" if name == GOOD else "promoted") and rollout.reason != SESSION_OVER


def verdict(found: Comparison) -> str:
    """``blocked`` when this stack's rollout stopped a good version or promoted a dead one on any seed.

    ``inconclusive`` where none of a kind came to an end. What it does about versions in between is for people to judge.
    """
    own = {name: runs for (gate, name), runs in found.rollouts.items() if gate == next(iter(GATES))}
    plain = [(name, each) for name in (GOOD, DEAD) for each in own[name]]
    if any(wrong(name, each) for name, each in plain):
        return "blocked"
    ended = all(each.outcome != "under way" and each.reason != SESSION_OVER for _, each in plain)
    return "pass" if ended else "inconclusive"


def render(found: Comparison) -> str:
    """The rollouts as lines of text."""
    return "\n".join(_lines(found))


def _lines(found: Comparison) -> Iterator[str]:
    holds = ((percent, f" for {lasting(hold)}" if hold else "") for percent, hold in found.plan.steps)
    steps = " -> ".join(f"{percent} %{hold}" for percent, hold in holds)
    count = len(found.seeds)
    seeds = "1 seed" if count == 1 else f"{count} seeds, means ± 95 % confidence"
    yield f"{found.stack}: rollout under {found.scenario}, {seeds}"
    yield f"  {steps}; a look every {lasting(found.plan.poll_seconds)}, from {found.start:%Y-%m-%d %H:%M} UTC"
    for gate in GATES:
        yield ""
        yield gate
        # Narrow, for a terminal of 60 columns; reasons have no end and are told below, where a line may be broken.
        runs = {canary.name: found.rollouts[gate, canary.name] for canary in CANARIES}
        rows = [HEADS, *(_row(name, each) for name, each in runs.items())]
        widths = [max(1 + len(cell) for cell in column) for column in zip(*rows, strict=True)]
        for name, cells in zip(("version", *runs), rows, strict=True):
            told = (f"{cell:>{max(wide, least)}}" for cell, wide, least in zip(cells, widths, WIDTHS, strict=True))
            yield f"  {name:<10}" + "".join(told)
        for name, each in runs.items():
            yield f"  {name:<12} {_outcome(each)}"
    yield ""
    yield f"steps of this stack's rollout, seed {found.seeds[0]}"
    for canary in CANARIES:
        first = found.rollouts[next(iter(GATES)), canary.name][0]
        yield f"  {canary.name:<12} " + ("; ".join(_steps(first)) or first.reason or "no step began")
    yield ""
    yield (
        f"affected: attempts that the canary gave no good answer within {found.budget_ms:g} ms; wrong: a bad version"
        " promoted, or a good one rolled back"
    )
    yield (
        f"a version whose p95 stays under {found.limit_ms:g} ms passes each p95 gate, also over the budget:"
        " plant:slo.p95_threshold_ms decides"
    )
    for note in found.assumptions:
        yield f"note: {note}"
    for row in found.rows:
        yield from row.lines()
    yield f"verdict: {verdict(found)}"


def _outcome(runs: Sequence[Rollout]) -> str:
    told = []
    for outcome, count in Counter(each.outcome for each in runs).most_common():
        reasons = Counter(each.reason for each in runs if each.outcome == outcome and each.reason).most_common()
        others = ", or others" if len(reasons) > 1 else ""
        told.append(f"{count} {outcome}" + (f" ({reasons[0][0]}{others})" if reasons else ""))
    lasted, exposed = (_over(runs, figure).mean for figure in ("lasted_seconds", "exposed_minutes"))
    parked = f"; users met it for {lasting(60 * exposed)}, sessions alone" if round(lasted - 60 * exposed) > 0 else ""
    return ", ".join(told) + parked


def _over(runs: Sequence[Rollout], figure: str) -> Interval:
    return interval([getattr(each, figure) for each in runs])


def _row(name: str, runs: Sequence[Rollout]) -> tuple[str, ...]:
    after, _, answered, affected = (_over(runs, figure) for figure in MEANS.values())
    bad = sum(wrong(name, each) for each in runs)
    return lasting(after.mean), _span(answered), _span(affected), f"{bad}/{len(runs)}"


def _steps(rollout: Rollout) -> Iterator[str]:
    for step in rollout.steps:
        p95 = "no p95" if math.isnan(step.p95_ms) else f"p95 {step.p95_ms:,.0f} ms"
        measured = f" ({step.samples:,} samples, {p95})"
        if math.isnan(step.ended):
            yield f"{step.percent} % after {lasting(step.began)}" + (measured if rollout.outcome == "under way" else "")
        else:
            yield f"{step.percent} % until {lasting(step.ended)}{measured}"


def _span(value: Interval) -> str:
    width = "" if math.isnan(value.half_width) or not value.half_width else f" ± {value.half_width:,.0f}"
    return f"{value.mean:,.0f}{width}"


def to_json(found: Comparison) -> dict[str, Any]:
    """The rollouts as JSON: times in seconds from the start."""
    return {
        "stack": found.stack,
        "scenario": found.scenario,
        "start": found.start.isoformat(),
        "seeds": list(found.seeds),
        "steps": [{"percent": percent, "holdSeconds": hold} for percent, hold in found.plan.steps],
        "rollouts": [
            {
                "gate": gate,
                "version": name,
                "promoted": sum(each.outcome == "promoted" for each in runs),
                "rolledBack": sum(each.outcome == "rolled back" for each in runs),
                "wrong": sum(wrong(name, each) for each in runs),
                **{key: _over(runs, figure).to_json(3) for key, figure in MEANS.items()},
                "runs": [_run(seed, each) for seed, each in zip(found.seeds, runs, strict=True)],
            }
            for (gate, name), runs in found.rollouts.items()
        ],
        "inputs": [row.to_json() for row in found.rows],
        "assumptions": list(found.assumptions),
        "verdict": verdict(found),
    }


def _run(seed: int, each: Rollout) -> dict[str, Any]:
    return {
        "seed": seed,
        "outcome": each.outcome,
        "reason": each.reason,
        "endedSeconds": round(each.ended, 3),
        **{key: rounded(getattr(each, figure), 3) for key, figure in MEANS.items()},
        "steps": [
            {
                "percent": step.percent,
                "beganSeconds": round(step.began, 3),
                "endedSeconds": None if math.isnan(step.ended) else round(step.ended, 3),
                "samples": step.samples,
                "p95Ms": None if math.isnan(step.p95_ms) else round(step.p95_ms, 3),
            }
            for step in each.steps
        ],
    }
