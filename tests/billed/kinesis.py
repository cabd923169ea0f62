"""What resources of `kinesis` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case(
        "aws:kinesis/stream:Stream",
        {"shardCount": 4},
        {"Shards": "43.80", "PUT payload units": "0.091"},
        {"monthly_put_units": 6_500_000},
        id="kinesis shards",
    ),
    case(
        "aws:kinesis/stream:Stream",
        {"streamModeDetails": {"streamMode": "ON_DEMAND"}},
        {"On-demand stream": "29.20", "Data in": "0.80", "Data out": "0.40"},
        {"monthly_on_demand_data_in_gb": 10, "monthly_on_demand_data_out_gb": 10},
        id="kinesis on demand",
    ),
    case(
        "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream",
        {},
        {"Data ingested": "2.90"},
        {"monthly_data_ingested_gb": 100},
    ),
    case(
        "aws:kinesis/stream:Stream",
        {"shardCount": 2, "retentionPeriod": 168},
        {"Extended retention": "29.20", "Long-term retention": None},
        id="kinesis: a week, 2 shards",
    ),
    case(
        "aws:kinesis/stream:Stream",
        {"retentionPeriod": 168 + 730, "shardCount": 1},
        {"Extended retention": "14.60", "Long-term retention": "0.575"},
        {"monthly_put_units": 1024 * 1024},
        id="kinesis: a month beyond the week, 25 GB stored",
    ),
    case(
        "aws:kinesis/stream:Stream",
        {"streamModeDetails": {"streamMode": "ON_DEMAND"}, "retentionPeriod": 97},
        {"Extended retention": "1.00"},
        {"monthly_on_demand_data_in_gb": 100},
        id="kinesis on demand: 73 hours beyond the first day, 10 GB stored",
    ),
    case(
        "aws:kinesis/stream:Stream",
        {"retentionPeriod": 200, "shardCount": 1},
        {"PUT payload units": "0.091", "Data read after a week": "2.10"},
        {"monthly_provisioned_put_units": 6_500_000, "monthly_long_term_retrieval_gb": 100},
        id="kinesis: read again after a week",
    ),
]
