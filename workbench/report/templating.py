"""Jinja2 as the reports use it: strict, escaped, and with filters that say how a thing is written."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import jinja2

from cost.money import text
from deployment.urn import name_of
from policies.assess import Waived
from workbench.preview.changes import Change, Operation, in_words
from workbench.preview.result import Preview
from workbench.report.money import change_in_dollars, dollars, signed_dollars
from workbench.report.values import pair

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
            summary=in_words(preview.changes, BY_RISK) or "no resources",
            delta_usd=None if before is None else preview.estimate.expected_usd - before.expected_usd,
            risky=[
                change
                for change in changed
                if change.operation in (Operation.DELETE, Operation.REPLACE) and change.resource.custom
            ],
            changed=sorted(changed, key=lambda change: BY_RISK.index(change.operation)),
            shown=changed or preview.changes,
            lines=sorted(preview.estimate.lines, key=lambda line: -line.monthly_usd),
            waived=_waived(preview),
            violations=sorted(preview.assessment.violations, key=lambda found: found.enforcement.value != "mandatory"),
        )
    )


def _waived(preview: Preview) -> list[tuple[Waived, int]]:
    """One entry for each waiver and resource, with how many findings it covers there."""
    found: dict[tuple[str, str], list[Waived]] = {}
    for entry in preview.assessment.waived:
        found.setdefault((entry.violation.rule.id, entry.violation.finding.urn), []).append(entry)
    return [(entries[0], len(entries)) for entries in found.values()]


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
        kind=lambda token: token.rpartition(":")[2],
        name=name_of,
        quantity=lambda number: f"{float(number):,.6g}",
        change=change_in_dollars,
        signed=lambda amount: "" if amount == Decimal(0) else signed_dollars(amount),
        pair=lambda found: pair(found.old, found.new, LONGEST_VALUE),
    )
    return environment


def _cell(words: Any) -> str:
    """Text that can't break out of a cell of a markdown table, nor be taken for HTML or a mention."""
    escaped = " ".join(str(words).split())
    for character in "\\|`*_[]<>@#":
        escaped = escaped.replace(character, "\\" + character if character in "\\|`*_[]" else f"&#{ord(character)};")
    return escaped


def _details(change: Change) -> str:
    """Properties that change, for a cell: path, old, new."""
    lines = []
    for found in change.properties:
        old, new = pair(found.old, found.new, LONGEST_VALUE)
        forces = " **forces replacement**" if found.forces_replacement else ""
        lines.append(f"{_cell(found.path)}: {_cell(old)} → {_cell(new)}{forces}")
    return "<br>".join(lines)
