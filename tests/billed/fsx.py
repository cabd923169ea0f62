"""What resources of `fsx` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case(
        "aws:fsx/windowsFileSystem:WindowsFileSystem",
        {"storageCapacity": 300, "throughputCapacity": 1024, "deploymentType": "MULTI_AZ_1"},
        {"Storage (ssd)": "69.00", "Throughput": "4608.00", "Backups": "500.00"},
        {"backup_storage_gb": 10_000},
    ),
    case(
        "aws:fsx/openZfsFileSystem:OpenZfsFileSystem",
        {
            "storageCapacity": 300,
            "throughputCapacity": 1024,
            "deploymentType": "SINGLE_AZ_1",
            "diskIopsConfiguration": {"mode": "USER_PROVISIONED", "iops": 1000},
        },
        {"Storage (ssd)": "27.00", "Throughput": "266.24", "IOPS": "0.60"},  # 100 beyond 3 a gigabyte
    ),
]
