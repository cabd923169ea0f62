"""Look-ups that the component tests share."""

import json

import pytest

from workbench.preview.stackfile import StackFile
from workbench.preview.synthesis import record


@pytest.fixture(scope="session")
def dev(graph):
    return graph("dev")


@pytest.fixture(scope="session")
def prod(graph):
    return graph("prod")


@pytest.fixture(scope="session")
def parked(graph):
    return graph("parked")


@pytest.fixture(scope="session")
def one():
    """`one(graph, type, name)`: the only resource of that type and name."""

    def find(graph, token, name=None):
        found = [resource for resource in graph.of_type(token) if name in (None, resource.name)]
        assert len(found) == 1, [resource.name for resource in found]
        return found[0]

    return find


@pytest.fixture(scope="session")
def document():
    """`document(resource, "policy")`: a property that holds JSON."""
    return lambda resource, path: json.loads(resource.get(path))


@pytest.fixture(scope="session")
def declare():
    """`declare(function)`: graph of what the function declares, outside any stack file."""
    from deployment.reader import graph_from_json

    def run(program):
        return graph_from_json(record(program, StackFile(project="test", stack="test", main=".")), "a test program")

    return run
