"""What resources of `secretsmanager` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case(
        "aws:secretsmanager/secret:Secret", {}, {"Secret": "0.40", "API calls": "0.50"}, {"monthly_requests": 100_000}
    ),
    case(
        "aws:secretsmanager/secret:Secret",
        {"replicas": [{"region": "eu-west-1"}, {"region": "us-west-2"}]},
        {"Secret": "0.40", "Replicas in other Regions": "0.80"},
        id="secret with two replicas",
    ),
]
