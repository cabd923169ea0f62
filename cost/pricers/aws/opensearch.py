"""Amazon OpenSearch Service: data, master and warm nodes by the hour, and their volumes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from cost.catalogue import Price
from cost.charges import Amount, Charge, Unpriced
from cost.compute import priced_as
from cost.lifecycle import Support, has_lifecycle, version_of
from cost.registry import Pricer
from cost.scope import Scope
from cost.uptime import MONTH_HOURS, Metering
from deployment import tokens

DEFAULT_ELASTICSEARCH: Final = "1.5"
"""Version of a domain of the older type where none is declared (the provider's default)."""

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


NORMALIZED: Final = {
    "nano": Decimal("0.25"),
    "micro": Decimal("0.5"),
    "small": Decimal(1),
    "medium": Decimal(2),
    "large": Decimal(4),
}
"""What an hour of a node counts as in extended support, by its size; an ``Nxlarge`` counts 8N (OpenSearch Service
developer guide, calculating extended support charges, 2026-10)."""


EXTENDED_SUPPORT: Final = "extended_support_normalized_hour"


def domain(scope: Scope) -> Iterator[Charge]:
    """Nodes of every kind that the domain declares, and the volumes of its data nodes."""
    nodes = scope.number("clusterConfig.instanceCount", 1) or Decimal(1)
    yield from _nodes(scope, "Data nodes", scope.text("clusterConfig.instanceType") or DEFAULT_TYPE, nodes)
    if scope.flag("clusterConfig.dedicatedMasterEnabled"):
        kind = scope.text("clusterConfig.dedicatedMasterType")
        yield from _nodes(scope, "Master nodes", kind, scope.number("clusterConfig.dedicatedMasterCount", 3))
    if scope.flag("clusterConfig.warmEnabled"):
        yield from _nodes(
            scope, "Warm nodes", scope.text("clusterConfig.warmType"), scope.number("clusterConfig.warmCount", 2)
        )
        raise Unpriced("managed storage of warm nodes isn't priced")
    if scope.items("clusterConfig.nodeOptions"):
        raise Unpriced("coordinator nodes aren't priced")
    if scope.flag("ebsOptions.ebsEnabled"):
        yield from _volumes(scope, nodes)


def _nodes(scope: Scope, what: str, kind: str, count: Decimal) -> Iterator[Charge]:
    """Nodes, and the extended support of each; the type's old ending means the same node."""
    kind = kind.removesuffix(".elasticsearch") + ".search" if kind.endswith(".elasticsearch") else kind
    hour = scope.price("opensearch", kind)
    yield Charge(f"{what} ({kind})", hour, Amount.fixed(count), Metering.FULL_HOURS)
    yield from extended_support(scope, what, hour, count)


def extended_support(scope: Scope, what: str, hour: Price, count: Decimal) -> Iterator[Charge]:
    """What `count` nodes of an engine past its standard support cost more: a fee for each normalized hour, and as much
    again as the nodes where AWS has prolonged it; a rise within the next years is announced."""
    engine, _, text = scope.text("engineVersion").rpartition("_")
    if scope.resource.type == tokens.OPENSEARCH[1]:
        engine, text = "Elasticsearch", scope.text("elasticsearchVersion", DEFAULT_ELASTICSEARCH)
    if not text or not has_lifecycle(product := f"opensearch-{engine.lower()}"):
        return
    version = version_of(product, text)
    if version is None:
        return

    def usd(support: Support) -> Decimal:
        if support is not Support.EXTENDED:
            return hour.usd * count if support is Support.DEARER else Decimal(0)
        return scope.price("opensearch", EXTENDED_SUPPORT).usd * normalized(hour.key) * count

    now = version.support(scope.pricing.day)
    if now is not Support.STANDARD:
        price = priced_as(hour, usd(now) / count, "extended support", f"extended support of {engine} {text}")
        item = f"{Support.EXTENDED.capitalize()} of {what.lower()} ({engine} {text})"
        yield Charge(item, price, Amount.fixed(count), Metering.FULL_HOURS)
    for begins, then in version.steps():
        if begins > scope.pricing.day:
            if scope.find("opensearch", EXTENDED_SUPPORT) is None:
                return  # what isn't charged yet stands in no way of what is
            more_usd = (usd(then) - usd(now)) * MONTH_HOURS
            scope.announce(begins, f"{engine} {text} is in {Support.EXTENDED}", more_usd)
            return


def normalized(kind: str) -> Decimal:
    """Normalized hours of an hour of a node. Raises Unpriced where the size doesn't tell."""
    size = kind.split(".")[1] if "." in kind else ""
    if large := re.fullmatch(r"(\d*)xlarge", size):
        return Decimal(8) * int(large[1] or 1)
    if size not in NORMALIZED:
        raise Unpriced(f"what an hour of {kind} counts as in extended support isn't known")
    return NORMALIZED[size]


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
