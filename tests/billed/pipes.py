"""What resources of `pipes` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case("aws:pipes/pipe:Pipe", {}, {"Requests": "2.00"}, {"monthly_requests": 5_000_000}),
]
