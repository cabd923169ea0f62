"""Amazon Managed Service for Apache Flink: processing units of an application, its storage and its backups."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_CEILING, Decimal
from typing import Final

from cost.charges import ONE, Amount, Charge, Driver, Unpriced
from cost.registry import Pricer
from cost.scope import Scope, UsageKey
from cost.uptime import Metering
from deployment import tokens

BACKUP: Final = UsageKey("durable_application_backup_gb", Decimal(0), "gigabytes of the application's snapshots")
SNAPSHOT: Final = UsageKey("durable_application_backup_gb", Decimal(1), "gigabytes of the snapshot")
UNITS: Final = UsageKey("kinesis_processing_units", Decimal(0), "processing units on average, where they scale")

PARALLELISM: Final = "applicationConfiguration.flinkApplicationConfiguration.parallelismConfiguration"
STORAGE_GB: Final = 50
"""Running storage of each processing unit (its pricing page, worked examples, 2026)."""
MOST_UNITS: Final = Decimal(64)
"""Processing units that an application may scale to (its developer guide, quotas, 2026)."""


def application(scope: Scope) -> Iterator[Charge]:
    """Units that its parallelism takes and one that orchestrates, with 50 GB of storage for each of the first."""
    runtime = scope.text("runtimeEnvironment")
    if not runtime.upper().startswith("FLINK"):
        raise Unpriced(f"applications of {runtime or 'a runtime that is not declared'} aren't priced; Flink's are")
    parallel, of_unit = Decimal(1), Decimal(1)
    if scope.text(f"{PARALLELISM}.configurationType", "DEFAULT") == "CUSTOM":
        parallel = scope.number(f"{PARALLELISM}.parallelism", 1) or parallel
        of_unit = scope.number(f"{PARALLELISM}.parallelismPerKpu", 1) or of_unit
    least = (parallel / of_unit).to_integral_value(ROUND_CEILING)
    scales = scope.flag(f"{PARALLELISM}.autoScalingEnabled", True)
    most = max(least, MOST_UNITS) if scales else least
    given = scope.given(UNITS)
    units = Amount.of(min(least, ONE.floor) if scales else least, least if given is None else min(given, most), most)
    driver = Driver.TRAFFIC if scales else Driver.FIXED
    yield scope.charge("Processing units", ("flink", "kpu_hour"), units, Metering.SECONDS, driver=driver)
    yield scope.charge("Processing unit for orchestration", ("flink", "kpu_hour"), ONE, Metering.SECONDS)
    yield scope.charge(
        "Running storage", ("flink", "running_gb_month"), units * STORAGE_GB, Metering.PRORATED_SECONDS, driver=driver
    )
    yield from scope.used_where_given("Backups", ("flink", "backup_gb_month"), BACKUP, Metering.STANDING)


def snapshot(scope: Scope) -> Iterator[Charge]:
    """Stored data of a snapshot."""
    yield scope.kept("Snapshot storage", ("flink", "backup_gb_month"), scope.usage(SNAPSHOT))


PRICERS: Final = {
    tokens.FLINK[0]: Pricer(application, twins=("aws_kinesisanalyticsv2_application",), usage=(UNITS, BACKUP)),
    tokens.FLINK_SNAPSHOT[0]: Pricer(
        snapshot, twins=("aws_kinesisanalyticsv2_application_snapshot",), usage=(SNAPSHOT,)
    ),
}
