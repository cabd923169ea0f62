"""What resources of `ecr` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case("aws:ecr/repository:Repository", {}, {"Images stored": "1.00"}, {"storage_gb": 10}),
]
