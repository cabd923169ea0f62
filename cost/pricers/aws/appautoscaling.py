"""Application Auto Scaling: the alarms that a target-tracking policy makes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cost.charges import Amount, Charge
from cost.pricers.aws.autoscaling import TARGET_TRACKING_ALARMS, tracked_metrics
from cost.registry import Pricer
from cost.scope import Scope
from cost.uptime import Metering
from deployment import tokens


def policy(scope: Scope) -> Iterator[Charge]:
    """Alarms of a target-tracking policy; other policies are free."""
    if scope.text("policyType", "StepScaling") == "TargetTrackingScaling":
        yield scope.charge(
            "Alarms of target tracking",
            ("cloudwatch", "alarm_month"),
            Amount.fixed(TARGET_TRACKING_ALARMS * tracked_metrics(scope, "targetTrackingScalingPolicyConfiguration")),
            Metering.PRORATED_MONTH,
        )


PRICERS: Final = {tokens.SCALABLE_TARGET_POLICY[0]: Pricer(policy, twins=("aws_appautoscaling_policy",))}
