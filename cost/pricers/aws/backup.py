"""AWS Backup: what vaults keep, at the prices of backups of each service."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from cost.charges import Charge
from cost.registry import Pricer
from cost.scope import Scope, UsageKey
from deployment import tokens

KEPT: Final = (
    (
        "volumes (EBS)",
        ("ebs", "snapshot_gb_month"),
        UsageKey("monthly_ebs_snapshot_gb", Decimal(10), "gigabytes of snapshots of volumes"),
    ),
    (
        "files (EFS, warm)",
        ("efs", "backup_gb_month"),
        UsageKey("monthly_efs_warm_backup_gb", Decimal(0), "gigabytes of backups of file systems, in warm storage"),
    ),
    (
        "databases (RDS)",
        ("rds", "backup_gb_month"),
        UsageKey("monthly_rds_snapshot_gb", Decimal(0), "gigabytes of snapshots of databases"),
    ),
    (
        "Aurora",
        ("rds", "aurora_backup_gb_month"),
        UsageKey("monthly_aurora_snapshot_gb", Decimal(0), "gigabytes of snapshots of Aurora clusters"),
    ),
    (
        "tables (DynamoDB)",
        ("dynamodb", "backup_gb_month"),
        UsageKey("monthly_dynamodb_backup_gb", Decimal(0), "gigabytes of backups of tables"),
    ),
)
"""What a vault keeps: in a line's words, its price and its usage key."""

RESTORED: Final = UsageKey("monthly_dynamodb_restore_gb", Decimal(0), "gigabytes of tables restored a month")


def vault(scope: Scope) -> Iterator[Charge]:
    """Backups of each service that the usage file gives; where it gives none, of volumes, by the stated default."""
    said = [each for each in KEPT if scope.given(each[2]) is not None]
    for what, price, key in said or KEPT[:1]:
        yield scope.kept(f"Backups of {what}", price, scope.usage(key))
    yield from scope.used_where_given("Tables restored", ("dynamodb", "restored_gb"), RESTORED)


PRICERS: Final = {
    tokens.BACKUP_VAULT[0]: Pricer(vault, twins=("aws_backup_vault",), usage=(*(key for *_, key in KEPT), RESTORED))
}
