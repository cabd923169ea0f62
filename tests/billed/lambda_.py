"""What resources of `lambda` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case(
        "aws:lambda/function:Function",
        {"memorySize": 512},
        {"Requests": "0.20", "Duration (x86": "0.8333350"},
        {"monthly_requests": 1_000_000, "request_duration_ms": 100},
        id="lambda x86",
    ),
    case(
        "aws:lambda/function:Function",
        {"memorySize": 1024, "architectures": ["arm64"], "ephemeralStorage": {"size": 1536}},
        {"Duration (arm64": "1.333340", "Temporary storage": "0.003090"},
        {"monthly_requests": 1_000_000, "request_duration_ms": 100},
        id="lambda arm64 with storage",
    ),
    case(
        "aws:lambda/function:Function",
        {"tracingConfig": {"mode": "Active"}},
        {"Traces recorded": "13.64"},
        {"monthly_requests": 4_628_000},
        id="lambda: the first request of each second is traced, and 5 % of the others",
    ),
    case(
        "aws:lambda/function:Function",
        {"tracingConfig": {"mode": "PassThrough"}},
        {"Traces recorded": None},
        id="lambda that traces nothing itself",
    ),
]
