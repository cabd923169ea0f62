"""The preview as a comment on a pull request."""

from __future__ import annotations

from workbench.preview.result import Preview
from workbench.report.comment import PreviewDocument
from workbench.report.comment import render as render_comment


def render(preview: Preview) -> str:
    """`preview` as GitHub-flavoured markdown, as `./plant comment` makes it from the JSON."""
    return render_comment([PreviewDocument.model_validate(preview.to_json())])
