"""A picture of a simulation: traffic, response times, errors, fleet, CPU credits and dollars, as PNG or SVG."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any, Final

import numpy as np

from deployment.errors import InputError
from workbench.simulate.alarms import AlarmState
from workbench.simulate.kernel import Floats
from workbench.simulate.picture.canvas import (
    Frame,
    Line,
    draw_empty,
    draw_line,
    legend,
    limit,
    paint,
    time_axis,
)
from workbench.simulate.report import Report, combined

LONGEST_NAME: Final = 60
"""Characters of the scenario that fit into the title."""
_ERRORS: Final = ("refused", "unreached", "unavailable", "timed_out", "abandoned", "failed")
_DASHES: Final = tuple(
    (0, pattern)
    for pattern in ((1, 2), (4, 2), (6, 2, 1, 2), (10, 3), (4, 2, 1, 2, 1, 2), (1, 5), (8, 2, 4, 2), (2, 2))
)
"""Of alarm lines, one for each alarm; all that ring after these share a line of their own."""


def draw(report: Report, frame: Frame) -> bytes:
    """The picture as the bytes of a file. Same report, same bytes. Raises InputError without minutes to show."""
    length = len(report.runs[0].series)
    if length < 2:
        raise InputError("a picture needs a simulation of more than a minute")
    view = _View.of(report, frame)
    panels: list[tuple[float, Callable[[Any, _View], None]]] = [(1.5, _traffic), (2.4, _latency), (1.1, _errors)]
    panels.append((1.5, _fleet))
    if not np.isnan(view.median("least_credits")).all():
        panels.append((1.2, _credits))
    panels.append((1.5, _dollars))

    def fill(axes: Any) -> None:
        for each, (_, panel) in zip(axes, panels, strict=True):
            panel(each, view)
            legend(each, frame)
        time_axis(axes[-1], report.minutes, frame)

    return paint(frame, _title(report, view.size), [height for height, _ in panels], fill)


@dataclass(frozen=True, slots=True)
class _View:
    """A report by the points that are drawn."""

    report: Report
    frame: Frame
    size: int
    """Minutes that one point stands for."""
    times: Floats
    """Ends of the points, minutes; the last may be cut short."""
    values: Mapping[str, Floats]
    """Column -> [run, point]."""

    @classmethod
    def of(cls, report: Report, frame: Frame) -> _View:
        size = report.runs[0].point_minutes
        values = report.points(size)
        ends = np.minimum((np.arange(values["requests"].shape[1]) + 1.0) * size, report.minutes)
        return cls(report, frame, size, ends, values)

    def median(self, name: str) -> Floats:
        """Median over the runs."""
        return _ignoring(np.nanmedian, self.values[name])

    def line(self, name: str, style: Any, colour: str, values: Floats) -> Line:
        """Median and band of [run, point]."""
        if len(values) == 1:
            return Line(name, style, colour, values[0])
        return Line(
            name,
            style,
            colour,
            _ignoring(np.nanmedian, values),
            _ignoring(np.nanmin, values),
            _ignoring(np.nanmax, values),
        )


def _ignoring(combine: Callable[..., Floats], values: Floats) -> Floats:
    """`combine` over the runs; NaN where no run has a value."""
    found: Floats = combined(values, len(values), combine)[0] if len(values) > 1 else values[0]
    return found


def _title(report: Report, size: int) -> str:
    attained, count = report.attainment, len(report.runs)
    share = "no answers" if math.isnan(attained.mean) else f"{attained.mean:.1%} of the answers within budget"
    scenario = report.scenario if len(report.scenario) <= LONGEST_NAME else report.scenario[: LONGEST_NAME - 1] + "…"
    runs = "one run" if count == 1 else f"mean of {count} runs; lines are medians, bands the lowest and highest run"
    # A number and its unit stay on one line.
    length = f"{size}\u00a0minutes" if size < 60 else f"{size / 60:g}\u00a0h"
    points = "" if size == 1 else f"; a point is {length}"
    return f"{report.declared.stack}: {report.verdict}, {share} ({runs}{points}) - {scenario}"


def _traffic(axes: Any, view: _View) -> None:
    theme, values = view.frame.colours, view.values
    axes.set_ylabel("requests/s")
    lines = [("at the load balancer", "-", theme.strong, values["requests"])]
    if values["refused"].any():
        lines.append(("refused by the firewall (429)", "--", theme.bad, values["refused"]))
    if values["unreached"].any():
        lines.append(("while the stack is parked", ":", theme.second, values["unreached"]))
    for name, style, colour, counts in lines:
        draw_line(axes, view.times, view.line(name, style, colour, counts / 60))
    axes.set_ylim(0, None)


def _latency(axes: Any, view: _View) -> None:
    from matplotlib.ticker import LogLocator, NullLocator

    theme, report, promise = view.frame.colours, view.report, view.report.declared.promise
    axes.set_yscale("log")
    axes.set_ylabel("response time, ms")
    for name, style, colour in (("p99", ":", theme.third), ("p95", "-", theme.strong), ("p50", "--", theme.second)):
        draw_line(axes, view.times, view.line(name, style, colour, view.values[f"{name}_ms"]))
    known = np.concatenate([view.values["p50_ms"].ravel(), view.values["p99_ms"].ravel()])
    known = known[~np.isnan(known)]
    budget, alert = promise.budget_seconds * 1000, promise.p95_limit_seconds * 1000
    low = min(known.min(initial=budget), budget, alert) / 1.6
    high = max(known.max(initial=alert), alert, budget) * 1.8
    axes.set_ylim(low, high)
    axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if high / low < 1000 else (1.0,)))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}" if value >= 1 else f"{value:g}")
    limit(axes, budget, f"budget {budget:g} ms", theme)
    limit(axes, alert, f"p95 alert {alert:g} ms", theme, (0, (2, 2)))
    draw_empty(axes, view.times, np.isnan(view.median("p95_ms")), "no answers", theme)
    rang: dict[str, list[float]] = {}
    for event in report.runs[0].alarm_events:
        if event.state is AlarmState.ALARM:
            rang.setdefault(event.alarm, []).append(event.at / 60)
    names = list(rang)
    told = [(f"alarm {name}", rang[name]) for name in names[: len(_DASHES)]]
    if more := names[len(_DASHES) :]:
        told.append((f"{len(more)} more alarms", [moment for name in more for moment in rang[name]]))
    for (name, moments), dashes in zip(told, (*_DASHES, "-"), strict=False):
        for place, moment in enumerate(moments):
            label = f"{name} (seed {report.runs[0].seed})" if place == 0 else None
            axes.axvline(moment, color=theme.text, linewidth=1.0, linestyle=dashes, label=label)


def _errors(axes: Any, view: _View) -> None:
    theme, values = view.frame.colours, view.values
    axes.set_ylabel("errors, %")
    bad = sum(values[name] for name in _ERRORS)
    with np.errstate(invalid="ignore", divide="ignore"):
        # Of those that ended: an answer may come minutes after its attempt, when there are more or fewer of these.
        share = 100 * bad / (bad + values["good"])
    draw_line(axes, view.times, view.line("attempts without a good answer", "-", theme.bad, share))
    draw_empty(axes, view.times, np.isnan(_ignoring(np.nanmedian, share)), "no requests", theme)
    axes.set_ylim(0, max(1.0, 1.05 * float(np.nanmax(share, initial=0.0))))


def _fleet(axes: Any, view: _View) -> None:
    theme, values, stable = view.frame.colours, view.values, view.report.declared.stable
    axes.set_ylabel(view.report.declared.served_by)
    lines = [("desired", "--", theme.second), ("serving", "-", theme.strong)]
    if values["canary_serving"].any():
        lines.append(("canary_serving", ":", theme.third))
    for name, style, colour in lines:
        draw_line(axes, view.times, view.line(name.replace("_", " "), style, colour, values[name]), steps=True)
    top = max(float(np.nanmax(values[name])) for name, *_ in lines)
    if stable.max_size <= 3 * max(top, 1):
        limit(axes, stable.max_size, f"max_size {stable.max_size}", theme)
        top = max(top, stable.max_size)
    axes.set_ylim(0, top * 1.15 + 0.3)
    axes.yaxis.get_major_locator().set_params(integer=True)


def _credits(axes: Any, view: _View) -> None:
    axes.set_ylabel("CPU credits")
    line = view.line("target with the fewest", "-", view.frame.colours.strong, view.values["least_credits"])
    draw_line(axes, view.times, line)
    axes.set_ylim(0, None)


def _dollars(axes: Any, view: _View) -> None:
    theme, event = view.frame.colours, view.report.event
    axes.set_ylabel("US$ so far")
    if event is None:
        axes.text(0.5, 0.5, "not priced", ha="center", va="center", transform=axes.transAxes, color=theme.text)
        axes.set_yticks([])
        return
    growth, in_sessions = partial(_growth, view), float(event.sessions_usd)
    standing = (float(event.fixed_usd) - in_sessions) * growth() + in_sessions * _opened(view)
    running, coming = growth("serving", "starting", "canary_serving"), growth("requests", "refused")
    sums = {
        "what stands anyway": (event.fixed_usd, standing),
        view.report.declared.served_by: (event.instances_usd, float(event.instances_usd) * running),
        "requests": (event.requests_usd, float(event.requests_usd) * coming),
    }
    # With its dollars: a part of a thousandth is a line, and its name all that shows of it.
    parts = {f"{name} ${_short(usd)}": so_far for name, (usd, so_far) in sums.items()}
    colours = (theme.third, theme.strong, theme.second)
    stacks = axes.stackplot(view.times, *parts.values(), labels=list(parts), colors=colours, alpha=0.75, linewidth=0)
    for area, hatch in zip(stacks, ("", "//", ".."), strict=True):
        area.set_hatch(hatch)
        area.set_edgecolor(theme.background)
    axes.set_ylim(0, None)


def _opened(view: _View) -> Floats:
    """Share up to each point of the time that the stack is not parked."""
    report, run = view.report, view.report.runs[0]
    sessions = report.declared.sessions
    if sessions is None or run.open_seconds in (0.0, run.duration_seconds):
        return _growth(view)
    changes = [*sessions.changes(report.start, run.duration_seconds), (run.duration_seconds, True)]
    moments = np.array([min(moment, run.duration_seconds) for moment, _ in changes])
    opened = np.cumsum([0.0, *(0.0 if parked else 1.0 for _, parked in changes[:-1])] * np.diff(moments, prepend=0.0))
    share: Floats = np.interp(view.times * 60, moments, opened / opened[-1])
    return share


def _short(usd: Decimal) -> str:
    return f"{usd:.2f}" if usd >= Decimal("0.1") else f"{usd:.4f}"


def _growth(view: _View, *names: str) -> Floats:
    """Share of the whole up to each point, of the sum of columns; of time, without any."""
    amount = sum((np.nan_to_num(view.median(name)) for name in names), np.zeros(len(view.times)))
    lengths = np.diff(view.times, prepend=0.0)
    running = np.cumsum(lengths * amount if names and amount.any() else lengths)
    share: Floats = running / running[-1]
    return share
