"""What resources of `networkfirewall` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case(
        "aws:networkfirewall/firewall:Firewall",
        {"subnetMappings": [{"subnetId": "a"}, {"subnetId": "b"}]},
        {"Firewall endpoints": "576.70", "Data through the firewall": "6.50"},  # 2 x 730 x .395
        {"monthly_data_processed_gb": 100},
    ),
]
