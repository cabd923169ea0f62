"""Auto Scaling groups with their launch templates, target groups, policies and schedules."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

from deployment import tokens
from deployment.graph import Resource, ResourceGraph
from deployment.unknown import Sentinel
from infra.burstable import burstable_type, unlimited_credits
from infra.capacity import vcpus_of
from workbench.simulate.declaration import AlarmedStep, FleetDeclaration, TargetHealth, WarmPool
from workbench.simulate.reading.alarms import ALARM, read_alarm
from workbench.simulate.reading.canary import stable_and_canary
from workbench.simulate.reading.values import as_bound, as_float, as_size, first_of, reading
from workbench.simulate.scaling.schedule import Cron, ScheduledAction
from workbench.simulate.scaling.step import AdjustmentType, StepAdjustment, StepPolicy
from workbench.simulate.scaling.target_tracking import TargetTrackingPolicy

GROUP: Final = tokens.SCALING_GROUP[0]
POLICY: Final = tokens.SCALING_POLICY[0]
SCHEDULE: Final = tokens.SCALING_SCHEDULE[0]
TEMPLATE: Final = tokens.LAUNCH_TEMPLATE[0]
TARGET_GROUPS: Final = tokens.TARGET_GROUP
ATTACHMENTS: Final = tokens.SCALING_ATTACHMENT
SIMULATED: Final = ("TargetTrackingScaling", "StepScaling")
"""Types of scaling policies; where a policy names none, AWS takes it for SimpleScaling."""
UNSERVED: Final = "it is behind no load balancer"
OTHER_SERVICE: Final = "one service is simulated, with its canary"


class FleetReader:
    """Reads the groups of one graph; what it had to leave out is in `notes`."""

    def __init__(self, graph: ResourceGraph) -> None:
        self.graph = graph
        self.notes: list[str] = []
        groups = [group for group in graph.of_type(GROUP) if not isinstance(group.get("maxSize"), Sentinel)]
        self._target_groups = {group.urn: self._target_group(group) for group in groups}
        self.groups = stable_and_canary(graph, [(group, self._target_groups[group.urn]) for group in groups])
        for group in groups:
            if group not in self.groups:
                why = OTHER_SERVICE if self._target_groups[group.urn] else UNSERVED
                self.notes.append(f"{group.name}: {why}; it stands and costs, no more")
        self.suffixes = [metric_name(self._target_groups[group.urn]) for group in self.groups]

    def fleets(self) -> Iterator[FleetDeclaration]:
        """The stable fleet, then the canary."""
        for group in self.groups:
            with reading(f"{group.name}, a policy or a scheduled action of it,"):
                fleet = self._fleet(group)
            yield fleet

    def _target_group(self, group: Resource) -> Resource | None:
        for path in ("targetGroupArns", "trafficSources"):
            found = self.graph.referenced(group, path, *TARGET_GROUPS)
            if found:
                return found[0]
        for attachment in self._of_group(group, *ATTACHMENTS):
            for path in ("lbTargetGroupArn", "albTargetGroupArn", "trafficSource"):
                found = self.graph.referenced(attachment, path, *TARGET_GROUPS)
                if found:
                    return found[0]
        return None

    def _fleet(self, group: Resource) -> FleetDeclaration:
        template = first_of(self.graph.referenced(group, "mixedInstancesPolicy", TEMPLATE)) or first_of(
            self.graph.referenced(group, "launchTemplate", TEMPLATE)
        )
        instance_type = self._weakest(group, template) or (template.get("instanceType") if template else None)
        if not isinstance(instance_type, str):
            self.notes.append(f"{group.name}: the instance type is not known; no CPU credits are simulated")
            instance_type = "unknown"
        distribution = "mixedInstancesPolicy.instancesDistribution."
        has_mix = group.get("mixedInstancesPolicy") is not None
        maximum = int(as_float(group.get("maxSize"), 1))
        minimum = min(int(as_float(group.get("minSize"), 0)), maximum)
        warm_pool = group.get("warmPool")
        target = self._target_groups[group.urn]
        self._beside(group, target)
        return FleetDeclaration(
            name=group.name,
            instance_type=instance_type,
            min_size=minimum,
            max_size=maximum,
            desired_capacity=min(max(int(as_float(group.get("desiredCapacity"), minimum)), minimum), maximum),
            warm_up_seconds=as_float(group.get("defaultInstanceWarmup"), as_float(group.get("defaultCooldown"), 300.0)),
            health_check_grace_seconds=as_float(group.get("healthCheckGracePeriod"), 300.0),
            elb_health_checks=group.get("healthCheckType") == "ELB",
            health=target_health(target),
            deregistration_seconds=as_float(target.get("deregistrationDelay") if target else None, 300.0),
            least_outstanding=bool(target and target.get("loadBalancingAlgorithmType") == "least_outstanding_requests"),
            on_demand_base=int(as_float(group.get(distribution + "onDemandBaseCapacity"), 0)),
            on_demand_percent=int(
                as_float(group.get(distribution + "onDemandPercentageAboveBaseCapacity"), 100) if has_mix else 100
            ),
            capacity_rebalance=group.get("capacityRebalance") is True,
            credits_unlimited=template is not None
            and unlimited_credits(instance_type, template.get("creditSpecification.cpuCredits")),
            warm_pool=WarmPool(
                int(as_float(group.get("warmPool.minSize"), 0)), as_size(group.get("warmPool.maxGroupPreparedCapacity"))
            )
            if isinstance(warm_pool, Mapping)
            else None,
            tracking=tuple(self._tracking(group)),
            steps=tuple(self._steps(group)),
            schedule=tuple(self._schedule(group)),
        )

    def _weakest(self, group: Resource, template: Resource | None) -> str | None:
        """The type of which an instance does the least, of those that the group may launch; None where it names none.

        Which of them AWS launches depends on what it has left.
        """
        types = [
            each
            for each in group.all("mixedInstancesPolicy.launchTemplate.overrides[*].instanceType")
            if isinstance(each, str)
        ]
        mode = template.get("creditSpecification.cpuCredits") if template else None
        does = {each: _sustained_vcpus(each, mode) for each in types}
        weakest = min(does, key=lambda each: does[each], default=None)
        told = f"instances are of {' or '.join(types)}: each is taken for a {weakest}, which does the least"
        if types and weakest != types[0] and told not in self.notes:
            self.notes.append(told)
        return weakest

    def _beside(self, group: Resource, target: Resource | None) -> None:
        """Note what changes how requests are spread, and is not simulated."""
        weights = group.all("mixedInstancesPolicy.launchTemplate.overrides[*].weightedCapacity")
        if any(str(weight) != "1" for weight in weights if weight is not None):
            self.notes.append(f"{group.name}: its sizes count weightedCapacity; each is taken for one instance")
        if target is None:
            return
        slow_start = as_float(target.get("slowStart"), 0.0)
        if slow_start:
            self.notes.append(f"{target.name}: its slow start of {slow_start:g} s is not simulated")
        if target.get("loadBalancingAlgorithmType") == "weighted_random":
            self.notes.append(f"{target.name}: weighted random routing is simulated as round robin, which waits less")

    def _of_group(self, group: Resource, *kinds: str) -> Iterator[Resource]:
        for resource in self.graph.of_type(*kinds):
            if group in self.graph.referenced(resource, "autoscalingGroupName", GROUP):
                yield resource

    def _tracking(self, group: Resource) -> Iterator[TargetTrackingPolicy]:
        for policy in self._of_group(group, POLICY):
            kind = policy.get("policyType", "SimpleScaling")
            if kind not in SIMULATED:
                self.notes.append(f"{policy.name}: {kind} is not simulated; left out")
            if kind != "TargetTrackingScaling":
                continue
            path = "targetTrackingConfiguration."
            metric = policy.get(path + "predefinedMetricSpecification.predefinedMetricType")
            if metric not in ("ALBRequestCountPerTarget", "ASGAverageCPUUtilization"):
                self.notes.append(f"{policy.name}: the twin does not simulate {metric or 'a custom metric'}; left out")
                continue
            yield TargetTrackingPolicy(
                name=policy.name,
                target_value=as_float(policy.get(path + "targetValue"), 0.0),
                metric=metric,
                disable_scale_in=policy.get(path + "disableScaleIn") is True,
            )

    def _steps(self, group: Resource) -> Iterator[AlarmedStep]:
        for policy in self._of_group(group, POLICY):
            if policy.get("policyType") != "StepScaling":
                continue
            alarm = next(
                (
                    each
                    for each in self.graph.of_type(ALARM)
                    if policy in self.graph.referenced(each, "alarmActions", POLICY)
                ),
                None,
            )
            declared = read_alarm(self.graph, alarm, self.suffixes, self.groups) if alarm else None
            if declared is None:
                self.notes.append(f"{policy.name}: no alarm that the twin simulates runs it; left out")
                continue
            kind = policy.get("adjustmentType", "ChangeInCapacity")
            if kind not in list(AdjustmentType):
                self.notes.append(f"{policy.name}: what its adjustments mean is not known; left out")
                continue
            steps = tuple(
                StepAdjustment(
                    adjustment=as_float(step.get("scalingAdjustment"), 0.0),
                    lower_bound=as_bound(step.get("metricIntervalLowerBound")),
                    upper_bound=as_bound(step.get("metricIntervalUpperBound")),
                )
                for step in policy.all("stepAdjustments[*]")
                if isinstance(step, Mapping)
            )
            yield AlarmedStep(
                policy=StepPolicy(
                    name=policy.name,
                    steps=steps,
                    adjustment_type=AdjustmentType(kind),
                    min_adjustment_magnitude=int(as_float(policy.get("minAdjustmentMagnitude"), 0)),
                ),
                alarm=declared,
            )

    def _schedule(self, group: Resource) -> Iterator[ScheduledAction]:
        for action in self._of_group(group, SCHEDULE):
            recurrence, begins, ends = (action.get(name) for name in ("recurrence", "startTime", "endTime"))
            if not isinstance(recurrence, str) and not isinstance(begins, str):
                self.notes.append(f"{action.name}: when it acts is not known; left out")
                continue
            yield ScheduledAction(
                name=action.name,
                cron=Cron.parse(recurrence) if isinstance(recurrence, str) else None,
                begins=moment(begins),
                ends=moment(ends),
                time_zone=str(action.get("timeZone", "UTC")),
                min_size=as_size(action.get("minSize")),
                max_size=as_size(action.get("maxSize")),
                desired_capacity=as_size(action.get("desiredCapacity")),
            )


def _sustained_vcpus(instance_type: str, declared_credits: object) -> float:
    """What an instance can do without end, and without surplus credits."""
    kind = burstable_type(instance_type)
    if kind is not None and not unlimited_credits(instance_type, declared_credits):
        return kind.baseline_vcpus
    vcpus = vcpus_of(instance_type)
    return math.inf if vcpus is None else vcpus


def moment(value: object) -> datetime | None:
    """A moment as AWS writes it, in UTC where it names no zone; None without one."""
    if not isinstance(value, str):
        return None
    found = datetime.fromisoformat(value)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def metric_name(target: Resource | None) -> str:
    """How CloudWatch's dimensions name a target group (its arnSuffix); empty where nobody knows."""
    suffix = target.get("arnSuffix") if target else None
    return suffix if isinstance(suffix, str) else ""


def target_health(target: Resource | None) -> TargetHealth:
    """Health checks of a target group; AWS's defaults where it says nothing."""
    if target is None:
        return TargetHealth()
    default = TargetHealth()
    return TargetHealth(
        interval_seconds=as_float(target.get("healthCheck.interval"), default.interval_seconds),
        timeout_seconds=as_float(target.get("healthCheck.timeout"), default.timeout_seconds),
        healthy_threshold=int(as_float(target.get("healthCheck.healthyThreshold"), default.healthy_threshold)),
        unhealthy_threshold=int(as_float(target.get("healthCheck.unhealthyThreshold"), default.unhealthy_threshold)),
    )
