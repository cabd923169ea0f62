"""What resources of `kinesisanalyticsv2` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case(
        "aws:kinesisanalyticsv2/application:Application",
        {
            "runtimeEnvironment": "FLINK-1_20",
            "applicationConfiguration": {
                "flinkApplicationConfiguration": {
                    "parallelismConfiguration": {
                        "configurationType": "CUSTOM",
                        "parallelism": 5,
                        "parallelismPerKpu": 2,
                        "autoScalingEnabled": False,
                    }
                }
            },
        },
        # 3 units of two parallel tasks
        {"Processing units": "240.90", "Processing unit for orchestration": "80.30", "Running storage": "15.00"},
    ),
    case(
        "aws:kinesisanalyticsv2/application:Application",
        {"runtimeEnvironment": "FLINK-1_20"},
        {"Processing units": "160.60", "Running storage": "10.00", "Backups": "0.23"},
        {"kinesis_processing_units": 2, "durable_application_backup_gb": 10},
        id="application: scaled to two units on average",
    ),
    case("aws:kinesisanalyticsv2/applicationSnapshot:ApplicationSnapshot", {}, {"Snapshot storage": "0.023"}),
]
