"""What resources of `sqs` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case("aws:sqs/queue:Queue", {}, {"Requests": "0.80"}, {"monthly_requests": 2_000_000}, id="sqs standard"),
    case(
        "aws:sqs/queue:Queue", {"fifoQueue": True}, {"Requests": "0.50"}, {"monthly_requests": 1_000_000}, id="sqs fifo"
    ),
]
