"""What all pictures share: colours, the canvas as the bytes of a file, the axis of time, lines with bands, legends.

Made to be read without colour: lines differ in style and carry their name in a legend above their panel, where nothing
runs through it. matplotlib is imported when a picture is drawn, and without a display.
"""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import takewhile
from typing import Any, Final, cast

import numpy as np

from workbench.simulate.metrics import STEP_MINUTES

FORMATS: Final = ("png", "svg")
PIXELS_PER_INCH: Final = 100
LEFT_OF_A_LEGEND: Final = 75
"""Pixels of labels and ticks there."""
LEGEND_LINE: Final = 7
"""Letters that the line beside a name in a legend takes the room of."""
NARROW: Final = 700
"""Pixels under which there are fewer ticks and columns."""
_MARKS: Final = {"1 min": 1, "10 min": 10, "1 h": 60, "6 h": 360, "1 d": 1440, "7 d": 10_080, "28 d": 40_320}
"""Ticks of a logarithmic axis, in minutes."""


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


@dataclass(frozen=True, slots=True)
class Frame:
    """How large a picture is, and of what kind."""

    kind: str
    """png or svg."""
    theme: str
    """Name of a theme."""
    width: int = 1200
    """Pixels."""

    @property
    def colours(self) -> Theme:
        """The theme's colours."""
        return THEMES[self.theme]

    @property
    def narrow(self) -> bool:
        """Whether there is little room."""
        return self.width < NARROW


def paint(frame: Frame, title: str, heights: list[float], fill: Callable[[Any], None]) -> bytes:
    """The bytes of a picture of panels one above the other; `fill` draws into them. Same input, same bytes."""
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    colours = frame.colours
    settings: dict[str, Any] = {
        "font.family": "DejaVu Sans",  # comes with matplotlib, so the bytes do not depend on the machine
        "font.size": 8 if frame.narrow else 10,
        "text.parse_math": False,  # names of files and alarms are no formulas
        "svg.hashsalt": "plant",
        "svg.fonttype": "path",
        "text.color": colours.text,
        "axes.labelcolor": colours.text,
        "axes.facecolor": colours.background,
        "xtick.color": colours.text,
        "ytick.color": colours.text,
    }
    with mpl.rc_context(cast(Any, settings)), warnings.catch_warnings():  # its keys are a literal type of 300 names
        warnings.filterwarnings("ignore", "Glyph .* missing")  # a box is drawn, which the name beside it in text tells
        size = (frame.width / PIXELS_PER_INCH, sum(heights) + 1.0)
        figure = Figure(figsize=size, dpi=PIXELS_PER_INCH, facecolor=colours.background, layout="constrained")
        panels = np.atleast_1d(figure.subplots(len(heights), 1, sharex=True, height_ratios=heights))
        for axes in panels:
            axes.grid(visible=True, color=colours.grid, linewidth=0.6)
            for side in ("top", "right"):
                axes.spines[side].set_visible(False)
            for side in ("left", "bottom"):
                axes.spines[side].set_color(colours.grid)
        fill(panels)
        figure.align_ylabels(panels)
        points = 9 if frame.narrow else 13
        figure.suptitle(
            _wrapped(title, frame.width / (points * 0.95)), x=0.01, ha="left", fontsize=points, fontweight="bold"
        )
        buffer = BytesIO()
        if frame.kind == "svg":
            canvas: Any = FigureCanvasSVG(figure)  # its methods carry no types
            canvas.print_svg(buffer, metadata={"Date": None, "Creator": None})
            return _numbered_clips(buffer.getvalue())
        canvas = FigureCanvasAgg(figure)
        canvas.print_png(buffer, metadata={"Software": None})
        return buffer.getvalue()


def _wrapped(text: str, characters: float) -> str:
    import textwrap

    return "\n".join(textwrap.wrap(text, max(20, int(characters))))


def _numbered_clips(svg: bytes) -> bytes:
    """`svg` with its clip paths numbered in order: matplotlib 3.11 names them by addresses in memory."""
    numbers: dict[bytes, bytes] = {}

    def number(match: re.Match[bytes]) -> bytes:
        return numbers.setdefault(match[0], b"clip%d" % len(numbers))

    return re.sub(rb"\bp[0-9a-f]{10}\b", number, svg)


def time_axis(axes: Any, minutes: float, frame: Frame) -> None:
    """Ticks at whole minutes, hours or days, no more than fit; `axes` has minutes."""
    from matplotlib.ticker import MultipleLocator

    most = 6 if frame.narrow else 13
    least = 60 if minutes >= 180 else 1  # hours are told in hours
    step = next((each for each in STEP_MINUTES if each >= least and minutes / each <= most), STEP_MINUTES[-1])
    unit, name = (1440, "days") if step >= 1440 else (60, "hours") if step >= 60 else (1, "minutes")
    axes.set_xlim(0, minutes)
    axes.xaxis.set_major_locator(MultipleLocator(step))
    axes.xaxis.set_major_formatter(lambda value, _: f"{value / unit:g}")
    axes.set_xlabel(name)


def log_time_axis(axes: Any, minutes: float) -> None:
    """Minutes beside days: equal ratios of time since the start are equally far apart; `axes` has minutes."""
    from matplotlib.ticker import FixedFormatter, FixedLocator, NullLocator

    axes.set_xscale("log")
    axes.set_xlim(1, minutes)
    axes.xaxis.set_major_locator(FixedLocator(list(_MARKS.values())))
    axes.xaxis.set_major_formatter(FixedFormatter(list(_MARKS)))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlabel("since the start, logarithmic")


@dataclass(frozen=True, slots=True)
class Line:
    """A median over runs, and between which values all runs lie."""

    name: str
    style: Any
    colour: str
    median: np.ndarray
    low: np.ndarray | None = None
    high: np.ndarray | None = None


def draw_line(axes: Any, times: np.ndarray, line: Line, *, steps: bool = False) -> None:
    """The line with its band; values that stand alone, between minutes without any, are points."""
    drawstyle = "steps-pre" if steps else "default"
    axes.plot(times, line.median, linestyle=line.style, color=line.colour, lw=1.6, drawstyle=drawstyle, label=line.name)
    if line.low is not None and line.high is not None:
        step = "pre" if steps else None
        axes.fill_between(times, line.low, line.high, color=line.colour, alpha=0.22, linewidth=0, step=step)
    known = ~np.isnan(line.median)
    before, after = np.concatenate([[False], known[:-1]]), np.concatenate([known[1:], [False]])
    alone = known & ~before & ~after
    if alone.any():
        axes.plot(times[alone], line.median[alone], linestyle="", marker=".", markersize=4, color=line.colour)


def draw_empty(axes: Any, times: np.ndarray, empty: np.ndarray, name: str, theme: Theme) -> None:
    """Minutes without anything to show, as points along the bottom."""
    if empty.any():
        axes.plot(
            times[empty],
            np.full(int(empty.sum()), 0.02),
            linestyle="",
            marker="|",
            markersize=4,
            color=theme.text,
            transform=axes.get_xaxis_transform(),
            label=name,
        )


def limit(axes: Any, value: float, name: str, theme: Theme, style: Any = (0, (6, 3))) -> None:
    """A limit, named in the legend."""
    axes.axhline(value, color=theme.bad, linewidth=1.1, linestyle=style, label=name)


def legend(axes: Any, frame: Frame) -> None:
    """The legend above the panel, in as many columns as fit; the picture grows by its rows, and long names are cut."""
    handles, labels = axes.get_legend_handles_labels()
    if not labels:
        return
    size = 7 if frame.narrow else 9
    letter, room = size * 0.62 * PIXELS_PER_INCH / 72, frame.width - LEFT_OF_A_LEGEND
    labels = shortened(labels, int(room / letter) - LEGEND_LINE)
    columns = max(1, min(len(labels), int(room / ((max(map(len, labels)) + LEGEND_LINE) * letter))))
    found = axes.legend(
        handles,
        labels,
        loc="lower left",
        bbox_to_anchor=(0.0, 1.0),
        ncols=columns,
        frameon=False,
        fontsize=size,
        handlelength=2.6,
        borderaxespad=0.2,
        borderpad=0.2,
        columnspacing=1.2,
    )
    for text in found.get_texts():
        text.set_color(frame.colours.text)
    width, height = axes.figure.get_size_inches()
    axes.figure.set_size_inches(width, height + (math.ceil(len(labels) / columns) - 1) * 1.55 * size / 72)


def shortened(labels: Sequence[str], most: int) -> list[str]:
    """`labels` without their middle where they are longer than `most`: names differ at their ends.

    Those that would be cut alike lose their ends, and keep where they differ from the others.
    """
    half = most // 2
    cut = [one if len(one) <= most else f"{one[:half]}…{one[len(one) - (most - half - 1) :]}" for one in labels]
    apart = []
    for label, short in zip(labels, cut, strict=True):
        alike = [other for other, its in zip(labels, cut, strict=True) if its == short and other != label]
        if alike:
            same = [takewhile(lambda pair: pair[0] == pair[1], zip(label, other, strict=False)) for other in alike]
            differs = max(len([*each]) for each in same)
            begin = min(max(differs - half, 0), len(label) - most + 2)
            short = f"…{label[begin : begin + most - 2]}…"
        apart.append(short)
    return apart
