"""A picture of a simulation: traffic, response times, fleet and dollars over time, as PNG or SVG.

Made to be read without colour: lines differ in style and carry their name, limits are drawn and labelled.
matplotlib is imported when a picture is drawn, and without a display.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final, cast

import numpy as np

from deployment.errors import InputError
from workbench.simulate.report import Report
from workbench.simulate.result import COLUMNS

FORMATS: Final = ("png", "svg")
LONGEST_NAME: Final = 44
"""Characters of the scenario that fit into the title."""


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours of a picture."""

    background: str
    text: str
    grid: str
    strong: str
    second: str
    third: str
    bad: str


# The Okabe-Ito palette (Okabe and Ito, "Color Universal Design", 2008), lightened or darkened for contrast.
THEMES: Final = {
    "light": Theme("#ffffff", "#1f2328", "#d8dee4", "#0059a0", "#7a5200", "#00664a", "#b23c00"),
    "dark": Theme("#0d1117", "#e6edf3", "#30363d", "#6cb6ff", "#e8b339", "#5bd1a5", "#ff9466"),
}
"""Name on the command line -> colours."""


def draw(report: Report, *, kind: str, theme: str) -> bytes:
    """The picture as the bytes of a file. Same report, same bytes. Raises InputError without minutes to show."""
    series = report.runs[0].series
    if len(series) < 2:
        raise InputError("a picture needs a simulation of at least two minutes")
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    colours = THEMES[theme]
    settings: dict[str, Any] = {
        "font.family": "DejaVu Sans",  # comes with matplotlib, so the bytes do not depend on the machine
        "font.size": 10,
        "svg.hashsalt": "plant",
        "svg.fonttype": "path",
        "text.color": colours.text,
        "axes.labelcolor": colours.text,
        "xtick.color": colours.text,
        "ytick.color": colours.text,
    }
    with mpl.rc_context(cast(Any, settings)):  # its keys are a literal type of 300 names
        figure = Figure(figsize=(11, 9.5), facecolor=colours.background, layout="constrained")
        panels = figure.subplots(4, 1, sharex=True, height_ratios=(1.0, 1.5, 1.0, 0.8))
        minutes = np.arange(1, len(series) + 1, dtype=float)  # a row is the minute that ends there
        for axes, fill in zip(panels, (_traffic, _latency, _fleet, _dollars), strict=True):
            axes.set_facecolor(colours.background)
            axes.grid(visible=True, color=colours.grid, linewidth=0.6)
            for side in ("top", "right"):
                axes.spines[side].set_visible(False)
            for side in ("left", "bottom"):
                axes.spines[side].set_color(colours.grid)
            fill(axes, minutes, _columns(series), report, colours)
        last = panels[-1]
        last.set_xlim(0, minutes[-1])
        last.set_xlabel("hours" if len(series) > 240 else "minutes")
        if len(series) > 240:
            last.xaxis.set_major_locator(mpl.ticker.MultipleLocator(60 * max(1, round(len(series) / 60 / 12))))
            last.xaxis.set_major_formatter(lambda value, _: f"{value / 60:g}")
        figure.align_ylabels(panels)
        figure.suptitle(_title(report), x=0.01, ha="left", fontsize=13, fontweight="bold")
        buffer = BytesIO()
        if kind == "svg":
            canvas: Any = FigureCanvasSVG(figure)  # its methods carry no types
            canvas.print_svg(buffer, metadata={"Date": None, "Creator": None})
        else:
            canvas = FigureCanvasAgg(figure)
            canvas.print_png(buffer, metadata={"Software": None})
        return _numbered_clips(buffer.getvalue()) if kind == "svg" else buffer.getvalue()


def _numbered_clips(svg: bytes) -> bytes:
    """`svg` with its clip paths numbered in order: matplotlib 3.11 names them by addresses in memory."""
    numbers: dict[bytes, bytes] = {}

    def number(match: re.Match[bytes]) -> bytes:
        return numbers.setdefault(match[0], b"clip%d" % len(numbers))

    return re.sub(rb"\bp[0-9a-f]{10}\b", number, svg)


Column = Callable[[str], np.ndarray]


def _columns(series: np.ndarray) -> Column:
    return lambda name: series[:, COLUMNS.index(name)]


def _title(report: Report) -> str:
    attained = report.attainment
    share = "no answers" if math.isnan(attained.mean) else f"{attained.mean:.1%} of the answers within budget"
    scenario = report.scenario if len(report.scenario) <= LONGEST_NAME else report.scenario[: LONGEST_NAME - 1] + "…"
    return f"{report.declared.stack}: {report.verdict}, {share} ({scenario})"


def _traffic(axes: Any, minutes: np.ndarray, column: Column, report: Report, theme: Theme) -> None:
    served, refused, broken = column("requests") / 60, column("refused") / 60, column("unavailable") / 60
    axes.set_ylabel("requests/s")
    lines = [(served, "-", theme.strong, "reached the load balancer")]
    if refused.any():
        lines.append((refused, "--", theme.bad, "refused by the firewall (429)"))
    if broken.any():
        lines.append((broken, ":", theme.bad, "no capacity (503)"))
    _draw_lines(axes, minutes, lines, theme)
    axes.set_ylim(0, None)


def _latency(axes: Any, minutes: np.ndarray, column: Column, report: Report, theme: Theme) -> None:
    from matplotlib.ticker import LogLocator, NullLocator

    promise = report.declared.promise
    p50, p95, p99 = column("p50_ms"), column("p95_ms"), column("p99_ms")
    axes.set_yscale("log")
    axes.set_ylabel("response time, ms")
    lines = [
        (p99, ":", theme.third, "p99"),
        (p95, "-", theme.strong, "p95"),
        (p50, "--", theme.second, "p50"),
    ]
    _draw_lines(axes, minutes, lines, theme)
    known = np.concatenate([p50, p99])
    known = known[~np.isnan(known)]
    budget, limit = promise.budget_seconds * 1000, promise.p95_limit_seconds * 1000
    low = min(known.min(initial=budget), budget) / 1.6
    high = max(known.max(initial=limit), limit) * 1.8
    axes.set_ylim(low, high)
    axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}" if value >= 1 else f"{value:g}")
    _limit(axes, budget, f"budget\n{budget:g} ms", theme)
    _limit(axes, limit, f"alert\n{limit:g} ms", theme)
    for event in report.runs[0].alarm_events:
        if event.state.value == "ALARM":
            axes.axvline(event.at / 60, color=theme.bad, linewidth=0.9, linestyle=(0, (1, 2)))


def _fleet(axes: Any, minutes: np.ndarray, column: Column, report: Report, theme: Theme) -> None:
    axes.set_ylabel("instances")
    lines = [
        (column("desired"), "--", theme.second, "desired"),
        (column("serving"), "-", theme.strong, "serving"),
    ]
    if column("canary_serving").any():
        lines.append((column("canary_serving"), ":", theme.third, "canary serving"))
    _draw_lines(axes, minutes, lines, theme, steps=True)
    maximum = report.declared.stable.max_size
    top = max(float(column("desired").max()), float(column("serving").max()))
    if maximum <= 3 * max(top, 1):
        _limit(axes, maximum, f"max_size\n{maximum}", theme)
        top = max(top, maximum)
    axes.set_ylim(0, top * 1.25 + 0.3)
    axes.yaxis.get_major_locator().set_params(integer=True)


def _dollars(axes: Any, minutes: np.ndarray, column: Column, report: Report, theme: Theme) -> None:
    axes.set_ylabel("US$ so far")
    if report.event is None:
        axes.text(0.5, 0.5, "not priced", ha="center", va="center", transform=axes.transAxes, color=theme.text)
        axes.set_yticks([])
        return
    instances = np.cumsum(column("serving") + column("starting"))
    requests = np.cumsum(column("requests") + column("refused"))
    share = [
        (float(report.event.fixed_usd), minutes),
        (float(report.event.instances_usd), instances),
        (float(report.event.requests_usd), requests),
    ]
    parts = [total * growth / growth[-1] if growth[-1] else np.zeros_like(minutes) for total, growth in share]
    lines = [
        (sum(parts), "-", theme.strong, "all"),
        (parts[0] + parts[1], "--", theme.second, "without requests"),
        (parts[0], ":", theme.third, "without instances"),
    ]
    _draw_lines(axes, minutes, lines, theme)
    axes.set_ylim(0, None)


def _limit(axes: Any, value: float, name: str, theme: Theme) -> None:
    """A limit with its name in the margin, where no line can run through it."""
    axes.axhline(value, color=theme.bad, linewidth=1.1, dashes=(6, 3))
    axes.annotate(
        name,
        (1.0, value),
        (6, 0),
        xycoords=axes.get_yaxis_transform(),
        textcoords="offset points",
        color=theme.bad,
        va="center",
        fontsize=9,
        annotation_clip=False,
    )


def _draw_lines(
    axes: Any,
    minutes: np.ndarray,
    lines: Sequence[tuple[Any, str, str, str]],
    theme: Theme,
    *,
    steps: bool = False,
) -> None:
    for values, style, colour, name in lines:
        drawstyle = "steps-pre" if steps else "default"
        axes.plot(minutes, values, linestyle=style, color=colour, linewidth=1.8, drawstyle=drawstyle, label=name)
    legend = axes.legend(
        loc="lower left", bbox_to_anchor=(0.0, 0.98), ncols=len(lines), frameon=False, fontsize=9, handlelength=3.2
    )
    for label in legend.get_texts():
        label.set_color(theme.text)
