"""Amazon MSK: brokers by the hour, and their storage."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from cost.charges import Amount, Charge, Driver, Unpriced
from cost.registry import Pricer
from cost.scaling import limits_of
from cost.scope import Scope
from cost.uptime import Metering
from deployment import tokens


def cluster(scope: Scope) -> Iterator[Charge]:
    """Brokers of a provisioned cluster; their volumes may be scaled, and never shrink."""
    kind, brokers = scope.text("brokerNodeGroupInfo.instanceType"), scope.number("numberOfBrokerNodes")
    if not kind or not brokers:
        raise Unpriced("its instance type or number of brokers isn't declared; set both")
    if scope.text("storageMode", "LOCAL") != "LOCAL":
        raise Unpriced("tiered storage isn't priced")
    yield scope.charge(f"Brokers ({kind})", ("msk", kind), Amount.fixed(brokers), Metering.FULL_HOURS)
    if scope.text("brokerNodeGroupInfo.connectivityInfo.publicAccess.type", "DISABLED") != "DISABLED":
        # whose addresses they are, AWS doesn't say
        addresses = Amount(Decimal(0), Decimal(0), brokers)
        yield scope.charge("Public IPv4 addresses", ("vpc", "public_ipv4_hour"), addresses, Metering.SECONDS)
    storage = "brokerNodeGroupInfo.storageInfo.ebsStorageInfo"
    if scope.flag(f"{storage}.provisionedThroughput.enabled"):
        raise Unpriced("provisioned throughput of storage isn't priced")
    size = scope.number(f"{storage}.volumeSize")
    if not size and not kind.startswith("express."):
        raise Unpriced("the size of its brokers' volumes isn't declared, and they are billed; set volumeSize")
    limits = limits_of(scope, "kafka:broker-storage:VolumeSize", str(scope.resource.outputs.get("arn") or ""))
    grown = Amount.fixed(size) if limits is None else limits.around(size)
    yield scope.charge(
        "Storage of brokers",
        ("msk", "storage_gb_month"),
        grown * brokers,
        Metering.PRORATED_SECONDS,
        driver=Driver.TRAFFIC,
    )


PRICERS: Final = {tokens.KAFKA[0]: Pricer(cluster, twins=("aws_msk_cluster",))}
