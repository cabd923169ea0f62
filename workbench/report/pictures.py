"""Pictures of README and docs: what a stack is and how it takes a spike, and a preview in a terminal; light and dark.

They are what the commands show, drawn anew by `./plant docs`.
"""

from __future__ import annotations

import dataclasses
import json
import re
import tempfile
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

from workbench.report.page import topology_svg
from workbench.report.page.charts import WIDTH as CHART_WIDTH
from workbench.report.page.svg import element, picture, text
from workbench.report.templating import TEMPLATES

if TYPE_CHECKING:
    from workbench.preview.result import Preview
    from workbench.report.page.view import View

STACK: Final = "dev"
CHANGE: Final = "plant:fleet.max_size=6"
"""What the terminal's picture tries: a setting whose worst case is over the budget."""
THEMES: Final = ("light", "dark")
COLUMNS: Final = 88
"""Width of the terminal."""
TERMINAL_ROWS: Final = 35


def pictures() -> dict[str, str]:
    """File in the repository -> its content."""
    import datetime

    from workbench.report.page.view import view

    # The day decides the month alone, which no picture shows.
    shown = view(STACK, base=None, day=datetime.date(2027, 1, 1))
    hero = _hero(shown)
    found = {f"docs/pictures/hero-{theme}.svg": _themed(hero, theme) for theme in THEMES}
    return {**found, "docs/pictures/terminal.svg": _terminal(_tried())}


def _hero(shown: View) -> str:
    """The request path, and below it traffic and response times of a spike, beside one another."""
    parts: list[str] = []
    bottom = topology_svg.path_across(shown.topology, topology_svg.WIDE, parts)
    if shown.spike is not None:
        for index, chart in enumerate(shown.spike.charts[:2]):
            parts.append(_nested(chart, index * (1000 - CHART_WIDTH), bottom + 18))
    words = "" if shown.spike is None else shown.spike.words
    parts.append(text(words, 0, bottom + 190, class_="small"))
    return picture(
        "".join(parts),
        1000,
        bottom + 200,
        title=f"The stack {shown.name} and a spike of ten times its peak",
        description=f"{shown.topology.described} {words}",
    )


def _nested(chart: str, x: float, y: float) -> str:
    """A picture inside of another, at a place."""
    return chart.replace("<svg ", f'<svg x="{x:g}" y="{y:g}" width="{CHART_WIDTH:g}" height="150" ', 1)


def _themed(svg: str, theme: str) -> str:
    # The page's colours: the first rule of its style has those of light, the second those of dark.
    rules = re.findall(r":root \{[^}]*?(--paper:[^}]*)\}", (TEMPLATES / "report.css").read_text("utf-8"))
    style = f":root {{ {rules[THEMES.index(theme)]} }}\n{(TEMPLATES / 'picture.css').read_text('utf-8')}"
    paper = element("rect", x=-12.0, y=-12.0, width=1024.0, height=2000.0, style="fill: var(--paper)")
    head, rest = svg.split("</desc>", 1)
    width, height = head.split('viewBox="0 0 ', 1)[1].split('"', 1)[0].split(" ")
    wider = head.replace(f'viewBox="0 0 {width} {height}"', f'viewBox="-12 -12 1024 {float(height) + 24:g}"', 1)
    return f"{wider}</desc><style>{style}</style>{paper}{rest}\n"


def _tried() -> Preview:
    """The preview of a change that is too dear, compared with the stack as it is."""
    from workbench.preview.result import preview
    from workbench.preview.synthesis import synthesize

    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder) / "main.json"
        base.write_text(json.dumps(synthesize(STACK)), encoding="utf-8")
        key, _, value = CHANGE.partition("=")
        found = preview(STACK, {key: value}, str(base))
    return dataclasses.replace(found, base="main")


def _terminal(found: Preview) -> str:
    """What `./plant preview` prints, as rich draws a terminal, without its fonts from the network."""
    from rich.console import Console
    from rich.text import Text

    from workbench.report.preview_text import render

    console = Console(record=True, width=COLUMNS, file=StringIO(), force_terminal=True, color_system="standard")
    printed = render(found, colours=True, width=COLUMNS).splitlines()
    console.print(Text(f"$ ./plant preview --base main -c {CHANGE}", "bold"))
    console.print(Text.from_ansi("\n".join(printed[:TERMINAL_ROWS])))
    svg = console.export_svg(title="plant", unique_id="plant")
    return re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL).replace("Fira Code", "ui-monospace") + "\n"
