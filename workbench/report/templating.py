"""Jinja2 as the reports use it: strict, escaped, and with filters that say how a thing is written."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import jinja2

from policies.cost.money import text
from workbench.preview.changes import Change, Operation
from workbench.preview.result import Preview
from workbench.report.money import change_in_dollars, dollars, signed_dollars

TEMPLATES: Final = Path(__file__).with_name("templates")
LONGEST_VALUE: Final = 120
"""Characters of an old or new value that a report shows."""

BY_RISK: Final = (Operation.DELETE, Operation.REPLACE, Operation.UPDATE, Operation.CREATE, Operation.SAME)
"""Operations, the one that can lose data first."""


def render_preview(template: str, preview: Preview) -> str:
    """`preview` through one of the templates (a file name; `.html.j2` is escaped, `.md.j2` escapes by filters)."""
    changed = [change for change in preview.changes if change.operation is not Operation.SAME]
    if preview.base is None:
        changed = []  # everything is created: the list would say nothing
    before = preview.base_estimate
    return (
        _environment()
        .get_template(template)
        .render(
            p=preview,
            summary=_summary(preview),
            delta_usd=None if before is None else preview.estimate.expected_usd - before.expected_usd,
            risky=[change for change in changed if change.operation in (Operation.DELETE, Operation.REPLACE)],
            changed=sorted(changed, key=lambda change: BY_RISK.index(change.operation)),
            shown=changed or preview.changes,
            lines=sorted(preview.estimate.lines, key=lambda line: -line.monthly_usd),
            violations=sorted(preview.assessment.violations, key=lambda found: found.enforcement.value != "mandatory"),
        )
    )


def _summary(preview: Preview) -> str:
    number = dict.fromkeys(BY_RISK, 0)
    for change in preview.changes:
        number[change.operation] += 1
    words = [f"{number[op]} to {op.value}" for op in BY_RISK if op is not Operation.SAME and number[op]]
    if number[Operation.SAME]:
        words.append(f"{number[Operation.SAME]} unchanged")
    return ", ".join(words) or "no resources"


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        undefined=jinja2.StrictUndefined,
        autoescape=jinja2.select_autoescape(enabled_extensions=("html.j2",)),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        cell=_cell,
        details=_details,
        dollars=dollars,
        exact=lambda amount: f"${text(amount)}",
        hours=lambda hours: f"{hours:.0f}",
        kind=lambda token: token.rpartition(":")[2],
        name=lambda urn: urn.rpartition("::")[2],
        quantity=lambda number: f"{float(number):,.6g}",
        change=change_in_dollars,
        signed=lambda amount: "" if amount == Decimal(0) else signed_dollars(amount),
        value=_value,
    )
    return environment


def _value(value: Any) -> str:
    words = "(none)" if value is None else str(value)
    return words if len(words) <= LONGEST_VALUE else words[: LONGEST_VALUE - 1] + "…"


def _cell(words: Any) -> str:
    """Text that can't break out of a cell of a markdown table, nor be taken for HTML or a mention."""
    escaped = " ".join(str(words).split())
    for character in "\\|`*_[]<>@#":
        escaped = escaped.replace(character, "\\" + character if character in "\\|`*_[]" else f"&#{ord(character)};")
    return escaped


def _details(change: Change) -> str:
    """Properties that change, for a cell: path, old, new."""
    return "<br>".join(
        f"{_cell(found.path)}: {_cell(_value(found.old))} → {_cell(_value(found.new))}"
        + (" **forces replacement**" if found.forces_replacement else "")
        for found in change.properties
    )
