"""The recorded stacks declare what the table of `declared` says."""

import pytest
from declared import departures


@pytest.mark.parametrize("stack", ["dev", "prod", "parked", "k8s"])
def test_each_stack_declares_what_the_table_says(graph, stack):
    assert list(departures(graph(stack))) == []
