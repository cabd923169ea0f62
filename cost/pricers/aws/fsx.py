"""Amazon FSx for Windows File Server and OpenZFS: storage, throughput, IOPS and backups."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from cost.charges import Amount, Charge, Unpriced
from cost.registry import Pricer
from cost.scope import Scope, UsageKey
from cost.uptime import Metering
from deployment import tokens

BACKUP: Final = UsageKey("backup_storage_gb", Decimal(10), "gigabytes of backups")

INCLUDED_IOPS_PER_GB: Final = 3
"""IOPS that come with each gigabyte of SSD storage (FSx pricing pages, 2026)."""


def windows(scope: Scope) -> Iterator[Charge]:
    """A Windows file server, by the number of its zones."""
    several = scope.text("deploymentType", "SINGLE_AZ_1").startswith("MULTI_AZ")
    yield from _file_system(scope, "windows_multi_az" if several else "windows", "windows")


def openzfs(scope: Scope) -> Iterator[Charge]:
    """An OpenZFS file system in one zone."""
    kind = scope.text("deploymentType")
    if kind != "SINGLE_AZ_1":
        raise Unpriced(f"OpenZFS of deployment type {kind or 'that is not declared'} isn't priced; SINGLE_AZ_1 is")
    if scope.text("storageType", "SSD") != "SSD":
        raise Unpriced("Intelligent-Tiering storage of OpenZFS isn't priced")
    yield from _file_system(scope, "openzfs", "openzfs")


def _file_system(scope: Scope, prefix: str, backups: str) -> Iterator[Charge]:
    size = scope.number("storageCapacity")
    if not size:
        raise Unpriced("its storageCapacity isn't declared (a backup's?), and it is billed; set it")
    mbps, media = scope.number("throughputCapacity"), scope.text("storageType", "SSD").lower()
    yield scope.charge(
        f"Storage ({media})", ("fsx", f"{prefix}_{media}_gb_month"), Amount.fixed(size), Metering.STANDING
    )
    yield scope.charge("Throughput", ("fsx", f"{prefix}_mbps_month"), Amount.fixed(mbps), Metering.STANDING)
    extra = scope.number("diskIopsConfiguration.iops") - size * INCLUDED_IOPS_PER_GB
    if scope.text("diskIopsConfiguration.mode", "AUTOMATIC") == "USER_PROVISIONED" and extra > 0:
        yield scope.charge("IOPS", ("fsx", f"{prefix}_iops_month"), Amount.fixed(extra), Metering.STANDING)
    yield scope.kept("Backups", ("fsx", f"{backups}_backup_gb_month"), scope.usage(BACKUP))


PRICERS: Final = {
    tokens.WINDOWS_FILE_SYSTEM[0]: Pricer(windows, twins=("aws_fsx_windows_file_system",), usage=(BACKUP,)),
    tokens.OPENZFS_FILE_SYSTEM[0]: Pricer(openzfs, twins=("aws_fsx_openzfs_file_system",), usage=(BACKUP,)),
}
