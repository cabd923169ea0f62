"""What resources of `athena` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case(
        "aws:athena/workgroup:Workgroup",
        {},
        {"Queries: data scanned": "15.00"},  # the 3 TB of the pricing page's example
        {"monthly_data_scanned_tb": 3},
    ),
    case("aws:athena/workgroup:Workgroup", {"state": "DISABLED"}, {}, id="athena: disabled"),
]
