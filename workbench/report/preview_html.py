"""The preview as one self-contained HTML page."""

from __future__ import annotations

from workbench.preview.result import Preview
from workbench.report.templating import render_preview


def render(preview: Preview) -> str:
    """`preview` as a page that needs nothing from the network, in light and dark."""
    return render_preview("preview.html.j2", preview)
