"""Writes the page about an audit: in the style of the report, readable without script or network."""

from __future__ import annotations

from cost.estimate import plain
from workbench.audit.summary import Found, Summary
from workbench.report.money import signed_dollars
from workbench.report.templating import environment

MOST_ROWS = 500
"""Rows of a table that the page shows; the JSON and the Parquet file have all."""


def render(summary: Summary, *, tags: tuple[str, ...] = (), script: bool = True) -> str:
    """The page about `summary`; `script` adds the few lines that sort its tables."""
    totals = [
        ("Project", summary.by_project),
        ("Account", summary.by_account),
        ("Region", summary.by_region),
        ("Service", summary.by_service),
        *((f"Tag {key}", summary.by_tag[key]) for key in summary.tag_keys(tags)),
    ]
    return (
        environment()
        .get_template("audit.html.j2")
        .render(
            s=summary,
            script=script,
            totals=[(name, found.dearest_first) for name, found in totals if found.dearest_first],
            most=MOST_ROWS,
            where=_where,
            plain=plain,
            signed=signed_dollars,
        )
    )


def _where(found: Found) -> str:
    """The first stacks, and how many more there are."""
    rest = found.stacks - len(found.places)
    return ", ".join(found.places) + (f" and {rest:,} more" if rest else "")
