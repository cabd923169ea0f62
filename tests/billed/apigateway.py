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
    case(
        "aws:apigateway/stage:Stage",
        {"cacheClusterEnabled": True, "cacheClusterSize": "0.5"},
        {"Cache (0.5 GB)": "14.60"},
        id="rest api: cache of half a gigabyte",
    ),
    case(
        "aws:apigateway/stage:Stage",
        {"cacheClusterEnabled": True, "cacheClusterSize": "237"},
        {"Cache (237 GB)": "2774.00"},
        id="rest api: the largest cache",
    ),
    case(
        "aws:apigateway/stage:Stage",
        {"cacheClusterEnabled": True, "cacheClusterSize": "6.1"},
        {"Cache": "146.00"},
        id="rest api: a cache of 6.1 GB",
    ),
]
