"""What resources of `neptune` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case(
        "aws:neptune/cluster:Cluster",
        {},
        {"Storage": "10.00", "Requests to storage": "2.00", "Backups": "4.20"},
        {"storage_gb": 100, "monthly_io_requests": 10_000_000, "backup_storage_gb": 200},
    ),
    case("aws:neptune/clusterInstance:ClusterInstance", {"instanceClass": "db.r5.large"}, {"Database": "254.04"}),
    case("aws:neptune/clusterSnapshot:ClusterSnapshot", {}, {"Snapshot": "2.10"}, {"backup_storage_gb": 100}),
]
