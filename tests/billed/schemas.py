"""What resources of `schemas` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case("aws:schemas/discoverer:Discoverer", {}, {"Schema discovery": "0.10"}),
]
