"""Amazon Managed Grafana: users that are active in a month."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from cost.charges import Charge, Driver
from cost.registry import Pricer
from cost.scope import Scope, UsageKey
from deployment import tokens

EDITORS: Final = UsageKey(
    "editors_administrator_licenses", Decimal(1), "administrators and editors that are active in a month, one at least"
)
VIEWERS: Final = UsageKey("viewer_licenses", Decimal(0), "viewers that are active in a month")


def workspace(scope: Scope) -> Iterator[Charge]:
    """Active users of the workspace."""
    yield scope.use("Editors", ("grafana", "editor_month"), scope.usage(EDITORS), Driver.EVENTS)
    yield from scope.used_where_given("Viewers", ("grafana", "viewer_month"), VIEWERS)


PRICERS: Final = {
    tokens.GRAFANA[0]: Pricer(workspace, twins=("aws_grafana_workspace",), usage=(EDITORS, VIEWERS)),
}
