"""What a stack costs, offline: `estimate` prices a graph from the catalogue beside it."""

from policies.cost.estimate import Estimate, Line, UnpricedResource
from policies.cost.estimator import DEFAULT_LIMIT_USD, estimate

__all__ = ["DEFAULT_LIMIT_USD", "Estimate", "Line", "UnpricedResource", "estimate"]
