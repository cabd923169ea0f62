"""Amazon OpenSearch Service: data, master and warm nodes by the hour, and their volumes."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from cost.charges import Amount, Charge, Unpriced
from cost.registry import Pricer
from cost.scope import Scope
from cost.uptime import Metering
from deployment import tokens

DEFAULT_TYPE: Final = "m4.large.search"
"""Node where none is declared (the provider's default)."""

FREE_IOPS: Final = 3000
FREE_IOPS_PER_GB: Final = 3
FREE_MBPS: Final = 125
LARGE_MBPS: Final = 250
LARGE_GB: Final = 170
GB_PER_STEP: Final = 3072
"""What a node's gp3 volume brings with it: 3,000 IOPS, or 3 a gigabyte; 125 MBps, from 170 GB on 250 for each 3 TB or
part of it (OpenSearch Service developer guide, gp3 volumes, 2026; Infracost's golden agrees)."""


def domain(scope: Scope) -> Iterator[Charge]:
    """Nodes of every kind that the domain declares, and the volumes of its data nodes."""
    nodes = scope.number("clusterConfig.instanceCount", 1) or Decimal(1)
    yield _nodes(scope, "Data nodes", scope.text("clusterConfig.instanceType") or DEFAULT_TYPE, nodes)
    if scope.flag("clusterConfig.dedicatedMasterEnabled"):
        kind = scope.text("clusterConfig.dedicatedMasterType")
        yield _nodes(scope, "Master nodes", kind, scope.number("clusterConfig.dedicatedMasterCount", 3))
    if scope.flag("clusterConfig.warmEnabled"):
        yield _nodes(
            scope, "Warm nodes", scope.text("clusterConfig.warmType"), scope.number("clusterConfig.warmCount", 2)
        )
        raise Unpriced("managed storage of warm nodes isn't priced")
    if scope.items("clusterConfig.nodeOptions"):
        raise Unpriced("coordinator nodes aren't priced")
    if scope.flag("ebsOptions.ebsEnabled"):
        yield from _volumes(scope, nodes)


def _nodes(scope: Scope, what: str, kind: str, count: Decimal) -> Charge:
    """Nodes; the type's old ending means the same node."""
    kind = kind.removesuffix(".elasticsearch") + ".search" if kind.endswith(".elasticsearch") else kind
    return scope.charge(f"{what} ({kind})", ("opensearch", kind), Amount.fixed(count), Metering.FULL_HOURS)


def _volumes(scope: Scope, nodes: Decimal) -> Iterator[Charge]:
    size, kind = scope.number("ebsOptions.volumeSize"), scope.text("ebsOptions.volumeType", "gp2")
    if not size:
        raise Unpriced("ebsOptions.volumeSize isn't declared, and storage is billed; set it")
    name = "magnetic" if kind == "standard" else kind
    every = Amount.fixed(size * nodes)
    yield scope.charge(f"Storage ({kind})", ("opensearch", f"{name}_gb_month"), every, Metering.PRORATED_SECONDS)
    iops = scope.number("ebsOptions.iops")
    if kind == "io1":
        more = Amount.fixed(iops * nodes)
        yield scope.charge("IOPS", ("opensearch", "io1_iops_month"), more, Metering.PRORATED_SECONDS)
    if kind == "gp3":
        extra_iops = iops - max(Decimal(FREE_IOPS), FREE_IOPS_PER_GB * size)
        steps = -(-int(size) // GB_PER_STEP)
        extra_mbps = scope.number("ebsOptions.throughput") - (LARGE_MBPS * steps if size >= LARGE_GB else FREE_MBPS)
        for what, key, extra in (("IOPS", "gp3_iops_month", extra_iops), ("Throughput", "gp3_mbps_month", extra_mbps)):
            if extra > 0:
                more = Amount.fixed(extra * nodes)
                yield scope.charge(what, ("opensearch", key), more, Metering.PRORATED_SECONDS)


PRICERS: Final = {
    tokens.OPENSEARCH[0]: Pricer(domain, twins=("aws_opensearch_domain",)),
    tokens.OPENSEARCH[1]: Pricer(domain, twins=("aws_elasticsearch_domain",)),
}
