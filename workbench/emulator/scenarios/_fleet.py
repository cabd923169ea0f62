"""What the scenarios about load share: the stable fleet, its targets, a minute of traffic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from workbench.emulator.stage import Stage

GROUP = "aws:autoscaling/group:Group"
TARGET_GROUP = "aws:lb/targetGroup:TargetGroup"
POLICY = "aws:autoscaling/policy:Policy"


@dataclass
class StableFleet:
    """The fleet that answers when no rollout runs."""

    stage: Stage

    def __post_init__(self) -> None:
        self.name = self.stage.entry(GROUP, "stable").id
        self.target_group = self.stage.entry(TARGET_GROUP, "stable")
        policy = self.stage.entry(POLICY, "stable-track").outputs["targetTrackingConfiguration"]
        self.target_value = float(policy["targetValue"])

    @property
    def described(self) -> dict[str, Any]:
        """The group as the API reports it."""
        return self.stage.account.scaling.describe(self.name)

    @property
    def size(self) -> int:
        """Instances in service."""
        return sum(1 for item in self.described["Instances"] if item["LifecycleState"] == "InService")

    def registered(self) -> set[str]:
        """Instance ids that the load balancer has as targets."""
        answer = self.stage.call("elbv2", "describe_target_health", TargetGroupArn=self.target_group.id)
        return {item["Target"]["Id"] for item in answer["TargetHealthDescriptions"]}

    def dimensions(self) -> list[dict[str, str]]:
        """Dimensions of the fleet's metrics at the load balancer."""
        balancer = self.stage.entry("aws:lb/loadBalancer:LoadBalancer")
        return [
            {"Name": "TargetGroup", "Value": self.target_group.outputs["arnSuffix"]},
            {"Name": "LoadBalancer", "Value": balancer.outputs["arnSuffix"]},
        ]

    def minute(self, requests: float, seconds: float = 0.04) -> None:
        """A minute of traffic: metrics, alarms, policies."""
        account = self.stage.account
        per_target = requests / max(1, self.size)
        dimensions = self.dimensions()
        account.put_metric("AWS/ApplicationELB", "RequestCountPerTarget", dimensions, per_target)
        account.put_metric("AWS/ApplicationELB", "RequestCount", dimensions, requests)
        if requests >= 1:
            account.put_metric("AWS/ApplicationELB", "TargetResponseTime", dimensions, seconds, int(requests))
        account.minute()
        account.scaling.observe(self.name, per_target, account.clock.now)
