"""DynamoDB: request units or provisioned capacity, storage, point-in-time recovery."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from cost.charges import Amount, Charge, Driver, Unpriced
from cost.registry import Pricer
from cost.scaling import limits_of
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
        for what, key in (("Read", "rcu_hour"), ("Write", "wcu_hour")):
            yield scope.charge(
                f"{what} capacity units",
                ("dynamodb", key),
                capacity(scope, what),
                Metering.FULL_HOURS,
                driver=Driver.TRAFFIC,
            )
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


def capacity(scope: Scope, what: str) -> Amount:
    """Provisioned units (``Read`` or ``Write``) of the table and its indexes, each between its scaling limits."""
    field = f"{what.lower()}Capacity"
    name = scope.resource.get("name", scope.resource.name)
    tables = [f"table/{each}" for each in (name, scope.resource.name, scope.resource.outputs.get("id")) if each]
    declared = scope.number(field)
    limits = limits_of(scope, f"dynamodb:table:{what}CapacityUnits", *tables)
    total = Amount.fixed(declared) if limits is None else limits.around(declared)
    for index in scope.items("globalSecondaryIndexes"):
        units = Decimal(str(index.get(field) or 0))
        names = [f"{table}/index/{index.get('name')}" for table in tables]
        limits = limits_of(scope, f"dynamodb:index:{what}CapacityUnits", *names)
        total += Amount.fixed(units) if limits is None else limits.around(units)
    return total


PRICERS: Final = {
    "aws:dynamodb/table:Table": Pricer(table, twins=("aws_dynamodb_table",), usage=(READS, WRITES, STORAGE, PITR))
}
