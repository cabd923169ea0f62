"""What resources of `rds` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case(
        "aws:rds/instance:Instance",
        {"engine": "postgres", "instanceClass": "db.t3.large", "allocatedStorage": 20},
        {"Database instance": "105.85", "Storage (gp2)": "2.30"},
        id="rds postgres",
    ),
    case(
        "aws:rds/instance:Instance",
        {
            "engine": "mysql",
            "instanceClass": "db.t4g.small",
            "multiAz": True,
            "allocatedStorage": 400,
            "storageType": "gp3",
            "iops": 14000,
        },
        {"Database instance": "47.45", "Storage (gp3)": "92.00", "IOPS": "80.00", "Backups": "95.00"},
        {"additional_backup_storage_gb": 1000},
        id="rds multi-az with iops and backups",
    ),
]
