"""Spike, full nodes, runaway, drain and rollout on a cluster: what is noticed when a piece is missing or wrong."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Iterator
from typing import Any

import depth
import pytest

from workbench.emulator.stage import Status

from .conftest import Live, deployed

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def live() -> Iterator[Live]:
    """All of k8s, deployed once for this file."""
    with deployed("k8s") as stack:
        yield stack


def spec(**changes: Any) -> Any:
    """A specification with other members; None takes one away."""

    def changed(found: dict[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in {**found, **changes}.items() if value is not None}

    return changed


def impatient(found: dict[str, Any]) -> dict[str, Any]:
    """A Deployment whose pods end at once."""
    changed = copy.deepcopy(found)
    del changed["template"]["spec"]["containers"][0]["lifecycle"]
    return changed


def roomy(found: dict[str, Any]) -> dict[str, Any]:
    """A quota that bounds nothing that a cluster of two nodes has."""
    return {"hard": {**dict.fromkeys(found["hard"], "100Gi"), "requests.cpu": "100", "pods": "10000"}}


@contextlib.contextmanager
def unbound(live: Live) -> Iterator[None]:
    """The rollout's role is in no group of the cluster."""
    entry = live.entry("AccessEntry", "scale")
    before, entry.inputs = entry.inputs, {**entry.inputs, "kubernetesGroups": ["strangers"]}
    try:
        yield
    finally:
        entry.inputs = before


SABOTAGES = [
    pytest.param(
        "spike",
        lambda live: live.altered("HorizontalPodAutoscaler", "stable", spec=spec(maxReplicas=2)),
        "the autoscaler adds pods",
        id="autoscaler that may not grow",
    ),
    pytest.param(
        "spike",
        lambda live: live.altered("Service", "stable", spec=spec(selector={"app": "another"})),
        "every pod as a target",
        id="service that selects no pods",
    ),
    pytest.param(
        "scaling-failures",
        lambda live: live.altered("MetricAlarm", "placement-failures", threshold=1000.0),
        "find none are an alarm",
        id="alarm that never goes off",
    ),
    pytest.param(
        "runaway",
        lambda live: live.altered("ResourceQuota", "quota", spec=roomy),
        "refused",
        id="quota that bounds nothing",
    ),
    pytest.param(
        "drain",
        lambda live: live.altered("Deployment", "stable-deployment", spec=impatient),
        "each old pod serves on",
        id="pods that end at once",
    ),
    pytest.param("rollout", unbound, "the state machine succeeds", id="rollout without its right to scale"),
]


@pytest.mark.parametrize(("scenario", "sabotage", "demand"), depth.tried(SABOTAGES, least=3))
def test_a_sabotaged_cluster_is_noticed(live, broken, scenario, sabotage, demand):
    assert any(demand in what for what in broken(scenario, sabotage))


def test_afterwards_all_is_as_it_was(live):
    for name in ("spike", "runaway", "drain"):
        played = live.play(name)
        assert played.status is Status.PASSED, [check for check in played.checks if check.status is Status.FAILED]
