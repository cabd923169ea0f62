"""Kinesis data streams and Firehose: shards or streams by the hour, and data."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from cost.charges import ONE, Amount, Charge, Driver, Unpriced
from cost.registry import Pricer
from cost.scope import GB_KB, Scope, UsageKey, Used
from cost.uptime import MONTH_HOURS, Metering
from deployment import tokens

PUT_UNITS: Final = UsageKey(
    "monthly_put_units",
    Decimal(1_000_000),
    "PUT payload units of 25 KB a month",
    also="monthly_provisioned_put_units",
)
INGESTED: Final = UsageKey("monthly_on_demand_data_in_gb", Decimal(10), "gigabytes put into the stream a month")
RETRIEVED: Final = UsageKey("monthly_on_demand_data_out_gb", Decimal(10), "gigabytes read from the stream a month")
DELIVERED: Final = UsageKey("monthly_data_ingested_gb", Decimal(10), "gigabytes delivered a month")

REREAD: Final = UsageKey(
    "monthly_long_term_retrieval_gb",
    Decimal(0),
    "gigabytes a month that are read again after a week",
    also="monthly_provisioned_long_term_retrieval_gb",
)
READ: Final = UsageKey("monthly_fan_out_gb", Decimal(10), "gigabytes that a consumer reads a month")

INCLUDED_HOURS: Final = 24
EXTENDED_HOURS: Final = 7 * 24
"""Hours of retention that are included, and up to which the extended price holds (Kinesis Data Streams pricing)."""

PUT_UNIT_KB: Final = 25


def stream(scope: Scope) -> Iterator[Charge]:
    """Shards and PUT units, or an on-demand stream and its data."""
    if scope.text("streamModeDetails.streamMode", "PROVISIONED") == "ON_DEMAND":
        yield scope.charge("On-demand stream", ("kinesis", "on_demand_stream_hour"), ONE, Metering.FULL_HOURS)
        yield scope.use("Data in", ("kinesis", "on_demand_ingested_gb"), scope.usage(INGESTED))
        yield scope.use("Data out", ("kinesis", "on_demand_retrieved_gb"), scope.usage(RETRIEVED))
        yield from retention(scope, scope.usage(INGESTED))
        return
    shards = Amount.fixed(scope.number("shardCount", 1))
    yield scope.charge("Shards", ("kinesis", "shard_hour"), shards, Metering.FULL_HOURS)
    puts = scope.usage(PUT_UNITS)
    yield scope.use("PUT payload units", ("kinesis", "million_put_units"), puts)
    if scope.number("retentionPeriod", INCLUDED_HOURS) > INCLUDED_HOURS:
        yield scope.charge("Extended retention", ("kinesis", "extended_shard_hour"), shards, Metering.FULL_HOURS)
    yield from long_retention(scope, Used(puts.amount * PUT_UNIT_KB / GB_KB, puts.assumed))


def retention(scope: Scope, ingested: Used) -> Iterator[Charge]:
    """Data of an on-demand stream that stays beyond the first day, by the gigabyte."""
    hours = min(scope.number("retentionPeriod", INCLUDED_HOURS), Decimal(EXTENDED_HOURS)) - INCLUDED_HOURS
    if hours > 0:
        yield _stored(scope, "Extended retention", "on_demand_extended_gb_month", ingested, hours)
    yield from long_retention(scope, ingested)


def long_retention(scope: Scope, ingested: Used) -> Iterator[Charge]:
    """Data that stays beyond a week."""
    hours = scope.number("retentionPeriod", INCLUDED_HOURS) - EXTENDED_HOURS
    if hours > 0:
        yield _stored(scope, "Long-term retention", "long_term_gb_month", ingested, hours)
        yield from scope.used_where_given("Data read after a week", ("kinesis", "long_term_retrieval_gb"), REREAD)


def _stored(scope: Scope, item: str, key: str, ingested: Used, hours: Decimal) -> Charge:
    """What of a month's data is stored at a time, when it stays for `hours`."""
    amount = ingested.amount * (hours / MONTH_HOURS)
    return scope.charge(
        item, ("kinesis", key), amount, Metering.STANDING, usage_based=True, assumed=ingested.assumed,
        driver=Driver.TRAFFIC,
    )  # fmt: skip


def consumer(scope: Scope) -> Iterator[Charge]:
    """A consumer with a throughput of its own (enhanced fan-out): by the shard-hour, and by what it reads; of an
    on-demand stream by that alone."""
    streams = scope.referenced("streamArn", *tokens.STREAM)
    if not streams:
        raise Unpriced("its stream isn't in the graph, and it is billed for each of the stream's shards")
    of = Scope(scope.pricing, streams[0])
    if of.text("streamModeDetails.streamMode", "PROVISIONED") == "ON_DEMAND":
        yield scope.use("Data read by the consumer", ("kinesis", "on_demand_fan_out_gb"), scope.usage(READ))
        return
    shards = Amount.fixed(of.number("shardCount", 1))
    yield scope.charge("Consumer of each shard", ("kinesis", "fan_out_shard_hour"), shards, Metering.FULL_HOURS)
    yield scope.use("Data read by the consumer", ("kinesis", "fan_out_gb"), scope.usage(READ))


def firehose(scope: Scope) -> Iterator[Charge]:
    """Data ingested for delivery."""
    yield scope.use("Data ingested", ("firehose", "ingestion_gb"), scope.usage(DELIVERED))


PRICERS: Final = {
    tokens.STREAM[0]: Pricer(stream, twins=("aws_kinesis_stream",), usage=(PUT_UNITS, INGESTED, RETRIEVED, REREAD)),
    tokens.STREAM_CONSUMER[0]: Pricer(consumer, twins=("aws_kinesis_stream_consumer",), usage=(READ,)),
    tokens.DELIVERY_STREAM[0]: Pricer(firehose, twins=("aws_kinesis_firehose_delivery_stream",), usage=(DELIVERED,)),
}
