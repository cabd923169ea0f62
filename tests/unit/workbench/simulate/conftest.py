"""Makes the small stack of this folder importable as a fixture."""

import importlib.util
from pathlib import Path

import pytest

_SPEC = importlib.util.spec_from_file_location("simulate_stacks", Path(__file__).with_name("stacks.py"))
assert _SPEC is not None
assert _SPEC.loader is not None
stacks = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(stacks)


@pytest.fixture
def small_stack():
    return stacks.small_stack


@pytest.fixture
def small_graph():
    return stacks.small_graph


@pytest.fixture
def stack_resource():
    return stacks.resource
