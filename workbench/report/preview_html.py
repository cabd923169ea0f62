"""The preview as one self-contained HTML page: the report's, without a simulation and without script."""

from __future__ import annotations

from deployment.day import today_utc
from workbench.preview.result import Preview
from workbench.report.page import page
from workbench.report.page.view import view_of


def render(preview: Preview) -> str:
    """`preview` as a page that needs nothing from the network, in light and dark."""
    return page.render([view_of(preview, day=today_utc(), simulate=False)], script=False)
