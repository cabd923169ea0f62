"""EC2 Auto Scaling acts on the declared policies: target tracking, step scaling, launches that fail.

The arithmetic is the simulator's (workbench.simulate.scaling), which cites the user guide; groups, policies and
instances are the API's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from workbench.simulate.scaling import step
from workbench.simulate.scaling.target_tracking import (
    AlarmConstants,
    TargetTracker,
    TargetTrackingPolicy,
    combined_scale_in,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.emulator.api import Api

LAUNCHED = "EC2 Instance Launch Successful"
LAUNCH_FAILED = "EC2 Instance Launch Unsuccessful"
TERMINATED = "EC2 Instance Terminate Successful"


@dataclass
class Group:
    """One Auto Scaling group and its policies at work."""

    name: str
    trackers: list[TargetTracker]
    steps: dict[str, dict[str, Any]]
    """Policy ARN → step policy as the API reports it."""
    warm_up: timedelta
    warm_at: list[datetime] = field(default_factory=list)
    """When the instances launched lately are warm."""
    history: list[tuple[datetime, int, str]] = field(default_factory=list)
    """(moment, desired capacity, why) of every change."""


@dataclass
class ScalingLoop:
    """All groups of the account."""

    api: Api
    emit: Callable[[dict[str, Any]], object]
    """Puts an event on the default bus."""
    launches_fail: Callable[[str], bool] = lambda group: False
    """Whether a launch in a group fails now; scenarios set it."""
    groups: dict[str, Group] = field(default_factory=dict)

    def reload(self) -> None:
        """Read groups and policies from the API again, after a deploy."""
        known = self.groups
        self.groups = {}
        for described in self.api.call("autoscaling", "describe_auto_scaling_groups")["AutoScalingGroups"]:
            name = described["AutoScalingGroupName"]
            policies = self.api.call("autoscaling", "describe_policies", AutoScalingGroupName=name)["ScalingPolicies"]
            warm_up = described.get("DefaultInstanceWarmup") or described.get("DefaultCooldown") or 300
            self.groups[name] = known.get(name) or Group(
                name,
                [
                    TargetTracker(
                        TargetTrackingPolicy(
                            name=policy["PolicyName"],
                            target_value=policy["TargetTrackingConfiguration"]["TargetValue"],
                            disable_scale_in=bool(policy["TargetTrackingConfiguration"].get("DisableScaleIn", False)),
                        ),
                        AlarmConstants(),
                    )
                    for policy in policies
                    if policy["PolicyType"] == "TargetTrackingScaling"
                ],
                {policy["PolicyARN"]: policy for policy in policies if policy["PolicyType"] == "StepScaling"},
                timedelta(seconds=warm_up),
            )

    def describe(self, name: str) -> dict[str, Any]:
        """A group as the API reports it."""
        answer = self.api.call("autoscaling", "describe_auto_scaling_groups", AutoScalingGroupNames=[name])
        described: dict[str, Any] = answer["AutoScalingGroups"][0]
        return described

    def observe(self, name: str, requests_per_target: float | None, now: datetime) -> None:
        """One minute's metric for the target tracking policies of a group, and their decision."""
        group = self.groups[name]
        for tracker in group.trackers:
            tracker.observe(requests_per_target)
        described = self.describe(name)
        desired = int(described["DesiredCapacity"])
        warmed = self._warmed(group, described, now)
        wanted = [want for tracker in group.trackers if (want := tracker.scale_out_to(warmed)) is not None]
        if wanted and max(wanted) > desired:
            self.set_desired(name, max(wanted), now, "target tracking: out")
        elif not any(moment > now for moment in group.warm_at):  # scale-in waits while an instance warms up
            target = combined_scale_in(group.trackers, desired)
            if target is not None and target < desired:
                self.set_desired(name, target, now, "target tracking: in")

    def run_policy(self, arn: str, metric: float, threshold: float, now: datetime) -> bool:
        """Run a step scaling policy because its alarm went off; False if no group has it."""
        for name, group in self.groups.items():
            policy = group.steps.get(arn)
            if policy is None:
                continue
            described = self.describe(name)
            desired = int(described["DesiredCapacity"])
            wanted = step.wanted_capacity(
                _step_policy(policy),
                metric=metric,
                threshold=threshold,
                capacity=self._warmed(group, described, now),
                desired=desired,
            )
            if wanted != desired:
                self.set_desired(name, wanted, now, f"step scaling: {policy['PolicyName']}")
            return True
        return False

    def set_desired(self, name: str, wanted: int, now: datetime, why: str) -> int:
        """Change a group's desired capacity within its bounds, and its instances with it."""
        described = self.describe(name)
        before = {item["InstanceId"] for item in described["Instances"]}
        bounded = min(max(wanted, int(described["MinSize"])), int(described["MaxSize"]))
        group = self.groups[name]
        missing = bounded - len(before)
        if missing > 0 and self.launches_fail(name):
            for _ in range(missing):
                self._emit(LAUNCH_FAILED, described, "", now, "We currently do not have sufficient capacity")
            return int(described["DesiredCapacity"])
        if bounded == int(described["DesiredCapacity"]):
            return bounded
        self.api.call("autoscaling", "set_desired_capacity", AutoScalingGroupName=name, DesiredCapacity=bounded)
        after = {item["InstanceId"] for item in self.describe(name)["Instances"]}
        for instance in sorted(after - before):
            group.warm_at.append(now + group.warm_up)
            self._emit(LAUNCHED, described, instance, now, "")
        for instance in sorted(before - after):
            self._emit(TERMINATED, described, instance, now, "")
        group.history.append((now, bounded, why))
        return bounded

    def _warmed(self, group: Group, described: dict[str, Any], now: datetime) -> int:
        group.warm_at = [moment for moment in group.warm_at if moment > now]
        return max(1, len(described["Instances"]) - len(group.warm_at))

    def _emit(self, kind: str, group: dict[str, Any], instance: str, now: datetime, message: str) -> None:
        self.emit(launch_event(kind, group, instance, now, message))


def launch_event(kind: str, group: dict[str, Any], instance: str, now: datetime, message: str = "") -> dict[str, Any]:
    """An event as EC2 Auto Scaling sends it (its user guide, "Event reference"); a message means that it failed."""
    arn = group["AutoScalingGroupARN"]
    return {
        "source": "aws.autoscaling",
        "detail-type": kind,
        "time": now.isoformat(),
        "region": arn.split(":")[3],
        "account": arn.split(":")[4],
        "resources": [arn],
        "detail": {
            "AutoScalingGroupName": group["AutoScalingGroupName"],
            "EC2InstanceId": instance,
            "StatusCode": "Failed" if message else "InProgress",
            "StatusMessage": message,
        },
    }


def _step_policy(policy: dict[str, Any]) -> step.StepPolicy:
    return step.StepPolicy(
        name=policy["PolicyName"],
        adjustment_type=step.AdjustmentType(policy["AdjustmentType"]),
        min_adjustment_magnitude=int(policy.get("MinAdjustmentMagnitude") or 0),
        steps=tuple(
            step.StepAdjustment(
                adjustment=item["ScalingAdjustment"],
                lower_bound=_number(item.get("MetricIntervalLowerBound")),
                upper_bound=_number(item.get("MetricIntervalUpperBound")),
            )
            for item in policy["StepAdjustments"]
        ),
    )


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
