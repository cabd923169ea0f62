"""Amazon MSK: brokers by the hour, and their storage; serverless clusters by partitions, data and storage."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from cost.charges import ONE, Amount, Charge, Driver, Unpriced
from cost.registry import Pricer
from cost.scaling import limits_of
from cost.scope import Scope, UsageKey
from cost.uptime import Metering
from deployment import tokens

PARTITIONS: Final = UsageKey("partitions", Decimal(10), "partitions of all topics")
DATA_IN: Final = UsageKey("monthly_data_in_gb", Decimal(100), "gigabytes that producers write a month")
DATA_OUT: Final = UsageKey("monthly_data_out_gb", Decimal(100), "gigabytes that consumers read a month")
STORED: Final = UsageKey("storage_gb", Decimal(10), "gigabytes that are kept")


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
    limits = limits_of(scope, "kafka:broker-storage:VolumeSize", lambda: [str(scope.resource.outputs.get("arn") or "")])
    grown = Amount.fixed(size) if limits is None else limits.around(size)
    yield scope.charge(
        "Storage of brokers",
        ("msk", "storage_gb_month"),
        grown * brokers,
        Metering.PRORATED_SECONDS,
        driver=Driver.TRAFFIC,
    )


def serverless(scope: Scope) -> Iterator[Charge]:
    """The cluster and its partitions by the hour, data in both directions, and what is kept."""
    yield scope.charge("Serverless cluster", ("msk", "serverless_cluster_hour"), ONE, Metering.SECONDS)
    used = scope.usage(PARTITIONS)
    yield scope.charge(
        "Partitions",
        ("msk", "serverless_partition_hour"),
        used.amount,
        Metering.SECONDS,
        usage_based=True,
        assumed=used.assumed,
        driver=Driver.TRAFFIC,
    )
    yield scope.use("Data in", ("msk", "serverless_in_gb"), scope.usage(DATA_IN))
    yield scope.use("Data out", ("msk", "serverless_out_gb"), scope.usage(DATA_OUT))
    yield scope.kept("Storage", ("msk", "serverless_gb_month"), scope.usage(STORED))


PRICERS: Final = {
    tokens.KAFKA[0]: Pricer(cluster, twins=("aws_msk_cluster",)),
    tokens.SERVERLESS_KAFKA[0]: Pricer(
        serverless, twins=("aws_msk_serverless_cluster",), usage=(PARTITIONS, DATA_IN, DATA_OUT, STORED)
    ),
}
