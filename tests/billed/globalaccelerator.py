"""What resources of `globalaccelerator` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case(
        "aws:globalaccelerator/accelerator:Accelerator",
        {},
        {"Accelerator": "18.25", "Public IPv4": "7.30", "Data transfer premium": "1.50"},
        {"monthly_outbound_gb": 100},
    ),
    case(
        "aws:globalaccelerator/accelerator:Accelerator",
        {"ipAddresses": ["203.0.113.1", "203.0.113.2"]},
        {"Public IPv4": None},
        id="accelerator: addresses of one's own",
    ),
    case("aws:globalaccelerator/customRoutingAccelerator:CustomRoutingAccelerator", {}, {"Accelerator": "18.25"}),
]
