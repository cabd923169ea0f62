"""What resources of `docdb` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case(
        "aws:docdb/cluster:Cluster",
        {"engineVersion": "5.0.0"},
        {"Storage": "100.00", "Requests to storage": "2.00", "Backups": "210.00"},
        {"data_storage_gb": 1000, "monthly_io_requests": 10_000_000, "backup_storage_gb": 10_000},
    ),
    case(
        "aws:docdb/clusterInstance:ClusterInstance",
        {"instanceClass": "db.t3.medium"},
        {"Database instance": "56.94", "Surplus CPU credits": "0.90"},
        {"monthly_cpu_credit_hrs": 5},  # of 2 vCPUs
    ),
    *(
        case(
            "aws:docdb/clusterInstance:ClusterInstance",
            {"instanceClass": kind},
            {"Database instance": usd},
            id=f"docdb {kind}",
        )
        for kind, usd in (("db.t4g.medium", "55.2318"), ("db.r5.large", "202.21"), ("db.r6g.large", "192.0995"))
    ),
    case("aws:docdb/clusterSnapshot:ClusterSnapshot", {}, {"Snapshot storage": "21.00"}, {"backup_storage_gb": 1000}),
]
