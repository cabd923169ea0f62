"""The preview as one self-contained HTML page."""

from __future__ import annotations

from workbench.preview.changes import Operation, in_words
from workbench.preview.result import Preview
from workbench.report.templating import environment
from workbench.report.values import pair


def render(preview: Preview) -> str:
    """`preview` as a page that needs nothing from the network, in light and dark."""
    changed = [change for change in preview.changes if change.operation is not Operation.SAME]
    before = preview.base_estimate
    return (
        environment()
        .get_template("preview.html.j2")
        .render(
            p=preview,
            summary=in_words(preview.changes, Operation) or "no resources",
            delta_usd=None if before is None else preview.estimate.expected_usd - before.expected_usd,
            shown=changed or preview.changes,
            lines=sorted(preview.estimate.lines, key=lambda line: -line.monthly_usd),
            waived=[(entry, 1) for entry in preview.assessment.waived],
            violations=preview.assessment.violations,
            pair=lambda found: pair(found.old, found.new, 120),
        )
    )
