"""Every component by itself on the embedded AWS."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from integration.emulator.test_stacks import subgraph

from workbench.emulator.api import Api
from workbench.emulator.deploy import Deployer
from workbench.emulator.lifecycle import Lifecycle
from workbench.emulator.readback import leftovers, read_back
from workbench.emulator.seed import references
from workbench.emulator.world import embedded_aws

COMPONENTS = (
    "AuditLog",
    "BudgetGuard",
    "Cache",
    "CanaryRollout",
    "Certificate",
    "CiAccess",
    "Contract",
    "Dashboard",
    "EncryptionKey",
    "FeatureFlag",
    "Firewall",
    "Fleet",
    "HealthFeed",
    "LoadBalancer",
    "LogBucket",
    "Maintenance",
    "Network",
    "Notifications",
    "Reaper",
    "ScalingEvents",
    "SecurityGroups",
    "ServiceAlarms",
    "TrafficSplit",
)


@pytest.fixture(scope="module")
def account(deployment: Any) -> Iterator[tuple[Api, set[str]]]:
    """An account that one component after the other comes to and leaves, and what it holds without them."""
    with embedded_aws(platform=references(deployment("dev"))) as api:
        yield api, leftovers(api)


@pytest.mark.parametrize("component", COMPONENTS)
def test_a_component_is_deployed_by_itself(
    deployment: Any, deployable: Any, account: tuple[Api, set[str]], component: str
) -> None:
    api, held = account
    part = subgraph(deployable(deployment("dev")), f"plant:components:{component}$")
    assert part, "the stack has no such component"
    deployer = Deployer(Lifecycle(api))
    made = deployer.deploy({"deployment": {"resources": part}})
    assert made.actions["create"] + made.actions["validate"] == len(part)
    assert read_back(deployer).differences == []
    assert set(deployer.deploy({"deployment": {"resources": part}}).actions) == {"same"}
    deployer.destroy()
    left = leftovers(api) - held
    held |= left  # the next does not answer for it
    assert left == set()
