"""What APIs of `appsync` cost a month: the examples of AWS's pricing page, us-east-1, list prices."""

from ._case import case

CASES = [
    case(
        "aws:appsync/graphQLApi:GraphQLApi",
        {},
        {"Operations": "20.00", "Updates": None, "Data out": "1.287"},  # 14.3 GB x .09
        {"monthly_operations": 5_000_000, "monthly_outbound_internet_gb": "14.3"},
        id="appsync: a blog (pricing page, example 1)",
    ),
    case(
        "aws:appsync/graphQLApi:GraphQLApi",
        {},
        {"Operations": "10.00", "Updates in real time": "5.00", "Connection minutes": "0.30"},
        {
            "monthly_operations": 2_500_000,
            "monthly_real_time_updates": 2_500_000,
            "monthly_connection_mins": 3_750_000,
        },
        id="appsync: a chat (pricing page, example 2)",
    ),
]
