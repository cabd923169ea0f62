"""What resources of `vpclattice` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case(
        "aws:vpclattice/service:Service",
        {},
        {"Service": "18.25", "Data processed": "2.50", "Requests": "0.20"},
        {"monthly_requests": 2_000_000},
    ),
    case(
        "aws:vpclattice/serviceNetworkResourceAssociation:ServiceNetworkResourceAssociation",
        {},
        {"Resource in the network": "73.00", "Data to consumers": "1.00", "Data of the provider": "0.60"},
    ),
]
