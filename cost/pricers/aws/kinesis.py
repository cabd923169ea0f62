"""Kinesis data streams and Firehose: shards or streams by the hour, and data."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from cost.charges import ONE, Amount, Charge
from cost.registry import Pricer
from cost.scope import Scope, UsageKey
from cost.uptime import Metering

PUT_UNITS: Final = UsageKey("monthly_put_units", Decimal(1_000_000), "PUT payload units of 25 KB a month")
INGESTED: Final = UsageKey("monthly_on_demand_data_in_gb", Decimal(10), "gigabytes put into the stream a month")
RETRIEVED: Final = UsageKey("monthly_on_demand_data_out_gb", Decimal(10), "gigabytes read from the stream a month")
DELIVERED: Final = UsageKey("monthly_data_ingested_gb", Decimal(10), "gigabytes delivered a month")


def stream(scope: Scope) -> Iterator[Charge]:
    """Shards and PUT units, or an on-demand stream and its data."""
    if scope.text("streamModeDetails.streamMode", "PROVISIONED") == "ON_DEMAND":
        yield scope.charge("On-demand stream", ("kinesis", "on_demand_stream_hour"), ONE, Metering.FULL_HOURS)
        yield scope.use("Data in", ("kinesis", "on_demand_ingested_gb"), scope.usage(INGESTED))
        yield scope.use("Data out", ("kinesis", "on_demand_retrieved_gb"), scope.usage(RETRIEVED))
        return
    shards = Amount.fixed(scope.number("shardCount", 1))
    yield scope.charge("Shards", ("kinesis", "shard_hour"), shards, Metering.FULL_HOURS)
    yield scope.use("PUT payload units", ("kinesis", "million_put_units"), scope.usage(PUT_UNITS))


def firehose(scope: Scope) -> Iterator[Charge]:
    """Data ingested for delivery."""
    yield scope.use("Data ingested", ("firehose", "ingestion_gb"), scope.usage(DELIVERED))


PRICERS: Final = {
    "aws:kinesis/stream:Stream": Pricer(stream, twins=("aws_kinesis_stream",), usage=(PUT_UNITS, INGESTED, RETRIEVED)),
    "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": Pricer(
        firehose, twins=("aws_kinesis_firehose_delivery_stream",), usage=(DELIVERED,)
    ),
}
