"""What resources of `backup` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case(
        "aws:backup/vault:Vault",
        {},
        {"Backups of volumes": "5.00", "Backups of databases": "9.50", "Backups of tables": "10.00", "Tables": "15.00"},
        {
            "monthly_ebs_snapshot_gb": 100,
            "monthly_rds_snapshot_gb": 100,
            "monthly_dynamodb_backup_gb": 100,
            "monthly_dynamodb_restore_gb": 100,
        },
        id="vault",
    ),
    case("aws:backup/vault:Vault", {}, {"Backups of volumes": "0.50"}, id="vault of which nobody says what it keeps"),
]
