"""The optimum for people and for programs."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, Final

from cost.money import text as money
from workbench.simulate.optimize.search import Limits, Optimum, Tried

FRONTIER_ROWS: Final = 12
FAILED_ROWS: Final = 5


def render(found: Optimum, limits: Limits, scenario: str) -> str:
    """Lines of text: frontier, best, cheaper neighbours."""
    return "\n".join(_lines(found, limits, scenario))


def _lines(found: Optimum, limits: Limits, scenario: str) -> Iterator[str]:
    yield (
        f"{len(found.tried)} candidates, {found.simulations} simulations of {scenario}, {found.seconds:.1f} s"
        f" ({found.rate_per_minute:,.0f} candidates a minute)"
    )
    yield (
        f"promise: {100 * limits.objective.attainment_ratio:g}% of the answers within budget; at most"
        f" ${limits.budget_usd:.2f} a month" + (", worst case included" if limits.worst_case_binds else "")
    )
    yield ""
    yield "frontier of cost against p95"
    yield f"  {'$/month':>8} {'worst':>8} {'p95 ms':>9} {'in budget':>9}  settings, and what binds"
    for each in found.frontier[:FRONTIER_ROWS]:
        yield _row(each, found.best)
    if found.best is None:
        yield ""
        yield "nothing holds; the cheapest candidates that come closest"
        closest = sorted(found.tried, key=lambda each: (len(each.binds), each.expected_usd))
        for each in closest[:FAILED_ROWS]:
            yield _row(each, None)
        if any(each.over_in_worst_case_only for each in closest):
            yield "  --ignore-worst-case finds those whose expected cost fits"
        yield from _read(found)
        yield f"verdict: {found.verdict}"
        return
    best = found.best
    yield ""
    yield f"cheapest that holds: {best.candidate}"
    yield (
        f"  ${best.expected_usd:.2f} a month expected, ${best.worst_usd:.2f} worst case;"
        f" target value {best.tracked:,} requests a minute (derived)"
    )
    if found.confirmed is not None:
        width = "" if math.isnan(found.confirmed.half_width) else f" ± {found.confirmed.half_width:.2%}"
        yield f"  {found.confirmed.mean:.2%}{width} of the answers within budget in runs of what --write leaves"
    yield "one step cheaper"
    for name, each in found.neighbours:
        yield f"  {name}: {each.candidate}: ${each.expected_usd:.2f}, fails: {'; '.join(each.binds)}"
    for reason in found.floors:
        yield f"  not considered, {reason}"
    yield from _read(found)
    yield "verdict: pass"


def _read(found: Optimum) -> Iterator[str]:
    for note in found.assumptions:
        yield f"note: {note}"
    for row in found.rows:
        yield from row.lines()


def _row(each: Tried, best: Tried | None) -> str:
    mark = "*" if each is best else " "
    why = "holds" if each.holds else "; ".join(each.binds)
    p95 = each.performance.p95_ms
    attained = each.performance.judgement.attainment.mean
    shown = "none" if math.isnan(p95) else f"{p95:,.0f}"
    share = "none" if math.isnan(attained) else f"{attained:.1%}"
    return f"{mark} {each.expected_usd:>8.2f} {each.worst_usd:>8.2f} {shown:>9} {share:>9}  {each.candidate}: {why}"


def to_json(found: Optimum, limits: Limits, scenario: str) -> dict[str, Any]:
    """JSON without anything that differs from run to run: the time it took stays out."""
    return {
        "scenario": scenario,
        "budget": money(limits.budget_usd),
        "attainmentRatio": limits.objective.attainment_ratio,
        "worstCaseBinds": limits.worst_case_binds,
        "inputs": [row.to_json() for row in found.rows],
        "assumptions": list(found.assumptions),
        "candidates": len(found.tried),
        "simulations": found.simulations,
        "holding": sum(1 for each in found.tried if each.holds),
        "best": None if found.best is None else _json(found.best) | {"settings": found.best.candidate.settings()},
        "confirmed": None if found.confirmed is None else found.confirmed.to_json(6),
        "neighbours": [{"setting": name} | _json(each) for name, each in found.neighbours],
        "floors": list(found.floors),
        "frontier": [_json(each) for each in found.frontier],
        "verdict": found.verdict,
    }


def _json(each: Tried) -> dict[str, Any]:
    performance, attained = each.performance, each.performance.judgement.attainment.mean
    return {
        "name": str(each.candidate),
        "expected": money(each.expected_usd),
        "worstCase": money(round(each.worst_usd, 8)),
        "p95Ms": None if math.isnan(performance.p95_ms) else round(performance.p95_ms, 3),
        "attainmentRatio": None if math.isnan(attained) else round(attained, 6),
        "targetValue": each.tracked,
        "binds": list(each.binds),
    }
