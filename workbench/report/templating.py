"""Jinja2 as the reports use it: strict, escaped, and with filters that say how a thing is written."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Final

import jinja2

from cost.money import text
from policies.finding import WAYS_APART
from workbench.report.markdown import code, words
from workbench.report.money import change_between, change_in_dollars, dollars, signed_dollars
from workbench.report.names import resource_name
from workbench.simulate.predict import APART

TEMPLATES: Final = Path(__file__).with_name("templates")


@cache
def environment() -> jinja2.Environment:
    """Templates of this folder: `.html.j2` is escaped, `.md.j2` escapes by the filters `code` and `words`.

    It keeps what it compiled, which takes longer than to fill it in.
    """
    found = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        undefined=jinja2.StrictUndefined,
        autoescape=jinja2.select_autoescape(enabled_extensions=("html.j2",)),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters.update(
        code=code,
        words=words,
        dollars=dollars,
        exact=lambda amount: f"${text(amount)}",
        name=resource_name,
        quantity=lambda number: f"{float(number):,.6g}",
        change=change_in_dollars,
        change_from=change_between,
        counted=_counted,
        sentences=lambda told: told.split(APART),
        ways=lambda remedy: remedy.split(WAYS_APART),
        signed=lambda amount: "" if amount == Decimal(0) else signed_dollars(amount),
    )
    return found


def _counted(changes: Mapping[str, int]) -> str:
    """``3 to create, 1 unchanged``."""
    words_of = [f"{count} to {operation}" for operation, count in changes.items() if count and operation != "same"]
    if changes.get("same"):
        words_of.append(f"{changes['same']} unchanged")
    return ", ".join(words_of) or "no resources"
