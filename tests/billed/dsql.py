"""What resources of `dsql` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case(
        "aws:dsql/cluster:Cluster",
        {},
        {"Processing units": "20.00", "Storage": "6.60"},
        {"monthly_dpus": 2_500_000, "storage_gb": 20},
    ),
]
