"""What resources of `ec2clientvpn` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case(
        "aws:ec2clientvpn/endpoint:Endpoint",
        {},
        {"Client connections": "8.00"},  # 160 x .05
        {"monthly_connection_hours": 160},
    ),
    case("aws:ec2clientvpn/networkAssociation:NetworkAssociation", {}, {"Client VPN association": "73.00"}),
]
