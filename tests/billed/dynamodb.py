"""What resources of `dynamodb` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case(
        "aws:dynamodb/table:Table",
        {"billingMode": "PAY_PER_REQUEST", "pointInTimeRecovery": {"enabled": True}},
        {
            "Read request units": "1.00",
            "Write request units": "1.875",
            "Data stored": "57.50",
            "Point-in-time recovery": "460.00",
        },
        {
            "monthly_read_request_units": 8_000_000,
            "monthly_write_request_units": 3_000_000,
            "storage_gb": 230,
            "pitr_backup_storage_gb": 2300,
        },
        id="dynamodb on demand",
    ),
    case(
        "aws:dynamodb/table:Table",
        {"readCapacity": 25, "writeCapacity": 15, "globalSecondaryIndexes": [{"readCapacity": 5, "writeCapacity": 5}]},
        {"Read capacity units": "2.847", "Write capacity units": "9.49"},
        id="dynamodb provisioned, with an index",
    ),
    case(
        "aws:dynamodb/table:Table",
        {"billingMode": "PAY_PER_REQUEST", "replicas": [{"regionName": "us-east-2"}]},
        {
            "Replicated write request units": "1.875",
            "Replicated write request units in us-east-2": "1.875",
            "Write request units": None,
            "Data to replicas": "0.05722046",  # 3,000,000 kilobytes at $0.02 a gigabyte
        },
        {"monthly_write_request_units": 3_000_000},
        id="dynamodb: a global table, on demand",
    ),
    case(
        "aws:dynamodb/table:Table",
        {"billingMode": "PAY_PER_REQUEST"},
        {"Backups on demand": "46.00", "Data restored": "34.50", "Reads of the stream": "0.40"},
        {
            "on_demand_backup_storage_gb": 460,
            "monthly_data_restored_gb": 230,
            "monthly_streams_read_request_units": 2_000_000,
        },
        id="dynamodb: backups, restores and stream",
    ),
    case(
        "aws:dynamodb/table:Table",
        {"billingMode": "PAY_PER_REQUEST", "tableClass": "STANDARD_INFREQUENT_ACCESS"},
        {"Read request units": "1.24", "Write request units": "2.34", "Data stored": "23.00"},
        {"monthly_read_request_units": 8_000_000, "monthly_write_request_units": 3_000_000, "storage_gb": 230},
        id="dynamodb: infrequent access",
    ),
]
