"""What resources of `globalaccelerator` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case(
        "aws:globalaccelerator/accelerator:Accelerator",
        {},
        {"Accelerator": "18.25", "Data transfer premium": "1.50"},
        {"monthly_outbound_gb": 100},
    ),
]
