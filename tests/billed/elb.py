"""What resources of `elb` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case(
        "aws:elb/loadBalancer:LoadBalancer",
        {},
        {"Classic load balancer": "18.25", "Data processed": "80.00"},
        {"processed_bytes_gb": 10000},
        id="classic elb",
    ),
]
