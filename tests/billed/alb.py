"""What resources of `alb` cost a month: us-east-1, list prices, 730 hours."""

from deployment import tokens

from ._case import case

CASES = [
    case(
        token,
        {"subnets": ["a", "b"]},
        {"Application load balancer": "16.425"},
        id=f"alias {token.partition('/')[0]}",
    )
    for token in tokens.LOAD_BALANCER
]
