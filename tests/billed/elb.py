"""What resources of `elb` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case(
        "aws:elasticloadbalancing/loadBalancer:LoadBalancer",
        {"internal": True},
        {"Classic load balancer": "18.25"},
        id="classic elb by its older name",
    ),
    case(
        "aws:elb/loadBalancer:LoadBalancer",
        {},
        {"Classic load balancer": "18.25", "Data processed": "80.00"},
        {"processed_bytes_gb": 10000},
        id="classic elb",
    ),
    case(
        "aws:elb/loadBalancer:LoadBalancer",
        {"subnets": ["a", "b"]},
        {"Public IPv4 addresses": "7.30"},
        id="classic elb: an address a zone",
    ),
    case(
        "aws:elb/loadBalancer:LoadBalancer",
        {"subnets": ["a", "b"], "internal": True},
        {"Public IPv4 addresses": None, "Data out": None},
        id="internal classic elb",
    ),
    case(
        "aws:elb/loadBalancer:LoadBalancer",
        {},
        {"Classic load balancer": "18.25", "Data processed": "80.00"},
        {"monthly_data_processed_gb": 10_000},
        id="classic load balancer, the key by its other name",
    ),
]
