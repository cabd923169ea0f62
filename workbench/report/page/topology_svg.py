"""Draws a topology: wide for screens and paper, narrow for phones."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from workbench.report.money import dollars
from workbench.report.page.svg import element, picture, shortened, text
from workbench.report.page.topology import AROUND, PATH, TITLES, Block, Topology

BLOCK_HEIGHT: Final = 46.0
GAP: Final = 10.0
HEADING: Final = 26.0
CHARACTER: Final = 7.2
"""Width of a character of a title, in the units of the picture; generous, so that nothing is cut by its box."""

SMALL_CHARACTER: Final = 5.6
"""The same below it."""
CLEAR: Final = 3
"""Characters between a name and its marks: where a name is cut, its letters may be wide ones."""
IN_SESSIONS: Final = ", in sessions"


@dataclass(frozen=True, slots=True)
class Form:
    """Measures of a picture."""

    width: float
    block: float
    """Width of a block."""
    columns: int
    """Blocks beside one another, around the path."""
    across: bool
    """Whether the path runs from left to right, or from top to bottom."""


WIDE: Final = Form(width=1000.0, block=216.0, columns=4, across=True)
NARROW: Final = Form(width=360.0, block=172.0, columns=2, across=False)


def draw(found: Topology, form: Form, *, title: str) -> str:
    """The picture."""
    parts: list[str] = []
    y = path_across(found, form, parts) if form.across else _path_down(found, form, parts)
    for place in AROUND:
        blocks = found.blocks.get(place, ())
        if blocks:
            parts.append(text(TITLES[place], 0, y + 16, class_="place"))
            y = _grid(blocks, form, 0.0, y + HEADING, parts) + GAP
    return picture("".join(parts), form.width, y, title=title, description=found.described, class_="topology")


def path_across(found: Topology, form: Form, parts: list[str]) -> float:
    """Users and the three places of the path side by side; returns where the next thing begins."""
    users = 64.0
    arrow = (form.width - users - 3 * form.block) / 3
    rows = max(len(found.blocks.get(place, ())) for place in PATH)
    top = HEADING + 14
    height = max(rows, 1) * (BLOCK_HEIGHT + GAP) - GAP
    middle = top + BLOCK_HEIGHT / 2  # of the first row, where each place has a block
    parts.append(_users(0.0, middle - 24, users))
    x = users
    for place in PATH:
        way = found.ways.get(place, "")
        # Users reach the first block of the front door; behind it each fleet and each store is reached.
        reached = 1 if place == PATH[0] else max(len(found.blocks.get(place, ())), 1)
        parts.append(_fork(x + 4, x + arrow - 6, [middle + row * (BLOCK_HEIGHT + GAP) for row in range(reached)]))
        if way:
            for index, line in enumerate(way.split(", ")[:2]):
                parts.append(text(line, x + arrow / 2 - 1, middle - 8 - 13 * index, class_="way", anchor="middle"))
        x += arrow
        if place == "compute":
            enclosed = 2 * form.block + arrow
            parts.append(
                element("rect", x=x - 8, y=4.0, width=enclosed + 7, height=height + top + 24, rx=8, class_="boundary")
            )
            parts.append(
                text(shortened(found.boundary, 78), x + enclosed - 8, top + height + 18, class_="small", anchor="end")
            )
        parts.append(text(TITLES[place], x, top - 8, class_="place"))
        for index, block in enumerate(found.blocks.get(place, ())):
            parts.append(
                _block(block, x, top + index * (BLOCK_HEIGHT + GAP), form.block - (8 if place == "data" else 0))
            )
        x += form.block
    return top + height + 40


def _path_down(found: Topology, form: Form, parts: list[str]) -> float:
    parts.append(_users(0.0, 0.0, 64.0))
    y = 56.0
    for place in PATH:
        blocks = found.blocks.get(place, ())
        parts.append(_arrow(32.0, y, 32.0, y + 22))
        parts.append(
            text(
                " ".join((TITLES[place], f"by {way}" if (way := found.ways.get(place)) else "")),
                48,
                y + 17,
                class_="place",
            )
        )
        y = _grid(blocks, form, 0.0, y + 30, parts) + 6
    for line in textwrap.wrap(f"Fleets and data are inside {found.boundary}.", 52):
        parts.append(text(line, 0, y + 8, class_="small"))
        y += 16
    return y + 12


def _grid(items: Sequence[Block], form: Form, x: float, y: float, parts: list[str]) -> float:
    step = (form.width - form.block) / (form.columns - 1)
    for index, block in enumerate(items):
        row, column = divmod(index, form.columns)
        parts.append(_block(block, x + column * step, y + row * (BLOCK_HEIGHT + GAP), form.block))
    rows = -(-len(items) // form.columns)
    return y + rows * (BLOCK_HEIGHT + GAP)


def _block(block: Block, x: float, y: float, width: float) -> str:
    classes = ["block"]
    if block.lent:
        classes.append("lent")
    elif block.parked:
        classes.append("parked")
    if block.changes:
        classes.append("changed")
    room = int((width - 20) / CHARACTER)
    marks = block.marks
    title = shortened(block.title, room - len(marks) - CLEAR if marks else room)
    if block.lent:
        below = "lent, not charged"
    else:
        number = len(block.resources)
        below = f"{number} resource{'s' if number != 1 else ''}"
        if block.expected_usd:
            below += f", {dollars(block.expected_usd)}"
        # Where there is no room, the dashed outline says it alone.
        if block.parked and len(below) + len(IN_SESSIONS) <= int((width - 16) / SMALL_CHARACTER):
            below += IN_SESSIONS
    content = element("rect", x=x, y=y, width=width, height=BLOCK_HEIGHT, rx=6)
    content += text(title, x + 10, y + 19, class_="name")
    if marks:
        content += text(marks, x + width - 10, y + 19, class_="marks", anchor="end")
    content += text(shortened(below, int((width - 16) / SMALL_CHARACTER)), x + 10, y + 36, class_="small")
    return element("g", content, class_=" ".join(classes))


def _users(x: float, y: float, width: float) -> str:
    head = element("circle", cx=x + 20, cy=y + 12, r=8, class_="figure")
    body = element("path", d=f"M{x + 6:.1f} {y + 38:.1f} a14 14 0 0 1 28 0 z", class_="figure")
    return head + body + text("Users", x, y + 54 if width > 60 else y + 52, class_="place")


def _fork(x1: float, x2: float, ends: Sequence[float]) -> str:
    """An arrow from left to right at the first of `ends`, with a branch to each other one."""
    stem = x2 - 16
    branches = [
        element("path", d=f"M{stem:.1f} {ends[0]:.1f} V{end:.1f}", class_="arrow") + _arrow(stem, end, x2, end)
        for end in ends[1:]
    ]
    return _arrow(x1, ends[0], x2, ends[0]) + "".join(branches)


def _arrow(x1: float, y1: float, x2: float, y2: float) -> str:
    line = element("path", d=f"M{x1:.1f} {y1:.1f} L{x2:.1f} {y2:.1f}", class_="arrow")
    tip = f"M{x2 + 5:.1f} {y2:.1f} l-9 -5 v10 z" if y1 == y2 else f"M{x2:.1f} {y2 + 5:.1f} l-5 -9 h10 z"
    return line + element("path", d=tip, class_="tip")
