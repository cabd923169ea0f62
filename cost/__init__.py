"""What a stack costs, offline: `estimate` prices a graph from the catalogue beside it."""

from cost.estimate import NO_LIMIT_USD, Estimate, Line, UnpricedResource
from cost.estimator import estimate

__all__ = ["NO_LIMIT_USD", "Estimate", "Line", "UnpricedResource", "estimate"]
