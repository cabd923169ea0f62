"""The preview as a comment on a pull request."""

from __future__ import annotations

from workbench.preview.result import Preview
from workbench.report.templating import render_preview


def render(preview: Preview) -> str:
    """`preview` as GitHub-flavoured markdown: the verdict first, what can lose data before what can't."""
    return render_preview("preview.md.j2", preview)
