"""Amazon Redshift: nodes of a provisioned cluster, managed storage of RA3 nodes, snapshots that are kept."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from cost.charges import ONE, Amount, Charge, Unpriced
from cost.registry import Pricer
from cost.scope import Scope, UsageKey
from cost.uptime import Metering
from deployment import tokens

MANAGED: Final = UsageKey("managed_storage_gb", Decimal(100), "gigabytes in managed storage of RA3 nodes")
BACKUP: Final = UsageKey("backup_storage_gb", Decimal(0), "gigabytes of snapshots that are billed")
SPECTRUM: Final = UsageKey("spectrum_data_scanned_tb", Decimal(0), "terabytes that Spectrum scans a month")


def cluster(scope: Scope) -> Iterator[Charge]:
    """Nodes by the second; storage and scans by what a usage file says of them."""
    kind = scope.text("nodeType")
    if not kind:
        raise Unpriced("its node type isn't declared (a snapshot's?); set nodeType")
    nodes = scope.number("numberOfNodes", 1) or Decimal(1)
    yield scope.charge(f"Nodes ({kind})", ("redshift", kind), Amount.fixed(nodes), Metering.SECONDS)
    if kind.startswith("ra3."):
        yield scope.kept("Managed storage", ("redshift", "managed_storage_gb_month"), scope.usage(MANAGED))
    if scope.given(BACKUP) is not None:
        yield scope.kept("Snapshots", ("redshift", "backup_gb_month"), scope.usage(BACKUP))
    yield from scope.used_where_given("Data scanned by Spectrum", ("redshift", "spectrum_tb"), SPECTRUM)
    if scope.flag("publiclyAccessible"):
        yield scope.charge("Public IPv4 address", ("vpc", "public_ipv4_hour"), ONE, Metering.SECONDS)
    if scope.flag("multiAz"):
        raise Unpriced("a second zone runs nodes of its own, which aren't priced")


PRICERS: Final = {
    tokens.REDSHIFT[0]: Pricer(cluster, twins=("aws_redshift_cluster",), usage=(MANAGED, BACKUP, SPECTRUM))
}
