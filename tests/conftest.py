"""What every test may use: the recorded stacks, each synthesized once a session."""

from __future__ import annotations

import gc
import json
import pickle
from functools import cache
from typing import Any

import depth
import pytest
from hypothesis import settings
from spread import begins_at_the_end, spread, workers

from deployment import tokens
from deployment.graph import ResourceGraph
from deployment.reader import graph_from_json

# For properties that say nothing else, wherever they are. No deadline: what is read by the first example, or a busy
# machine, is no property.
settings.register_profile("plant", max_examples=depth.drawn(100), deadline=None)
settings.load_profile("plant")


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    """Half of the workers look for tests from the other end: each finds compiled what the others have read.

    Without kept byte code all of them rewrote and compiled every file, at the same time.
    """
    report = yield
    if isinstance(collector, pytest.Directory) and begins_at_the_end():
        report.result.reverse()
    return report


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items):
    """Where several workers share the tests, each begins with long ones: of those that `-m` has left."""
    if (number := workers()) > 1:
        items.sort(key=lambda item: item.path)  # whichever end they were found from
    yield
    if number > 1:
        items[:] = spread(items, lambda item: item.path, lambda item: item.get_closest_marker("slow"), number)


def _measuring(config):
    return config.option.markexpr == "benchmark"


def pytest_configure(config):
    """Look for garbage less often: a tenth of the time, of looking for tests too; not where
    benchmarks measure what people wait for."""
    if not _measuring(config):
        gc.set_threshold(1_000_000, 50, 100)


def pytest_collection_finish(session):
    """Look for none among modules and tests, which stay; not even once: of 600,000 objects 5,000 are garbage."""
    if not _measuring(session.config):
        gc.freeze()


def pytest_sessionfinish(session):
    """Nor at the end, where pytest looks through all that there is five times."""
    if not _measuring(session.config):
        gc.freeze()


STACKS = {
    "dev": ("dev", {}),
    "prod": ("prod", {}),
    "k8s": ("k8s", {}),
    "parked": ("dev", {"plant:uptime.parked": "true"}),
}
"""Name in the tests -> stack file, and configuration on top of it."""


@cache
def recorded(name: str) -> dict[str, Any]:
    """Deployment of one of STACKS; shared, so copy it before changing it."""
    from workbench.preview.synthesis import synthesize

    stack, overrides = STACKS[name]
    return synthesize(stack, overrides=overrides)


@cache
def _packed(name: str) -> bytes:
    return pickle.dumps(recorded(name))


@pytest.fixture(scope="session")
def deployment():
    """`deployment("dev")`: a fresh copy of the deployment JSON of one of STACKS."""
    return lambda name: pickle.loads(_packed(name))  # noqa: S301 - our own; a sixth of what copying takes


@pytest.fixture(scope="session")
def deployable():
    """`deployable(deployment("dev"))`: one that can be deployed, with flags for those that the preview keeps secret."""

    def of(whole: dict[str, Any]) -> dict[str, Any]:
        for state in whole["deployment"]["resources"]:
            if state["type"] in tokens.APPCONFIG_VERSION:
                state["inputs"]["content"] = json.dumps({"version": "1", "flags": {}, "values": {}})
        return whole

    return of


@pytest.fixture(scope="session")
def graph():
    """`graph("dev")`: the graph of one of STACKS."""

    @cache
    def of(name: str) -> ResourceGraph:
        return graph_from_json(recorded(name), f"the recorded {name} stack")

    return of
