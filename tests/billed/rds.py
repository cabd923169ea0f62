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
    case(
        "aws:rds/instance:Instance",
        {"engine": "mysql", "engineVersion": "5.7.44", "instanceClass": "db.t3.large", "allocatedStorage": 20},
        {"Extended support, third year of mysql 5.7.44": "292.00"},
        id="rds: mysql 5.7 in its third year: 2 vCPUs",
    ),
    case(
        "aws:rds/instance:Instance",
        {
            "engine": "mysql",
            "engineVersion": "8.0.36",
            "instanceClass": "db.t4g.small",
            "multiAz": True,
            "allocatedStorage": 20,
        },
        {"Extended support of mysql 8.0.36": "292.00"},
        id="rds: mysql 8.0, standby included: 4 vCPUs",
    ),
    case(
        "aws:rds/instance:Instance",
        {"engine": "postgres", "engineVersion": "11.22", "instanceClass": "db.t3.large", "allocatedStorage": 20},
        {"Extended support, third year of postgres 11.22": "292.00"},
        id="rds: postgres 11",
    ),
    case(
        "aws:rds/instance:Instance",
        {
            "engine": "postgres",
            "engineVersion": "16.3",
            "instanceClass": "db.t3.large",
            "publiclyAccessible": True,
            "allocatedStorage": 20,
        },
        {"Extended support": None, "Public IPv4 address": "3.65"},
        id="rds: postgres 16, public",
    ),
    case(
        "aws:rds/instance:Instance",
        {
            "engine": "postgres",
            "instanceClass": "db.t3.large",
            "allocatedStorage": 20,
            "enabledCloudwatchLogsExports": ["postgresql"],
        },
        {"Exported logs": "1.50"},
        {"monthly_data_ingested_gb": 3},
        id="rds: exported logs",
    ),
    case(
        "aws:rds/instance:Instance",
        {"engine": "postgres", "instanceClass": "db.t3.micro", "allocatedStorage": 20},
        {"Database instance": "13.14"},  # 730 x .018
        id="rds: postgres db.t3.micro",
    ),
    case(
        "aws:rds/instance:Instance",
        {"engine": "mysql", "instanceClass": "db.t3.micro", "allocatedStorage": 20},
        {"Database instance": "12.41"},  # 730 x .017
        id="rds: mysql db.t3.micro",
    ),
    case(
        "aws:rds/instance:Instance",
        {"engine": "postgres", "instanceClass": "db.t4g.medium", "multiAz": True, "allocatedStorage": 20},
        {"Database instance": "94.17"},  # 730 x .129
        id="rds: postgres db.t4g.medium, Multi-AZ",
    ),
    case(
        "aws:rds/instance:Instance",
        {"engine": "postgres", "instanceClass": "db.r6g.large", "multiAz": True, "allocatedStorage": 20},
        {"Database instance": "328.50"},  # 730 x 2 x .225
        id="rds: postgres db.r6g.large, Multi-AZ",
    ),
    case(
        "aws:rds/cluster:Cluster",
        {"engine": "aurora-mysql"},
        {"Storage": "10.00", "Requests to storage": "10.512", "Backups": "8.40"},
        {"storage_gb": 100, "monthly_io_requests": 52_560_000, "backup_snapshot_size_gb": 400},
        id="aurora: standard storage",
    ),
    case(
        "aws:rds/cluster:Cluster",
        {"engine": "aurora-postgresql", "storageType": "aurora-iopt1"},
        {"Storage (I/O-Optimized)": "22.50", "Requests to storage": None},
        {"storage_gb": 100},
        id="aurora: I/O-Optimized storage",
    ),
    case(
        "aws:rds/instance:Instance",
        {"engine": "mysql", "instanceClass": "db.t3.large", "allocatedStorage": 20},
        {"Surplus CPU credits": "4.50"},
        {"monthly_cpu_credit_hrs": 30},
        id="rds: 30 hours on surplus credits, 2 vCPUs",
    ),
    case(
        "aws:rds/instance:Instance",
        {"engine": "sqlserver-web", "instanceClass": "db.t3.large", "allocatedStorage": 20},
        {"Database instance": "169.36", "Surplus CPU credits": "2.88", "Storage (gp2)": "2.30"},
        {"monthly_cpu_credit_hrs": 10},
        id="rds: sql server, licence included",
    ),
    case(
        "aws:rds/instance:Instance",
        {"engine": "mysql", "instanceClass": "db.t3.large", "allocatedStorage": 40, "storageType": "standard"},
        {"Requests to the magnetic volume": "0.50"},
        {"monthly_standard_io_requests": 5_000_000},
        id="rds: requests to a magnetic volume",
    ),
    case(
        "aws:rds/instance:Instance",
        {"engine": "mysql", "instanceClass": "db.t3.large", "allocatedStorage": 100, "storageType": "io1", "iops": 500},
        {"Storage (io1)": "12.50", "IOPS": "100.00"},
        id="rds: at least 1,000 IOPS",
    ),
    case(
        "aws:rds/instance:Instance",
        {
            "engine": "sqlserver-web",
            "instanceClass": "db.t3.large",
            "allocatedStorage": 500,
            "storageType": "gp3",
            "iops": 12000,
        },
        {"IOPS": "180.00"},  # 9,000 x .02
        id="rds: storage of sql server is never striped",
    ),
    *(
        case(f"aws:rds/{kind[0].lower()}{kind[1:]}:{kind}", {}, {"Snapshot storage": usd}, {"storage_gb": 1000})
        for kind, usd in (
            ("Snapshot", "95.00"),
            ("SnapshotCopy", "95.00"),
            ("ClusterSnapshot", "21.00"),
            ("ClusterSnapshotCopy", "21.00"),
        )
    ),
    case("aws:rds/proxy:Proxy", {}, {"Proxy": "87.60"}, {"vcpu_count": 8}),  # 8 x 730 x .015
    case(
        "aws:rds/instance:Instance",
        {"engine": "mysql", "instanceClass": "db.t3.large", "allocatedStorage": 20, "monitoringInterval": 15},
        {"Logs of Enhanced Monitoring": "2.00"},  # four times the gigabyte that is counted for a minute's interval
        id="rds: enhanced monitoring",
    ),
]
