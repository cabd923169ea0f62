"""Spikes, scaling and failed scaling of pods, from metrics that cost nothing to have."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

AUTOSCALER_USER = "system:serviceaccount:kube-system:horizontal-pod-autoscaler"


@dataclass(frozen=True, kw_only=True)
class PodScalingArgs:
    """What is watched, and from when on it is told."""

    cluster_name: str
    """EKS cluster of the pods."""
    namespace: str
    """Their namespace."""
    target_group_suffix: pulumi.Input[str]
    """Name of the stable track's target group in metrics."""
    load_balancer_suffix: pulumi.Input[str]
    """Name of the load balancer in metrics."""
    metric_namespace: str
    """Namespace of the stack's own metrics."""
    spike_requests_per_target_per_minute: int
    """Load per pod that counts as a spike."""
    least_pods: int
    """Pods that the stable track has at least."""
    failure_threshold_percent: int
    """Failed attempts to place a pod that raise an alarm."""
    window_minutes: int
    """Time over which attempts are counted."""
    alert_topic_arn: pulumi.Input[str]
    """Where alarms go."""


class PodScaling(pulumi.ComponentResource):
    """Metric ``auto_scale_events``, and alarms on spikes, on pods that find no node and on pods that are missing.

    EKS publishes its scheduler's attempts for every cluster from 1.28 on, free and by the minute; they are the
    cluster's, not the namespace's (EKS user guide, "Amazon CloudWatch", 2026-11). A pod that the quota refuses is never
    attempted: it shows as one that is missing. The autoscaler's decisions are counted in the API server's audit log.
    Creates: metric filter, three alarms.
    """

    spike_alarm_arn: pulumi.Output[str]
    """Alarm on load spikes."""
    failure_alarm_arns: list[pulumi.Output[str]]
    """Alarms on pods that find no node, and on pods that are missing."""

    def __init__(self, name: str, args: PodScalingArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("plant:components:PodScaling", name, {}, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        aws.cloudwatch.LogMetricFilter(
            f"{name}-auto-scale-events",
            log_group_name=f"/aws/eks/{args.cluster_name}/cluster",
            pattern=(
                f'{{ ($.user.username = "{AUTOSCALER_USER}") && ($.objectRef.namespace = "{args.namespace}")'
                ' && ($.objectRef.subresource = "scale") && ($.verb = "update") }'
            ),
            metric_transformation={
                "name": "auto_scale_events",
                "namespace": args.metric_namespace,
                "value": "1",
                "default_value": "0",
                "unit": "Count",
            },
            opts=self._child,
        )
        self.spike_alarm_arn = self._spike().arn
        self.failure_alarm_arns = [self._unplaced().arn, self._missing().arn]
        self.register_outputs({"spikeAlarmArn": self.spike_alarm_arn, "failureAlarmArns": self.failure_alarm_arns})

    def _spike(self) -> aws.cloudwatch.MetricAlarm:
        args = self._args
        return aws.cloudwatch.MetricAlarm(
            f"{self._name}-traffic-spike",
            alarm_description="Requests per pod are far above the usual",
            namespace="AWS/ApplicationELB",
            metric_name="RequestCountPerTarget",
            dimensions={"TargetGroup": args.target_group_suffix, "LoadBalancer": args.load_balancer_suffix},
            statistic="Sum",
            period=60,
            evaluation_periods=1,
            comparison_operator="GreaterThanThreshold",
            threshold=float(args.spike_requests_per_target_per_minute),
            treat_missing_data="notBreaching",
            alarm_actions=[args.alert_topic_arn],
            opts=self._child,
        )

    def _unplaced(self) -> aws.cloudwatch.MetricAlarm:
        args = self._args
        metrics = {"attempts": "total", "unschedulable": "UNSCHEDULABLE", "errors": "ERROR"}
        failed = "(SUM([attempts, unschedulable, errors]) - attempts)"
        return aws.cloudwatch.MetricAlarm(
            f"{self._name}-placement-failures",
            alarm_description=f"Over {args.failure_threshold_percent} % of the attempts to place a pod fail",
            comparison_operator="GreaterThanThreshold",
            threshold=float(args.failure_threshold_percent),
            evaluation_periods=1,
            treat_missing_data="notBreaching",
            metric_queries=[
                {
                    "id": "rate",
                    "expression": f"IF(attempts > 0, 100 * {failed} / attempts, 0)",
                    "label": "Failed placements (%)",
                    "return_data": True,
                },
                *(
                    {
                        "id": identifier,
                        "metric": {
                            "namespace": "AWS/EKS",
                            "metric_name": f"scheduler_schedule_attempts_{result}",
                            "dimensions": {"ClusterName": args.cluster_name},
                            "stat": "Sum",
                            "period": args.window_minutes * 60,
                        },
                    }
                    for identifier, result in metrics.items()
                ),
            ],
            alarm_actions=[args.alert_topic_arn],
            ok_actions=[args.alert_topic_arn],
            opts=self._child,
        )

    def _missing(self) -> aws.cloudwatch.MetricAlarm:
        args = self._args
        return aws.cloudwatch.MetricAlarm(
            f"{self._name}-missing-pods",
            alarm_description=f"Fewer than {args.least_pods} pods serve: no node, no quota, or they don't start",
            namespace="AWS/ApplicationELB",
            metric_name="HealthyHostCount",
            dimensions={"TargetGroup": args.target_group_suffix, "LoadBalancer": args.load_balancer_suffix},
            statistic="Minimum",
            period=60,
            evaluation_periods=args.window_minutes,
            comparison_operator="LessThanThreshold",
            threshold=float(args.least_pods),
            treat_missing_data="breaching",
            alarm_actions=[args.alert_topic_arn],
            ok_actions=[args.alert_topic_arn],
            opts=self._child,
        )
