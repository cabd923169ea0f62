"""What resources of `efs` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case(
        "aws:efs/fileSystem:FileSystem",
        {"throughputMode": "provisioned", "provisionedThroughputInMibps": 100},
        {"Data stored": "69.00", "Provisioned throughput": "531.00"},
        {"storage_gb": 230},
        id="efs with throughput",
    ),
    case(
        "aws:efs/fileSystem:FileSystem",
        {"availabilityZoneName": "us-east-1a"},
        {"Data stored": "36.80", "Data stored, infrequent access": "1.33", "Backups": "11.50"},  # on by default
        {"storage_gb": 230, "infrequent_access_storage_gb": 100},
        id="efs one zone",
    ),
    case(
        "aws:efs/fileSystem:FileSystem",
        {},
        {"Data stored": "69.00", "Backups": None},
        {"storage_gb": 230},
        id="efs in several zones: no backups by default",
    ),
    case(
        "aws:efs/fileSystem:FileSystem",
        {"throughputMode": "elastic"},
        {"Elastic throughput: read": "3.00", "Elastic throughput: written": "6.00"},
        {"monthly_read_gb": 100, "monthly_write_gb": 100},
        id="efs with elastic throughput",
    ),
    case(
        "aws:efs/fileSystem:FileSystem",
        {},
        {
            "Data stored, infrequent access": "2.50",
            "Infrequent access: read": "0.50",
            "Infrequent access: written": "1.00",
        },
        {
            "infrequent_access_storage_gb": 100,
            "monthly_infrequent_access_read_gb": 50,
            "monthly_infrequent_access_write_gb": 100,
        },
        id="efs: what is read from infrequent access and moved there",
    ),
]
