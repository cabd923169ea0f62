"""What resources of `sqs` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case("aws:sqs/queue:Queue", {}, {"Requests": "0.80"}, {"monthly_requests": 2_000_000}, id="sqs standard"),
    case(
        "aws:sqs/queue:Queue", {"fifoQueue": True}, {"Requests": "0.50"}, {"monthly_requests": 1_000_000}, id="sqs fifo"
    ),
    case(
        "aws:sqs/queue:Queue",
        {},
        {"Requests": "1.20"},  # of 130 KB: three requests each
        {"monthly_requests": 1_000_000, "request_size_kb": 130},
        id="sqs: large requests",
    ),
]
