"""What resources of `scheduler` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case(
        "aws:scheduler/schedule:Schedule",
        {"scheduleExpression": "rate(1 minute)"},
        {"Schedule invocations": "0.0438"},
        id="schedule every minute",
    ),
]
