"""Aurora DSQL: processing units and storage of a cluster."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from cost.charges import Charge, Unpriced
from cost.registry import Pricer
from cost.scope import Scope, UsageKey
from deployment import tokens

UNITS: Final = UsageKey("monthly_dpus", Decimal(1_000_000), "distributed processing units a month")
STORED: Final = UsageKey("storage_gb", Decimal(10), "gigabytes of the cluster")


def cluster(scope: Scope) -> Iterator[Charge]:
    """Processing units, of which an idle cluster uses none, and storage."""
    if scope.items("multiRegionProperties"):
        raise Unpriced("a cluster over several Regions isn't priced: writes and storage count in each of them")
    yield scope.use("Processing units", ("dsql", "million_dpus"), scope.usage(UNITS))
    yield scope.kept("Storage", ("dsql", "storage_gb_month"), scope.usage(STORED))


PRICERS: Final = {tokens.DISTRIBUTED_DB[0]: Pricer(cluster, twins=("aws_dsql_cluster",), usage=(UNITS, STORED))}
