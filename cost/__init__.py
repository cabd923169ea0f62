"""What a stack costs, offline: `estimate` prices a graph from the catalogue beside it."""

from cost.estimate import Estimate, Line, UnpricedResource
from cost.estimator import DEFAULT_LIMIT_USD, estimate

__all__ = ["DEFAULT_LIMIT_USD", "Estimate", "Line", "UnpricedResource", "estimate"]
