"""DynamoDB: request units or provisioned capacity, storage, point-in-time recovery."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import partial
from typing import Final

from cost.charges import ZERO, Amount, Charge, Driver, Unpriced
from cost.registry import Pricer
from cost.scaling import limits_of
from cost.scope import GB_KB, Scope, UsageKey, Used, told
from cost.uptime import Metering
from deployment import tokens

READS: Final = UsageKey("monthly_read_request_units", Decimal(1_000_000), "read request units a month")
WRITES: Final = UsageKey("monthly_write_request_units", Decimal(1_000_000), "write request units a month")
STORAGE: Final = UsageKey("storage_gb", Decimal(1), "gigabytes stored")
BACKUP: Final = UsageKey("on_demand_backup_storage_gb", Decimal(0), "gigabytes of backups on demand")
RESTORED: Final = UsageKey("monthly_data_restored_gb", Decimal(0), "gigabytes restored a month")
STREAM_READS: Final = UsageKey(
    "monthly_streams_read_request_units", Decimal(0), "read request units of the table's stream a month, Lambda's aside"
)
PITR: Final = UsageKey("pitr_backup_storage_gb", Decimal(1), "gigabytes under point-in-time recovery")


def table(scope: Scope) -> Iterator[Charge]:
    """Capacity by billing mode, storage, and recovery; of a global table in each Region that has a replica."""
    home, replicas = scope.pricing.region_of(scope.resource), [_region(each) for each in scope.items("replicas")]
    on_demand = scope.text("billingMode", "PROVISIONED") == "PAY_PER_REQUEST"
    rare = table_class(scope, on_demand, replicas)
    if on_demand:
        yield scope.use("Read request units", ("dynamodb", f"{rare}million_read_request_units"), scope.usage(READS))
    else:
        reads = capacity(scope, "Read")
        for region in (home, *replicas):  # a replica has the table's read units, for reads of its own
            where = "" if region == home else f" in {region}"
            hour = scope.pricing.price(region, "dynamodb", "rcu_hour")
            yield Charge(f"Read capacity units{where}", hour, reads, Metering.FULL_HOURS, driver=Driver.TRAFFIC)
    yield from writes(scope, on_demand, replicas, rare)
    stored, kept = scope.usage(STORAGE), scope.usage(PITR)
    recovers = scope.flag("pointInTimeRecovery.enabled")
    for region in (home, *replicas):
        where = "" if region == home else f" in {region}"
        yield _held(scope, f"Data stored{where}", f"{rare}storage_gb_month", stored, region)
        if recovers:
            yield _held(scope, f"Point-in-time recovery{where}", "pitr_gb_month", kept, region)
    yield from scope.used_where_given("Backups on demand", ("dynamodb", "backup_gb_month"), BACKUP, Metering.STANDING)
    yield from scope.used_where_given("Data restored", ("dynamodb", "restored_gb"), RESTORED)
    yield from scope.used_where_given("Reads of the stream", ("dynamodb", "million_stream_requests"), STREAM_READS)


def table_class(scope: Scope, on_demand: bool, replicas: list[str]) -> str:
    """Beginning of the price keys of the table's class. Raises Unpriced for what has no price of that class."""
    if scope.kind("tableClass", "STANDARD", "STANDARD_INFREQUENT_ACCESS") == "STANDARD":
        return ""
    if not on_demand or replicas:
        raise Unpriced("tables of infrequent access are priced on demand and in one Region; others have no price here")
    return "infrequent_access_"


def writes(scope: Scope, on_demand: bool, replicas: list[str], rare: str) -> Iterator[Charge]:
    """Writes, which a global table bills as replicated ones in every Region, and what goes there (DynamoDB developer
    guide, global tables billing, 2026)."""
    home = scope.pricing.region_of(scope.resource)
    kind = "replicated write" if replicas else "write"
    if on_demand:
        used = scope.usage(WRITES)
        key = "million_replicated_write_request_units" if replicas else f"{rare}million_write_request_units"
        for region in (home, *replicas):
            where = "" if region == home else f" in {region}"
            yield Charge(
                f"{kind.capitalize()} request units{where}",
                scope.pricing.price(region, "dynamodb", key),
                used.amount,
                Metering.USE,
                usage_based=True,
                assumed=used.assumed,
                driver=Driver.TRAFFIC,
            )
        if replicas:  # a unit is a kilobyte
            sent = used.amount * len(replicas) / GB_KB
            yield scope.use("Data to replicas", ("data_transfer", "inter_region_gb"), Used(sent, used.assumed))
        return
    units = capacity(scope, "Write")
    for region in (home, *replicas):
        where = "" if region == home else f" in {region}"
        price = scope.pricing.price(region, "dynamodb", "replicated_wcu_hour" if replicas else "wcu_hour")
        yield Charge(
            f"{kind.capitalize()} capacity units{where}", price, units, Metering.FULL_HOURS, driver=Driver.TRAFFIC
        )
    if replicas:  # nobody says how much of the capacity is used: all of it, a kilobyte a unit and second, at worst
        most = Amount(ZERO, ZERO, units.worst * 3600 * len(replicas) / GB_KB)
        yield scope.charge("Data to replicas", ("data_transfer", "inter_region_gb"), most, Metering.SECONDS)


def _held(scope: Scope, item: str, key: str, used: Used, region: str) -> Charge:
    price = scope.pricing.price(region, "dynamodb", key)
    return Charge(item, price, used.amount, Metering.STANDING, usage_based=True, assumed=used.assumed)


def _region(replica: object) -> str:
    """Region of one replica. Raises Unpriced when it isn't known."""
    name = replica.get("regionName") if isinstance(replica, Mapping) else None
    if not isinstance(name, str):
        raise Unpriced("the Region of a replica isn't known, and each is billed at its Region's prices")
    return name


def capacity(scope: Scope, what: str) -> Amount:
    """Provisioned units (``Read`` or ``Write``) of the table and its indexes, each between its scaling limits."""
    field = f"{what.lower()}Capacity"

    def names(part: str = "") -> list[str]:
        own = scope.resource.get("name", scope.resource.name), scope.resource.name, scope.resource.outputs.get("id")
        return [f"table/{each}{part}" for each in own if each]

    declared = scope.number(field)
    limits = limits_of(scope, f"dynamodb:table:{what}CapacityUnits", names)
    total = Amount.fixed(declared) if limits is None else limits.around(declared)
    for index in scope.items("globalSecondaryIndexes"):
        units = Decimal(str(told(index, field) or 0))
        part = f"/index/{index.get('name')}"
        limits = limits_of(scope, f"dynamodb:index:{what}CapacityUnits", partial(names, part))
        total += Amount.fixed(units) if limits is None else limits.around(units)
    return total


PRICERS: Final = {
    tokens.TABLE[0]: Pricer(
        table, twins=("aws_dynamodb_table",), usage=(READS, WRITES, STORAGE, PITR, BACKUP, RESTORED, STREAM_READS)
    )
}
