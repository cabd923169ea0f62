"""Amazon Athena: SQL queries by the terabytes that they scan."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from cost.charges import Charge
from cost.registry import Pricer
from cost.scope import Scope, UsageKey
from deployment import tokens

SCANNED: Final = UsageKey("monthly_data_scanned_tb", Decimal("0.1"), "terabytes that queries scan a month")


def workgroup(scope: Scope) -> Iterator[Charge]:
    """What its queries scan; a disabled one runs none."""
    if scope.text("state", "ENABLED") != "DISABLED":
        yield scope.use("Queries: data scanned", ("athena", "scanned_tb"), scope.usage(SCANNED))


PRICERS: Final = {tokens.ATHENA_WORKGROUP[0]: Pricer(workgroup, twins=("aws_athena_workgroup",), usage=(SCANNED,))}
