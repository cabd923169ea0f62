"""What resources of `alb` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case(
        "aws:alb/loadBalancer:LoadBalancer",
        {"subnets": ["a", "b"]},
        {"Application load balancer": "16.425"},
        id="alb alias",
    ),
]
