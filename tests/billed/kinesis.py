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
]
