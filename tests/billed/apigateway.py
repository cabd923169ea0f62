"""What resources of `apigateway` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case("aws:apigateway/restApi:RestApi", {}, {"Requests": "3.50"}, {"monthly_requests": 1_000_000}),
    case("aws:apigateway/stage:Stage", {}, {"Cache": None}),
    case(
        "aws:apigateway/restApi:RestApi",
        {},
        {"Requests": "3033.10"},
        {"monthly_requests": 1_000_000_000},
        id="rest api: two tiers",
    ),
    case(
        "aws:apigateway/stage:Stage",
        {"xrayTracingEnabled": True},
        {"Traces recorded": "10.00"},
        {"monthly_traces": 2_000_000},
        id="stage with traces",
    ),
]
