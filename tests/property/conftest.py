"""What several property tests share."""

from unittest.mock import patch

import pytest
from hypothesis.internal.conjecture import providers


@pytest.fixture(scope="module")
def same_examples():
    """What is derandomized draws the same whatever else is collected: Hypothesis (6.170) also tries constants of those
    modules of the project that happen to be imported."""
    none = property(lambda provider: providers.Constants())
    with patch.object(providers.HypothesisProvider, "_local_constants", none):
        providers.CONSTANTS_CACHE.cache.clear()
        yield
    providers.CONSTANTS_CACHE.cache.clear()
