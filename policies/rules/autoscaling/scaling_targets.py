"""Fleets scale on their own load, before they are full."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final

from deployment.graph import Resource
from deployment.tokens import METRIC_ALARM, SCALING_GROUP, SCALING_POLICY, TARGET_GROUP
from deployment.unknown import UNKNOWN
from policies.checks import is_absent, mappings, number, shown
from policies.context import ROOT_TYPE, Context
from policies.finding import Severity
from policies.rule import Problem, Rule

REQUESTS: Final = "ALBRequestCountPerTarget"
MINUTE_MS: Final = 60_000


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A target-tracking policy has a target below what an instance can do, a step policy steps that add instances."""
    if resource.type in METRIC_ALARM:
        full = instance_capacity(context)
        limit = number(resource.get("threshold"))
        if resource.get("metricName") == "RequestCountPerTarget" and full and limit is not None and limit > full:
            yield Problem(
                f"threshold is {limit} requests a minute, and an instance answers {full:.0f}; lower it", "threshold"
            )
        return
    kind = resource.get("policyType")
    if kind == "TargetTrackingScaling":
        yield from tracking_problems(resource, context)
    elif kind == "StepScaling":
        yield from step_problems(resource)


def tracking_problems(policy: Resource, context: Context) -> Iterator[Problem]:
    """What is wrong with a target-tracking policy."""
    path = "targetTrackingConfiguration"
    metrics = (f"{path}.predefinedMetricSpecification", f"{path}.customizedMetricSpecification")
    if policy.get(path) is UNKNOWN:
        return
    if all(is_absent(policy.get(one)) for one in metrics):
        yield Problem(f"{path} has no metric; give predefinedMetricSpecification", path)
    value = policy.get(f"{path}.targetValue")
    target, full = number(value), instance_capacity(context)
    if value is not UNKNOWN and (target is None or target <= 0):
        yield Problem(f"{path}.targetValue is {shown(value)}; give more than 0", f"{path}.targetValue")
    kind = policy.get(f"{metrics[0]}.predefinedMetricType")
    if context.is_plant_stack and kind not in (REQUESTS, UNKNOWN):
        yield Problem(
            f"predefinedMetricType is {shown(kind)}, and the promise is about requests; set {REQUESTS}", metrics[0]
        )
    if kind != REQUESTS:
        return
    if target is not None and full and target > full:
        yield Problem(
            f"{path}.targetValue is {target} requests a minute, and an instance answers {full:.0f} (capacity); lower "
            "it",
            f"{path}.targetValue",
        )
    yield from label_problems(policy, policy.get(f"{metrics[0]}.resourceLabel"), context)


def label_problems(policy: Resource, label: Any, context: Context) -> Iterator[Problem]:
    """A label that is not the one of the fleet's own target group."""
    path = "targetTrackingConfiguration.predefinedMetricSpecification.resourceLabel"
    if is_absent(label):
        yield Problem(f"{path} is not set; give LOAD_BALANCER/TARGET_GROUP", path)
        return
    for fleet in context.graph.referenced(policy, "autoscalingGroupName", *SCALING_GROUP):
        groups = context.graph.referenced(fleet, "targetGroupArns", *TARGET_GROUP)
        suffixes = [arn.rpartition(":")[2] for one in groups if isinstance(arn := one.outputs.get("arn"), str)]
        fits = isinstance(label, str) and any(label.endswith(f"/{suffix}") for suffix in suffixes)
        if isinstance(label, str) and suffixes and all(":" not in one for one in suffixes) and not fits:
            yield Problem(f"{path} is {shown(label)}, and {fleet.name} serves {suffixes[0]}; make them fit", path)


def step_problems(policy: Resource) -> Iterator[Problem]:
    """Steps that leave a gap, end, or add nobody."""
    if policy.get("stepAdjustments") is UNKNOWN:
        return
    steps = mappings(policy.get("stepAdjustments"))
    if not steps or is_absent(policy.get("adjustmentType")):
        yield Problem("stepAdjustments and adjustmentType have to be set", "stepAdjustments")
        return
    if policy.get("adjustmentType") == "ExactCapacity":
        yield Problem(
            "adjustmentType is ExactCapacity, so a spike may take instances away; set PercentChangeInCapacity",
            "adjustmentType",
        )
    bounds = sorted(
        (bound(step.get("metricIntervalLowerBound"), low=True), bound(step.get("metricIntervalUpperBound"), low=False))
        for step in steps
    )
    if bounds[0][0] > 0 or bounds[-1][1] != INFINITY or any(a[1] != b[0] for a, b in pairwise(bounds)):
        yield Problem(
            "stepAdjustments leave a gap; begin at 0, let each begin where the last ends, and leave the last open",
            "stepAdjustments",
        )
    if any((number(step.get("scalingAdjustment")) or 0) <= 0 for step in steps):
        yield Problem("a step adds no instances; give scalingAdjustment above 0", "stepAdjustments")
    if any((number(step.get("scalingAdjustment")) or 0) > MOST_PERCENT for step in steps):
        yield Problem(f"a step adds more than {MOST_PERCENT}; give less", "stepAdjustments")
    least = number(policy.get("minAdjustmentMagnitude"))
    if least is not None and not 1 <= least <= MOST_PERCENT:
        yield Problem(f"minAdjustmentMagnitude is {least}; give 1 or a little more", "minAdjustmentMagnitude")


INFINITY: Final = Decimal("Infinity")
MOST_PERCENT: Final = 1_000


def bound(value: Any, *, low: bool) -> Decimal:
    """One end of a step; left out, it is open."""
    given = number(value)
    return given if given is not None else -INFINITY if low else INFINITY


def instance_capacity(context: Context) -> Decimal | None:
    """Requests a minute that one instance can answer, as the stack's root publishes it."""
    for root in context.graph.of_type(ROOT_TYPE):
        capacity = root.outputs.get("capacity")
        if isinstance(capacity, Mapping):
            workers, service = number(capacity.get("workersPerInstance")), number(capacity.get("serviceTimeMs"))
            if workers and service:
                return workers * MINUTE_MS / service
    return None


def _policy(target: int) -> dict[str, Any]:
    capacity = {"workersPerInstance": 2, "serviceTimeMs": "25"}
    metric = {"predefinedMetricType": REQUESTS, "resourceLabel": "app/edge/1/targetgroup/stable/2"}
    tracking = {"predefinedMetricSpecification": metric, "targetValue": target}
    return {
        "root": (ROOT_TYPE, {"capacity": capacity}),
        "track": (SCALING_POLICY[0], {"policyType": "TargetTrackingScaling", "targetTrackingConfiguration": tracking}),
    }


RULE = Rule(
    id="reliability-scaling-targets",
    title="Fleets scale on their own load, before they are full",
    severity=Severity.HIGH,
    why="A target that no instance can reach never scales the fleet; the first spike is the outage.",
    fix="Set targetValue, resourceLabel and stepAdjustments as the message says.",
    source="https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-target-tracking.html",
    types=(*SCALING_POLICY, *METRIC_ALARM),
    reads_graph=True,
    check=check,
    passing=_policy(1_200),
    failing=_policy(1_200_000),
)
