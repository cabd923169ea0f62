"""EC2 Auto Scaling acts on the declared policies: target tracking, step scaling, replacement of unhealthy instances.

The arithmetic is the simulator's (workbench.simulate.scaling), which cites the user guide; groups, policies and
instances are the API's. Where launches go is in launches.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from workbench.emulator.behaviour.launches import LAUNCH_FAILED, LAUNCHED, TERMINATED, Zones, launch_event
from workbench.emulator.behaviour.metrics import MetricStore
from workbench.emulator.behaviour.scaling_policies import Tracked, step_policy, tracked
from workbench.simulate.scaling import step
from workbench.simulate.scaling.target_tracking import combined_scale_in

if TYPE_CHECKING:
    from workbench.emulator.behaviour.answers import Answers

MINUTE_SECONDS = 60
LAUNCH_TIME = timedelta(minutes=2)
"""Time from a launch until the instance serves, at least. Assumed: the guide gives none."""


@dataclass
class Group:
    """One Auto Scaling group and its policies at work."""

    name: str
    tracked: list[Tracked]
    steps: dict[str, dict[str, Any]]
    """Policy ARN → step policy as the API reports it."""
    warm_up: timedelta
    warm_at: list[datetime] = field(default_factory=list)
    """When the instances launched lately are warm."""
    launched_at: dict[str, datetime] = field(default_factory=dict)
    """Instance → when it came into service, as far as that was seen."""
    replaced_at: dict[str, datetime] = field(default_factory=dict)
    """Unhealthy instance → when its replacement serves."""
    history: list[tuple[datetime, int, str]] = field(default_factory=list)
    """(moment, desired capacity, why) of every change."""


@dataclass
class ScalingLoop:
    """All groups of the account."""

    answers: Answers
    metrics: MetricStore
    emit: Callable[[dict[str, Any]], object]
    """Puts an event on the default bus."""
    launches_fail: Callable[[str], bool] = lambda group: False
    """Whether every launch in a group fails now; scenarios set it."""
    lost_zones: set[str] = field(default_factory=set)
    """Zones in which nothing answers and nothing can be launched; scenarios fill it."""
    groups: dict[str, Group] = field(default_factory=dict)

    def reload(self) -> None:
        """Read groups and policies from the API again, after a deploy."""
        known = self.groups
        self.groups = {}
        for described in self.answers.call("autoscaling", "describe_auto_scaling_groups")["AutoScalingGroups"]:
            name = described["AutoScalingGroupName"]
            if name in known:
                self.groups[name] = known[name]
                continue
            answer = self.answers.call("autoscaling", "describe_policies", AutoScalingGroupName=name)
            policies = answer["ScalingPolicies"]
            warm_up = described.get("DefaultInstanceWarmup") or described.get("DefaultCooldown") or 300
            self.groups[name] = Group(
                name,
                [tracked(policy) for policy in policies if policy["PolicyType"] == "TargetTrackingScaling"],
                {policy["PolicyARN"]: policy for policy in policies if policy["PolicyType"] == "StepScaling"},
                timedelta(seconds=warm_up),
            )

    def describe(self, name: str) -> dict[str, Any]:
        """A group as the API reports it."""
        answer = self.answers.call("autoscaling", "describe_auto_scaling_groups", AutoScalingGroupNames=[name])
        described: dict[str, Any] = answer["AutoScalingGroups"][0]
        return described

    def lost(self) -> set[str]:
        """Instances in the lost zones."""
        if not self.lost_zones:
            return set()
        return {
            item["InstanceId"]
            for name in self.groups
            for item in self.describe(name)["Instances"]
            if item["AvailabilityZone"] in self.lost_zones
        }

    def minute(self, now: datetime) -> None:
        """What a minute brings: unhealthy instances are replaced, target tracking decides."""
        for group in self.groups.values():
            if self.lost_zones:
                self._heal(group, now)
            if group.tracked:
                self._track(group, now)

    def run_policy(self, arn: str, metric: float, threshold: float, now: datetime) -> bool:
        """Run a step scaling policy because its alarm went off; False if no group has it."""
        for name, group in self.groups.items():
            policy = group.steps.get(arn)
            if policy is None:
                continue
            described = self.describe(name)
            desired = int(described["DesiredCapacity"])
            wanted = step.wanted_capacity(
                step_policy(policy),
                metric=metric,
                threshold=threshold,
                capacity=self._warmed(group, described, now),
                desired=desired,
            )
            if wanted != desired:
                self.set_desired(name, wanted, now, f"step scaling by {policy['PolicyName']}")
            return True
        return False

    def set_desired(self, name: str, wanted: int, now: datetime, why: str) -> int:
        """Change a group's desired capacity within its bounds, and its instances with it."""
        group, described = self.groups[name], self.describe(name)
        bounded = min(max(wanted, int(described["MinSize"])), int(described["MaxSize"]))
        desired = int(described["DesiredCapacity"])
        if bounded == desired:
            return desired
        if bounded > desired and not self._can_launch(described, now, bounded - len(described["Instances"])):
            return desired
        before = {item["InstanceId"] for item in described["Instances"]}
        with Zones(self.answers, described, self.lost_zones):
            self.answers.call("autoscaling", "set_desired_capacity", AutoScalingGroupName=name, DesiredCapacity=bounded)
        self._note(group, before, now)
        group.history.append((now, bounded, why))
        return bounded

    def _track(self, group: Group, now: datetime) -> None:
        start = now - timedelta(seconds=MINUTE_SECONDS)
        for item in group.tracked:
            item.tracker.observe(self.metrics.statistic(item.metric, "Sum", start, MINUTE_SECONDS))
        trackers = [item.tracker for item in group.tracked]
        described = self.describe(group.name)
        desired = int(described["DesiredCapacity"])
        warmed = self._warmed(group, described, now)
        wanted = [want for tracker in trackers if (want := tracker.scale_out_to(warmed)) is not None]
        if wanted and max(wanted) > desired:
            self.set_desired(group.name, max(wanted), now, "target tracking")
        elif not any(moment > now for moment in group.warm_at):  # scale-in waits while an instance warms up
            target = combined_scale_in(trackers, desired)
            if target is not None and target < desired:
                self.set_desired(group.name, target, now, "target tracking")

    def _heal(self, group: Group, now: datetime) -> None:
        """Replace what the load balancer calls unhealthy, once its grace period is over.

        The replacement is launched first, and the old instance goes once that serves, as the fleet's instance
        maintenance policy says. Source: EC2 Auto Scaling user guide, "Health checks for instances", "Set the health
        check grace period" and "Instance maintenance policies" (2026-11): only a group with the check type ELB looks
        at the load balancer's checks.
        """
        described = self.describe(group.name)
        if "ELB" not in described["HealthCheckType"]:
            return
        grace = timedelta(seconds=int(described["HealthCheckGracePeriod"]))
        for item in described["Instances"]:
            instance = item["InstanceId"]
            settled = group.launched_at.get(instance, now - grace) + grace <= now
            if item["AvailabilityZone"] not in self.lost_zones or not settled:
                continue
            if instance not in group.replaced_at:
                if self._can_launch(described, now, 1):
                    group.replaced_at[instance] = now + max(group.warm_up, LAUNCH_TIME)
            elif group.replaced_at[instance] <= now:
                del group.replaced_at[instance]
                self._replace(group, described, instance, now)

    def _replace(self, group: Group, described: dict[str, Any], instance: str, now: datetime) -> None:
        before = {item["InstanceId"] for item in self.describe(group.name)["Instances"]}
        with Zones(self.answers, described, self.lost_zones):
            self.answers.call(
                "autoscaling",
                "terminate_instance_in_auto_scaling_group",
                InstanceId=instance,
                ShouldDecrementDesiredCapacity=False,
            )
        self._note(group, before, now)

    def _can_launch(self, described: dict[str, Any], now: datetime, count: int) -> bool:
        """Whether instances can be launched somewhere; each attempt that fails is an event."""
        if self.launches_fail(described["AutoScalingGroupName"]):
            for _ in range(count):
                self.emit(launch_event(LAUNCH_FAILED, described, "", now, "no capacity"))
            return False
        lost = self.lost_zones & set(described["AvailabilityZones"])
        if lost and count > 0:  # the emptiest zone is tried first, and that is the lost one
            zone = min(lost)
            self.emit(launch_event(LAUNCH_FAILED, described, "", now, f"no capacity in {zone}"))
        return bool(set(described["AvailabilityZones"]) - self.lost_zones)

    def _note(self, group: Group, before: set[str], now: datetime) -> None:
        """Send the events of the instances that came and went."""
        described = self.describe(group.name)
        after = {item["InstanceId"] for item in described["Instances"]}
        for instance in sorted(after - before):
            group.warm_at.append(now + group.warm_up)
            group.launched_at[instance] = now
            self.emit(launch_event(LAUNCHED, described, instance, now))
        for instance in sorted(before - after):
            self.emit(launch_event(TERMINATED, described, instance, now))

    def _warmed(self, group: Group, described: dict[str, Any], now: datetime) -> int:
        group.warm_at = [moment for moment in group.warm_at if moment > now]
        return max(1, len(described["Instances"]) - len(group.warm_at))
