"""Amazon Redshift Serverless: processing units while queries run, and managed storage."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from cost.charges import Amount, Charge, Unpriced
from cost.registry import Pricer
from cost.scope import Scope, UsageKey, Used
from cost.uptime import MONTH_HOURS
from deployment import tokens

HOURS: Final = UsageKey("monthly_hours", Decimal(10), "hours a month in which queries run")
STORED: Final = UsageKey("managed_storage_gb", Decimal(100), "gigabytes in managed storage")

DEFAULT_UNITS: Final = Decimal(128)
"""Base capacity where none is declared (Amazon Redshift management guide, Redshift Serverless capacity, 2026)."""


def workgroup(scope: Scope) -> Iterator[Charge]:
    """Base capacity for the hours in which queries run; in the worst case they run without pause, and take all that
    scaling may reach. Raises Unpriced without a largest capacity."""
    units, hours = scope.number("baseCapacity", DEFAULT_UNITS) or DEFAULT_UNITS, scope.usage(HOURS)
    most = max(units, scope.number("maxCapacity"))
    amount = Amount(
        hours.amount.floor * units, hours.amount.expected * units, max(MONTH_HOURS, hours.amount.worst) * most
    )
    yield scope.use(
        f"Queries ({units.normalize():f} RPUs)", ("redshift", "serverless_rpu_hour"), Used(amount, hours.assumed)
    )
    if not scope.number("maxCapacity"):
        raise Unpriced("maxCapacity isn't declared, so there is no largest number of processing units")


def namespace(scope: Scope) -> Iterator[Charge]:
    """What is stored."""
    yield scope.kept("Managed storage", ("redshift", "managed_storage_gb_month"), scope.usage(STORED))


PRICERS: Final = {
    tokens.REDSHIFT_WORKGROUP[0]: Pricer(workgroup, twins=("aws_redshiftserverless_workgroup",), usage=(HOURS,)),
    tokens.REDSHIFT_NAMESPACE[0]: Pricer(namespace, twins=("aws_redshiftserverless_namespace",), usage=(STORED,)),
}
