"""Charts of the page: lines over minutes with a limit, and bars of dollars against a budget."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from workbench.report.page.svg import element, number, picture, text

WIDTH: Final = 480.0
LEFT: Final = 40.0
RIGHT: Final = 12.0
TOP: Final = 18.0
BOTTOM: Final = 24.0


Scale = Callable[[float], float]


@dataclass(frozen=True, slots=True)
class Series:
    """A line: one value a minute; NaN where there is none."""

    name: str
    values: Sequence[float]
    style: str
    """Class: strong, second or third; they differ in dashes, too."""
    steps: bool = False
    band: tuple[Sequence[float], Sequence[float]] | None = None
    """Lowest and highest of the runs, one value a minute; None where there is one run."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A level that is not to be passed."""

    name: str
    value: float


def lines(
    title: str, unit: str, series: Sequence[Series], limits: Sequence[Limit] = (), *, height: float = 150.0
) -> str:
    """Lines over minutes, each named at its highest point's side; the words below the picture say the extremes."""
    shown: list[Sequence[float]] = [values for one in series for values in (one.values, *(one.band or ()))]
    known = [value for values in shown for value in values if not math.isnan(value)]
    top = max([*known, *(limit.value for limit in limits), 1e-9]) * 1.12
    count = max(len(one.values) for one in series)

    def x(minute: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * minute / max(count - 1, 1)

    def y(value: float) -> float:
        return TOP + (height - TOP - BOTTOM) * (1 - value / top)

    heading = f"{title}, {unit}" if unit else title
    parts = [text(heading, LEFT, 12, class_="place")]
    for tick in _ticks(top):
        parts.append(element("path", d=f"M{number(LEFT)} {number(y(tick))} H{number(WIDTH - RIGHT)}", class_="grid"))
        parts.append(text(f"{tick:,.10g}", LEFT - 6, y(tick) + 4, class_="small", anchor="end"))
    parts += [
        text(f"{minute} min", x(minute), height - 6, class_="small", anchor="middle")
        for minute in range(0, count, max(1, 10 * round(count / 60)))
    ]
    for limit in limits:
        parts.append(
            element("path", d=f"M{number(LEFT)} {number(y(limit.value))} H{number(WIDTH - RIGHT)}", class_="limit")
        )
        parts.append(text(limit.name, WIDTH - RIGHT, y(limit.value) - 4, class_="limit-name", anchor="end"))
    legend = LEFT + 8 * (len(heading) + 2)
    for one in series:
        if one.band is not None:
            parts.append(element("path", d=_area(one.band, x, y), class_=f"band {one.style}"))
        parts.append(element("path", d=_line(one, x, y), class_=f"line {one.style}"))
        if len(series) > 1:
            parts.append(element("path", d=f"M{number(legend)} 8 h22", class_=f"line {one.style}"))
            parts.append(text(one.name, legend + 27, 12, class_="small"))
            legend += 27 + 7.5 * len(one.name) + 14
    told = "; ".join(_extremes(one, unit) for one in series)
    told += "".join(f"; {limit.name} at {limit.value:,.10g} {unit}" for limit in limits)
    return picture("".join(parts), WIDTH, height, title=title, description=told, class_="chart")


def _line(one: Series, x: Scale, y: Scale) -> str:
    words, pen = [], "M"
    for minute, value in enumerate(one.values):
        if math.isnan(value):
            pen = "M"
            continue
        if one.steps and pen == "L":
            words.append(f"H{number(x(minute))}")
        words.append(f"{pen}{number(x(minute))} {number(y(value))}")
        pen = "L"
    return "".join(words)


def _area(band: tuple[Sequence[float], Sequence[float]], x: Scale, y: Scale) -> str:
    """Between the lowest and the highest, a piece for each stretch of minutes that have both."""
    pieces: list[list[tuple[int, float, float]]] = [[]]
    for minute, (low, high) in enumerate(zip(*band, strict=True)):
        if math.isnan(low):
            pieces.append([])
        else:
            pieces[-1].append((minute, low, high))
    drawn = []
    for piece in filter(None, pieces):
        edge = [(minute, high) for minute, _, high in piece] + [(minute, low) for minute, low, _ in reversed(piece)]
        drawn.append("M" + "L".join(f"{number(x(minute))} {number(y(value))}" for minute, value in edge) + "Z")
    return "".join(drawn)


def _extremes(one: Series, unit: str) -> str:
    known = [value for value in one.values if not math.isnan(value)]
    if not known:
        return f"{one.name}: nothing"
    return f"{one.name} from {min(known):,.0f} to {max(known):,.0f} {unit}"


def _ticks(top: float) -> list[float]:
    """0 and one to four round numbers up to `top`; whole ones."""
    step = 10 ** math.floor(math.log10(top))
    for factor in (0.2, 0.5, 1, 2):
        if top / (step * factor) <= 4.5:
            step *= factor
            break
    step = max(step, 1.0)
    return [step * index for index in range(int(top / step) + 1)]
