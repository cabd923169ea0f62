"""What resources of `synthetics` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case(
        "aws:synthetics/canary:Canary",
        {"schedule": {"expression": "rate(5 minutes)"}, "runConfig": {"memoryInMb": 1024}},
        # 730 x 12 runs of 15 s in 1 GB
        {"Canary runs": "10.512", "Function requests": "0.001752", "Function duration": "2.19000438"},
    ),
    case(
        "aws:synthetics/canary:Canary",
        {"schedule": {"expression": "rate(1 hour)"}, "runConfig": {"memoryInMb": 2048, "timeoutInSeconds": 10}},
        {"Canary runs": "0.876", "Function duration": "0.24333382"},
        {"request_duration_ms": 20_000},
        id="canary: no run is longer than its limit",
    ),
    case(
        "aws:synthetics/canary:Canary",
        {"schedule": {"expression": "rate(0 minutes)"}},
        {"Canary runs": "0.0012"},
        id="canary: by hand",
    ),
]
