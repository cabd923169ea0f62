"""Scaling policies as the API reports them, for the simulator's arithmetic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.emulator.behaviour.metrics import key_of
from workbench.simulate.scaling import step
from workbench.simulate.scaling.target_tracking import AlarmConstants, TargetTracker, TargetTrackingPolicy

if TYPE_CHECKING:
    from workbench.emulator.behaviour.metrics import Key

REQUESTS = "ALBRequestCountPerTarget"


@dataclass
class Tracked:
    """A target tracking policy and the metric that it follows."""

    tracker: TargetTracker
    metric: Key


def tracked(policy: dict[str, Any]) -> Tracked:
    """A target tracking policy with its metric.

    Raises:
        ValueError: It tracks something else than requests per target.
    """
    configuration = policy["TargetTrackingConfiguration"]
    specification = configuration.get("PredefinedMetricSpecification") or {}
    if specification.get("PredefinedMetricType") != REQUESTS:
        raise ValueError(f"{policy['PolicyName']}: target tracking on anything but {REQUESTS} is not covered")
    balancer, _, group = specification["ResourceLabel"].partition("/targetgroup/")
    return Tracked(
        TargetTracker(
            TargetTrackingPolicy(
                name=policy["PolicyName"],
                target_value=configuration["TargetValue"],
                disable_scale_in=bool(configuration.get("DisableScaleIn", False)),
            ),
            AlarmConstants(),
        ),
        key_of(
            "AWS/ApplicationELB",
            "RequestCountPerTarget",
            [
                {"Name": "TargetGroup", "Value": f"targetgroup/{group}"},
                {"Name": "LoadBalancer", "Value": balancer},
            ],
        ),
    )


def step_policy(policy: dict[str, Any]) -> step.StepPolicy:
    """A step scaling policy."""
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
