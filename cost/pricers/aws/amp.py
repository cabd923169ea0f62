"""Amazon Managed Service for Prometheus: samples, queries and storage of a workspace."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from cost.charges import Charge
from cost.registry import Pricer
from cost.scope import Scope, UsageKey
from cost.uptime import Metering
from deployment import tokens

SAMPLES: Final = UsageKey("monthly_samples", Decimal(100_000_000), "metric samples that are ingested a month")
QUERIED: Final = UsageKey("monthly_query_samples", Decimal(0), "samples that queries and rules process a month")
STORED: Final = UsageKey("storage_gb", Decimal(0), "gigabytes of samples and metadata")


def workspace(scope: Scope) -> Iterator[Charge]:
    """Samples that are ingested; what is queried and stored, which the account's allowance mostly covers, where it is
    given."""
    yield scope.use("Metric samples", ("amp", "10m_samples"), scope.usage(SAMPLES))
    yield from scope.used_where_given("Query samples", ("amp", "billion_query_samples"), QUERIED)
    yield from scope.used_where_given("Storage", ("amp", "storage_gb_month"), STORED, Metering.STANDING)


PRICERS: Final = {
    tokens.PROMETHEUS[0]: Pricer(workspace, twins=("aws_prometheus_workspace",), usage=(SAMPLES, QUERIED, STORED))
}
