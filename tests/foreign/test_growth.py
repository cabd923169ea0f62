"""Judging and pricing take time in proportion to the resources, whatever program they are of.

Calls of functions are counted, which no busy machine changes; what looks through all of a kind for each of another
grows faster than the programs.
"""

import cProfile
import pstats

import pytest

from cost import estimate
from deployment.reader import graph_from_json
from foreign.declared import together
from policies.assess import assess


def calls(judge, copies):
    """Calls of functions for all programs `copies` times."""
    profile = cProfile.Profile()
    profile.runcall(lambda: judge(graph_from_json(together(copies), "together")))
    return pstats.Stats(profile).total_calls


@pytest.mark.parametrize("judge", [estimate, assess])
def test_twice_the_resources_take_twice_the_calls(judge):
    judge(graph_from_json(together(1), "together"))  # reads what it rests on, once
    once, twice, four_times = (calls(judge, copies) for copies in (1, 2, 4))
    assert four_times - twice <= 2.005 * (twice - once)
