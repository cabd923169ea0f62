"""What resources of `s3` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case(
        "aws:s3/bucket:Bucket",
        {},
        {"Storage": "23.00", "PUT": "0.50", "GET": "0.40"},
        {"storage_gb": 1000, "monthly_tier_1_requests": 100_000, "monthly_tier_2_requests": 1_000_000},
    ),
    case("aws:s3/bucketV2:BucketV2", {}, {"Storage": "0.23"}, {"storage_gb": 10}),
    case("aws:s3/bucket:Bucket", {}, {"Storage": "13163.20"}, {"storage_gb": 600_000}, id="s3: three tiers"),
    case(
        "aws:s3/bucket:Bucket",
        {},
        {
            "Storage, infrequent access": "375.00",
            "Storage, one zone, infrequent access": "400.00",
            "Storage, Glacier flexible retrieval": "180.00",
            "Storage, Glacier deep archive": "59.40",
            "Infrequent access: PUT": "0.30",
            "Infrequent access: GET": "0.03",
            "Infrequent access: data retrieved": "300.00",
        },
        {
            "standard_infrequent_access.storage_gb": 30_000,
            "standard_infrequent_access.monthly_tier_1_requests": 30_000,
            "standard_infrequent_access.monthly_tier_2_requests": 30_000,
            "standard_infrequent_access.monthly_data_retrieval_gb": 30_000,
            "one_zone_infrequent_access.storage_gb": 40_000,
            "glacier_flexible_retrieval.storage_gb": 50_000,
            "glacier_deep_archive.storage_gb": 60_000,
        },
        id="s3: cold classes",
    ),
    case("aws:s3/inventory:Inventory", {}, {"Objects listed": "0.025"}, {"monthly_listed_objects": 10_000_000}),
    case(
        "aws:s3/analyticsConfiguration:AnalyticsConfiguration",
        {},
        {"Objects analysed": "1.00"},
        {"monthly_monitored_objects": 10_000_000},
    ),
    case(
        "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
        {"rules": [{"status": "Enabled", "destination": {"bucket": "arn:aws:s3:::elsewhere"}}]},
        {"Data to other Regions": "2.00", "Objects replicated": "0.50"},
        {"monthly_replicated_gb": 100, "monthly_replicated_objects": 100_000},
    ),
    case(
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        {
            "rules": [
                {"transitions": [{"days": 30, "storageClass": "STANDARD_IA"}, {"days": 90, "storageClass": "GLACIER"}]},
                {"noncurrentVersionTransitions": [{"noncurrentDays": 30, "storageClass": "DEEP_ARCHIVE"}]},
                {"transitions": [{"days": 60, "storageClass": "GLACIER_IR"}]},
            ]
        },
        {
            "Transitions to infrequent access": "1.00",
            "Transitions to Glacier instant retrieval": "2.00",
            "Transitions to Glacier flexible retrieval": "3.00",
            "Transitions to Glacier deep archive": "5.00",
        },
        {"monthly_lifecycle_transition_requests": 100_000},
        id="s3: transitions",
    ),
    case(
        "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2",
        {"rules": [{"expiration": {"days": 30}}]},
        {"Transitions": None},
        id="s3: what only expires",
    ),
    case(
        "aws:s3/bucket:Bucket",
        {"lifecycleRules": [{"transitions": [{"days": 0, "storageClass": "INTELLIGENT_TIERING"}]}]},
        {"Transitions to intelligent tiering": "0.20", "Objects watched by intelligent tiering": "0.05"},
        {"monthly_lifecycle_transition_requests": 20_000, "monitored_objects": 20_000},
        id="s3: intelligent tiering",
    ),
    case(
        "aws:s3/bucketNotification:BucketNotification",
        {"eventbridge": True},
        {"Events to EventBridge": "3.00"},
        {"monthly_events": 3_000_000},
    ),
    case(
        "aws:s3/bucketNotification:BucketNotification",
        {"queues": [{"queueArn": "q", "events": ["s3:ObjectCreated:*"]}]},
        {"Events": None},
        id="s3: events to queues are free",
    ),
    case(
        "aws:s3/bucket:Bucket",
        {"replicationConfiguration": {"role": "r", "rules": [{"destination": {"bucket": "arn:aws:s3:::elsewhere"}}]}},
        {"Data to other Regions": "2.00", "Objects replicated": "0.50"},
        {"monthly_replicated_gb": 100, "monthly_replicated_objects": 100_000},
        id="s3: replicated by the bucket itself",
    ),
]
