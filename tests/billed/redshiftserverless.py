"""What resources of `redshiftserverless` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case(
        "aws:redshiftserverless/workgroup:Workgroup",
        {"baseCapacity": 8, "maxCapacity": 64},
        {"Queries (8 RPUs)": "300.00"},  # 8 x 100 x 0.375
        {"monthly_hours": 100},
    ),
    case(
        "aws:redshiftserverless/namespace:Namespace",
        {},
        {"Managed storage": "12.00"},  # 500 x 0.024
        {"managed_storage_gb": 500},
    ),
]
