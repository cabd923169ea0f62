"""What the scenarios about load share: the stable fleet, its targets, a minute of traffic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from deployment import tokens
from infra.stack.fleet import tracked_requests
from workbench.emulator.behaviour import balancer
from workbench.emulator.stage import MissingPieceError, Stage

GROUP = tokens.SCALING_GROUP[0]
TARGET_GROUP = tokens.TARGET_GROUP[0]
POLICY = tokens.SCALING_POLICY[0]
FAST_SECONDS = 0.04
"""Response time when all is well."""


@dataclass
class StableFleet:
    """The fleet that answers when no rollout runs."""

    stage: Stage
    retry_ratio: float = 1.3
    """Load with everybody's second attempts, in usual loads: past what scaling tolerates."""

    def __post_init__(self) -> None:
        self.name = self.stage.entry(GROUP, "stable").id
        self.target_group = self.stage.entry(TARGET_GROUP, "stable")
        self.stage.entry(POLICY, "stable-track")
        self.target_value = float(tracked_requests(self.stage.settings))
        """Requests a minute that an instance takes within the response budget, and should be tracked at."""
        self.dimensions = metric_dimensions(self.stage, "stable")

    @property
    def described(self) -> dict[str, Any]:
        """The group as the API reports it."""
        return self.stage.account.scaling.describe(self.name)

    @property
    def bounds(self) -> tuple[int, int]:
        """Smallest and largest number of instances."""
        return int(self.described["MinSize"]), int(self.described["MaxSize"])

    @property
    def size(self) -> int:
        """Instances in service."""
        return len(self.instances())

    def instances(self) -> dict[str, str]:
        """Instance in service → its zone."""
        return {
            item["InstanceId"]: item["AvailabilityZone"]
            for item in self.described["Instances"]
            if item["LifecycleState"] == "InService"
        }

    def registered(self) -> set[str]:
        """Instance ids that the load balancer has as targets."""
        return balancer.registered(self.stage.account.answers, self.target_group.id)

    def healthy(self) -> set[str]:
        """Targets that answer."""
        return self.registered() - self.stage.account.scaling.lost()

    def grow_to(self, count: int, why: str) -> None:
        """Set the desired capacity, as an operator would."""
        account = self.stage.account
        account.scaling.set_desired(self.name, count, account.clock.now, why)

    def minute(self, requests: float, seconds: float = FAST_SECONDS) -> None:
        """A minute of traffic: what the load balancer measures, then alarms and policies."""
        account = self.stage.account
        answering = len(self.healthy())
        if answering:
            account.put_metric("AWS/ApplicationELB", "RequestCountPerTarget", self.dimensions, requests / answering)
            account.put_metric("AWS/ApplicationELB", "RequestCount", self.dimensions, requests)
            if requests >= 1:
                account.put_metric("AWS/ApplicationELB", "TargetResponseTime", self.dimensions, seconds, int(requests))
        account.minute()


def metric_dimensions(stage: Stage, fleet: str) -> list[dict[str, str]]:
    """Dimensions of a fleet's metrics at the load balancer that forwards to it.

    Raises:
        MissingPieceError: None does.
    """
    found = balancer.dimensions(stage.account.answers, stage.entry(TARGET_GROUP, fleet).id)
    if found is None:
        raise MissingPieceError(f"no load balancer forwards to the {fleet} target group")
    return found
