"""What resources of `ec2transitgateway` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case(
        "aws:ec2transitgateway/vpcAttachment:VpcAttachment",
        {},
        {"Transit Gateway attachment": "36.50", "Data through": "2.00"},
        {"monthly_data_processed_gb": 100},
    ),
    case(
        "aws:ec2transitgateway/peeringAttachment:PeeringAttachment",
        {},
        {"Transit Gateway attachment": "36.50"},
        id="transit gateway peering",
    ),
]
