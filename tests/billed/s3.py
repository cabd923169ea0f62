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
]
