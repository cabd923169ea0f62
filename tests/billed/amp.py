"""What resources of `amp` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case("aws:amp/workspace:Workspace", {}, {"Metric samples": "9.00", "Query": None, "Storage": None}),
    case(
        "aws:amp/workspace:Workspace",
        {},
        {"Metric samples": "215.00", "Query samples": "0.20", "Storage": "3.00"},  # 200 x .90 + 100 x .35
        {"monthly_samples": 3_000_000_000, "monthly_query_samples": 2_000_000_000, "storage_gb": 100},
        id="workspace: beyond two billion samples",
    ),
]
