"""What resources of `directconnect` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case(
        "aws:directconnect/connection:Connection",
        {"bandwidth": "1Gbps", "location": "EqDC2"},
        {"Port (1Gbps)": "219.00", "Data out": "4.00"},
        {"monthly_outbound_region_to_dx_location_gb": 200},
    ),
    case(
        "aws:directconnect/gatewayAssociation:GatewayAssociation",
        {"associatedGatewayId": "tgw-1"},
        {"Transit Gateway attachment": "36.50", "Data": "2.00"},
        {"monthly_data_processed_gb": 100},
        id="direct connect: a transit gateway",
    ),
    case(
        "aws:directconnect/gatewayAssociation:GatewayAssociation",
        {"associatedGatewayId": "vgw-1"},
        {"Transit Gateway attachment": None},
        id="direct connect: a virtual private gateway",
    ),
]
