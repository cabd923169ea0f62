"""What resources of `cloudfront` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case(
        "aws:cloudfront/distribution:Distribution",
        {"defaultCacheBehavior": {"functionAssociations": [{"functionArn": "a"}, {"functionArn": "b"}]}},
        {"Function invocations": "1.00"},  # 2 x 5 M x .10
        {"monthly_https_requests": 5_000_000},
        id="cloudfront: functions",
    ),
    case(
        "aws:cloudfront/distribution:Distribution",
        {},
        {"Data out": "870.40", "HTTPS requests": "1.00"},
        {"monthly_data_transfer_to_internet_gb": 10240, "monthly_https_requests": 1_000_000},
    ),
    case(
        "aws:cloudfront/distribution:Distribution",
        {"viewerCertificate": {"iamCertificateId": "x", "sslSupportMethod": "vip"}},
        {"Dedicated IP custom SSL": "600.00"},
        id="cloudfront on dedicated addresses",
    ),
    case(
        "aws:cloudfront/distribution:Distribution",
        {
            "defaultCacheBehavior": {"realtimeLogConfigArn": "logs"},
            "orderedCacheBehaviors": [{"fieldLevelEncryptionId": "keys"}],
        },
        {
            "Lines of real-time logs": "0.12",
            "Requests with field-level encryption": "0.24",
            "Invalidated paths": "61.70",
        },
        {
            "monthly_log_lines": 12_000_000,
            "monthly_encryption_requests": 120_000,
            "monthly_invalidation_requests": 12_340,
        },
        id="cloudfront: logs, encryption of fields, invalidated paths",
    ),
    case(
        "aws:cloudfront/distribution:Distribution",
        {"defaultCacheBehavior": {"realtimeLogConfigArn": "logs"}},
        {"Lines of real-time logs": "0.10"},  # a line a request
        {"monthly_https_requests": 10_000_000},
        id="cloudfront: real-time logs by its requests",
    ),
    case(
        "aws:cloudfront/distribution:Distribution",
        {"orderedCacheBehaviors": [{"lambdaFunctionAssociations": [{"lambdaArn": "a"}, {"lambdaArn": "b"}]}]},
        {
            "Lambda@Edge requests": "12.00",  # 2 x 10 million
            "Lambda@Edge duration (0.125 GB, 50 ms)": "6.25125",  # 20 million x .05 s x .125 GB x .00005001
        },
        {"monthly_https_requests": 10_000_000},
        id="cloudfront: Lambda@Edge",
    ),
]
