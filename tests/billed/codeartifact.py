"""What resources of `codeartifact` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case("aws:codeartifact/repository:Repository", {}, {"Packages stored": "0.05", "Requests": "0.50"}),
]
