"""A simulation report as text for a terminal."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

import numpy as np

from infra.burstable import burstable_type
from workbench.simulate import kernel
from workbench.simulate.alarms import AlarmState
from workbench.simulate.kernel import Floats
from workbench.simulate.replications import Interval
from workbench.simulate.report import Report
from workbench.simulate.result import COLUMNS

EVENTS: Final = 12
"""Fleet and alarm events that are listed; the rest is counted."""

COLUMN_WIDTH: Final = 8
FIRST: Final = ("requests", "p95_ms", "serving", "unreached", "refused", "unavailable", "p99_ms", "desired", "p50_ms")
"""Columns of the timeline, the one that stays longest where the terminal is narrow first."""

_SHOWN: Final = (
    ("requests", "req/min", "{:,.0f}"),
    ("p50_ms", "p50 ms", "{:.0f}"),
    ("p95_ms", "p95 ms", "{:.0f}"),
    ("p99_ms", "p99 ms", "{:.0f}"),
    ("refused", "refused", "{:,.0f}"),
    ("unreached", "parked", "{:,.0f}"),
    ("unavailable", "5xx", "{:,.0f}"),
    ("desired", "desired", "{:.3g}"),
    ("serving", "serving", "{:.3g}"),
    ("least_credits", "credits", "{:.1f}"),
)


def render(report: Report, width: int = 80) -> str:
    """The report as lines of text; of the timeline as many columns as `width` holds."""
    return "\n".join([*_head(report), "", *_timeline(report, width), "", *_events(report), "", *_foot(report)])


def _head(report: Report) -> Iterator[str]:
    runs, promise = report.runs, report.declared.promise
    count = len(runs)
    yield (
        f"{report.declared.stack}: {report.scenario}, {lasting(runs[0].duration_seconds)},"
        f" {count} run{'s' if count != 1 else ''}" + (", means ± 95 % confidence" if count > 1 else "")
    )
    yield (
        f"  requests        {_span(report.requests('attempts'))} at the load balancer,"
        f" {_span(report.requests('refused'))} refused (429)"
    )
    cut = report.over(run.total(kernel.CUT) for run in runs)
    failed = report.over(run.total(kernel.FAILED) - run.total(kernel.CUT) for run in runs)
    yield (
        f"  failures        {f'{_span(cut)} x 502, ' if cut.mean else ''}{_span(report.requests('unavailable'))} x 503,"
        f" {_span(report.requests('timedOut'))} x 504, {_span(report.requests('abandoned'))} given up by clients,"
        f" {_span(failed)} x 5xx of the application; {_span(report.requests('lost'))} requests lost after retries"
    )
    parked, unreached = report.over(run.arrived_parked for run in runs), report.requests("unreached")
    if unreached.mean:
        yield (
            f"  parked          {_span(parked)} requests came while the stack was parked; {_span(unreached)} attempts"
            " found nobody, which is no answer within the budget"
        )
    yield (
        f"  within budget   {_share(report.attainment)} of the answers in {promise.budget_seconds * 1000:g} ms"
        f" (promised {100 * report.objective.attainment_ratio:g}%)"
    )
    predicted = _predicted(report)
    p95 = "none" if math.isnan(report.p95_ms.mean) else f"{_span(report.p95_ms, 1)} ms"
    left = report.requests("abandoned").mean + report.requests("timedOut").mean
    unheard = ", answers that nobody waited for included" if left else ""
    yield f"  p95             {p95} over all{unheard}; predicted {predicted} at the declared peak"
    windows, within = (sum(getattr(run, name) for run in runs) for name in ("windows", "windows_within"))
    few = sum(run.windows_inconclusive for run in runs)
    judged = f"{within} of {windows} windows of all runs kept {promise.p95_limit_seconds * 1000:g} ms"
    yield f"  p95 by window   {judged}" + (f"; {few} had too few samples" if few else "")
    hours = ", ".join(
        f"{name} {_span(report.over(run.instance_seconds[name] / 3600 for run in runs), 2)} h"
        for name in runs[0].instance_seconds
    )
    yield f"  {report.declared.served_by:<15} {hours}; at most {max(run.max_serving for run in runs)} at once"


def _predicted(report: Report) -> str:
    value = report.prediction.p95_ms
    bounds = dict.fromkeys(f"{bound:.0f}" for bound in (report.prediction.p95_optimistic_ms, value))
    return "unbounded" if math.isinf(value) else f"{' to '.join(bounds)} ms"


def _timeline(report: Report, width: int) -> Iterator[str]:
    if not len(report.band.median):
        return
    step = report.runs[0].row_minutes
    series = report.band_of(step).median
    found = {name: _column(series[:, COLUMNS.index(name)], title, form) for name, title, form in _SHOWN}
    if np.isnan(series[:, COLUMNS.index("least_credits")]).all():
        del found["least_credits"]
    if not series[:, COLUMNS.index("unreached")].any():
        del found["unreached"]
    last = report.runs[0].duration_seconds
    times = ["time", *(clock(min((index + 1) * step * 60, last)) for index in range(len(series)))]
    first = max(map(len, times))
    wide = {name: max(COLUMN_WIDTH, *(len(cell) + 1 for cell in cells)) for name, cells in found.items()}
    for name in (*(each for each in found if each not in FIRST), *reversed(FIRST)):
        if first + sum(wide.values()) > width:
            del wide[name]
    yield (
        ("by the minute" if step == 1 else f"a row for each {lasting(60 * step)}, up to its time")
        + (", the median of the runs" if len(report.runs) > 1 else "")
    )
    for index, time in enumerate(times):
        yield f"{time:>{first}}" + "".join(f"{found[name][index]:>{size}}" for name, size in wide.items())


def _column(values: Floats, title: str, form: str) -> list[str]:
    """A column of the timeline: its title, and its cells."""
    return [title, *("-" if math.isnan(value) else form.format(value) for value in values)]


def _events(report: Report) -> Iterator[str]:
    first = report.runs[0]
    happened = [(event.at, f"{event.fleet}: {event.kind}, {event.detail}") for event in first.fleet_events]
    rung: set[str] = set()
    for event in first.alarm_events:
        # An alarm's first OK is no news.
        if event.alarm in rung or event.state is not AlarmState.OK:
            happened.append((event.at, f"alarm {event.alarm}: {event.state.value}"))
            rung.add(event.alarm)
    happened.sort(key=lambda each: each[0])
    yield f"events of the run with seed {first.seed} ({len(happened)})"
    times = [clock(at) for at, _ in happened[:EVENTS]]
    wide = max(map(len, times), default=0)
    for time, (_, what) in zip(times, happened, strict=False):
        yield f"{time:>{wide}}  {what}"
    if len(happened) > EVENTS:
        yield f"{'':>{wide}}  and {len(happened) - EVENTS} more (--format json has all, of all runs)"


def _foot(report: Report) -> Iterator[str]:
    if report.event is not None and report.estimate is not None:
        event, month = report.event, report.estimate
        length = lasting(report.runs[0].duration_seconds)
        yield (
            f"cost of these {length}   ${event.total_usd:.2f} at list price, mean of the runs:"
            f" {report.declared.served_by} ${event.instances_usd:.4f}, requests ${event.requests_usd:.4f}, what stands"
            f" anyway ${event.fixed_usd:.4f}; allowances are the month's, and taken off there alone"
        )
        budget = f"budget ${month.budget_usd:.2f}" if month.budget_usd.is_finite() else "no budget"
        braked = "" if month.basis.brake is None else f" (${month.bounded_usd:.2f} with the spend brake)"
        yield (
            f"cost of the month   ${month.expected_usd:.2f} expected, ${month.worst_case_usd:.2f} worst case{braked},"
            f" {budget}, allowances taken off"
        )
    for name in report.declared.unwatched:
        yield f"note: alarm {name} watches something that is not simulated"
    for note in (*report.declared.notes, *report.assumptions):
        yield f"note: {note}"
    sustained = report.prediction.sustained_rps
    if sustained is not None:
        name = report.declared.stable.instance_type
        kind = burstable_type(name)
        at_start = f"with {kind.launch_credits:g}" if kind and kind.launch_credits else "without any"
        yield (
            f"note: without CPU credits one {name} serves {sustained:.1f} requests/s; what is asked of it beyond that"
            f" waits for credits to be earned, and a new instance starts {at_start}"
        )
    for row in report.rows:
        yield from row.lines()
    reasons = (*report.judgement.broken, *report.judgement.missing)
    yield f"verdict: {report.verdict}" + (f" ({'; '.join(reasons)})" if reasons else "")


def clock(seconds: float) -> str:
    """``1:05:00``, since the start."""
    hours, rest = divmod(round(seconds), 3600)
    minutes, second = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{second:02}"


def lasting(seconds: float) -> str:
    """``58 d 3 h``, ``26 h 17 min``, ``24 min``: a length of time in at most two units; days from the fourth on."""
    left = round(seconds)
    parts: list[str] = []
    for name, size in (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1)):
        if name == "d" and left < 4 * size:
            continue
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count} {name}")
        elif parts:
            break
    return " ".join(parts[:2]) or "0 s"


def _share(value: Interval) -> str:
    if math.isnan(value.mean):
        return "none"
    return f"{value.mean:.2%}" + ("" if math.isnan(value.half_width) else f" ± {value.half_width:.2%}")


def _span(value: Interval, digits: int = 0) -> str:
    if math.isnan(value.mean):
        return "none"
    width = "" if math.isnan(value.half_width) or not value.half_width else f" ± {value.half_width:,.{digits}f}"
    return f"{value.mean:,.{digits}f}{width}"
