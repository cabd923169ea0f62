"""What several property tests share."""

from unittest.mock import patch

import depth
import pytest
from hypothesis.internal.conjecture import providers

NONE = providers.Constants()
if depth.DEPTH != "whole":
    # Hypothesis (6.170) reads all of the project for constants to try, which takes each worker a second and a half.
    providers._get_local_constants = lambda: NONE


@pytest.fixture(scope="module")
def same_examples():
    """What is derandomized draws the same whatever else is collected: Hypothesis (6.170) also tries constants of those
    modules of the project that happen to be imported."""
    with patch.object(providers, "_get_local_constants", lambda: NONE):
        providers.CONSTANTS_CACHE.cache.clear()
        yield
    providers.CONSTANTS_CACHE.cache.clear()
