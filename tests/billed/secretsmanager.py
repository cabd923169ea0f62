"""What resources of `secretsmanager` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case(
        "aws:secretsmanager/secret:Secret", {}, {"Secret": "0.40", "API calls": "0.50"}, {"monthly_requests": 100_000}
    ),
]
