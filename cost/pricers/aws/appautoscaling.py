"""Application Auto Scaling: what a target adds beside the resources of the graph, and the alarms of its policies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from cost.charges import Amount, Charge, Unpriced
from cost.pricers.aws.autoscaling import TARGET_TRACKING_ALARMS, tracked_metrics
from cost.pricers.aws.lambda_ import scaled_concurrency
from cost.pricers.aws.rds import scaled_replicas
from cost.registry import Pricer
from cost.scaling import TARGET, Limits, limits_of_target
from cost.scope import Scope
from cost.uptime import Metering
from deployment import tokens

SEEN_AT_THE_RESOURCE: Final = frozenset(
    {
        "ecs:service:DesiredCount",
        "dynamodb:table:ReadCapacityUnits",
        "dynamodb:table:WriteCapacityUnits",
        "dynamodb:index:ReadCapacityUnits",
        "dynamodb:index:WriteCapacityUnits",
        "elasticache:cache-cluster:Nodes",
        "elasticache:replication-group:NodeGroups",
        "elasticache:replication-group:Replicas",
        "kafka:broker-storage:VolumeSize",
    }
)
"""Dimensions whose limits the estimator of what is scaled reads."""

ADDED: Final[Mapping[str, Callable[[Scope, Limits], Iterator[Charge]]]] = {
    "lambda:function:ProvisionedConcurrency": scaled_concurrency,
    "rds:cluster:ReadReplicaCount": scaled_replicas,
}
"""Dimensions whose targets make what no resource of the graph declares."""


def target(scope: Scope) -> Iterator[Charge]:
    """What the target adds by itself. Raises Unpriced for a dimension that no estimator follows: it has no bound."""
    dimension = scope.text("scalableDimension")
    if (added := ADDED.get(dimension)) is not None:
        yield from added(scope, limits_of_target(scope))
    elif dimension not in SEEN_AT_THE_RESOURCE:
        raise Unpriced(f"no estimator follows what {dimension or 'a target without a dimension'} scales")


def policy(scope: Scope) -> Iterator[Charge]:
    """Alarms of a target-tracking policy; other policies are free."""
    if scope.text("policyType", "StepScaling") == "TargetTrackingScaling":
        yield scope.charge(
            "Alarms of target tracking",
            ("cloudwatch", "alarm_month"),
            Amount.fixed(TARGET_TRACKING_ALARMS * tracked_metrics(scope, "targetTrackingScalingPolicyConfiguration")),
            Metering.PRORATED_MONTH,
        )


PRICERS: Final = {
    TARGET: Pricer(target, twins=("aws_appautoscaling_target",)),
    tokens.SCALABLE_TARGET_POLICY[0]: Pricer(policy, twins=("aws_appautoscaling_policy",)),
}
