"""DynamoDB: request units or provisioned capacity, storage, point-in-time recovery."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from cost.charges import Amount, Charge, Unpriced
from cost.registry import Pricer
from cost.scope import Scope, UsageKey
from cost.uptime import Metering

READS: Final = UsageKey("monthly_read_request_units", Decimal(1_000_000), "read request units a month")
WRITES: Final = UsageKey("monthly_write_request_units", Decimal(1_000_000), "write request units a month")
STORAGE: Final = UsageKey("storage_gb", Decimal(1), "gigabytes stored")
PITR: Final = UsageKey("pitr_backup_storage_gb", Decimal(1), "gigabytes under point-in-time recovery")


def table(scope: Scope) -> Iterator[Charge]:
    """Capacity by billing mode, storage, and recovery."""
    if scope.items("replicas"):
        raise Unpriced("global tables aren't priced: replicated writes have no price in the catalogue")
    if scope.text("billingMode", "PROVISIONED") == "PAY_PER_REQUEST":
        yield scope.use("Read request units", ("dynamodb", "million_read_request_units"), scope.usage(READS))
        yield scope.use("Write request units", ("dynamodb", "million_write_request_units"), scope.usage(WRITES))
    else:
        indexes = scope.items("globalSecondaryIndexes")
        reads = scope.number("readCapacity") + sum(Decimal(str(each.get("readCapacity") or 0)) for each in indexes)
        writes = scope.number("writeCapacity") + sum(Decimal(str(each.get("writeCapacity") or 0)) for each in indexes)
        yield scope.charge("Read capacity units", ("dynamodb", "rcu_hour"), Amount.fixed(reads), Metering.FULL_HOURS)
        yield scope.charge("Write capacity units", ("dynamodb", "wcu_hour"), Amount.fixed(writes), Metering.FULL_HOURS)
    stored = scope.usage(STORAGE)
    yield Charge(
        "Data stored",
        scope.price("dynamodb", "storage_gb_month"),
        stored.amount,
        Metering.STANDING,
        usage_based=True,
        assumed=stored.assumed,
    )
    if scope.flag("pointInTimeRecovery.enabled"):
        kept = scope.usage(PITR)
        yield Charge(
            "Point-in-time recovery",
            scope.price("dynamodb", "pitr_gb_month"),
            kept.amount,
            Metering.STANDING,
            usage_based=True,
            assumed=kept.assumed,
        )


PRICERS: Final = {
    "aws:dynamodb/table:Table": Pricer(table, twins=("aws_dynamodb_table",), usage=(READS, WRITES, STORAGE, PITR))
}
