"""What resources of `cognito` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case(
        "aws:cognito/userPool:UserPool",
        {},
        {"Monthly active users": "15.00", "Federated users": "1.50", "Tokens for machines": "2.25"},
        {"monthly_active_users": 1000, "monthly_federated_users": 100, "monthly_m2m_tokens": 1000},
        id="cognito essentials",
    ),
    case(
        "aws:cognito/userPool:UserPool",
        {"userPoolTier": "LITE"},
        {"Monthly active users": "5.50"},
        {"monthly_active_users": 1000},
        id="cognito lite",
    ),
]
