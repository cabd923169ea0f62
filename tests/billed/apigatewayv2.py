"""What resources of `apigatewayv2` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case(
        "aws:apigatewayv2/api:Api",
        {"protocolType": "HTTP"},
        {"Requests": "930.00"},
        {"monthly_requests": 1_000_000_000},
        id="http api: tiers",
    ),
    case(
        "aws:apigatewayv2/api:Api",
        {"protocolType": "HTTP"},
        {"Requests": "2.00"},
        {"monthly_requests": 1_000_000, "request_size_kb": 600},
        id="http api: steps of 512 KB",
    ),
    case(
        "aws:apigatewayv2/api:Api",
        {"protocolType": "WEBSOCKET"},
        {"Messages": "1400.00", "Connection minutes": "2.50"},
        {"monthly_messages": 1_500_000_000, "monthly_connection_mins": 10_000_000},
        id="websocket api",
    ),
    case(
        "aws:apigatewayv2/api:Api",
        {"protocolType": "WEBSOCKET"},
        {"Messages": "2.00"},
        {"monthly_messages": 1_000_000, "message_size_kb": 40},
        id="websocket api: steps of 32 KB",
    ),
]
