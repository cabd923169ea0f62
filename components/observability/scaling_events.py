"""Launches, terminations and spikes as metrics, and the alarm on failed launches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.json_text import json_text

LAUNCHED = "EC2 Instance Launch Successful"
LAUNCH_FAILED = "EC2 Instance Launch Unsuccessful"
TERMINATED = "EC2 Instance Terminate Successful"
TERMINATION_FAILED = "EC2 Instance Terminate Unsuccessful"

LAUNCH_FAILURES = "launch_failure_percent"
"""Metric whose average is the share of launches that failed."""


@dataclass(frozen=True, kw_only=True)
class ScalingEventsArgs:
    """Fleets, threshold and destinations."""

    group_names: Sequence[pulumi.Input[str]]
    """Auto-scaling groups to watch; none where pods scale, which send no such events."""
    spike_alarm_arns: Sequence[pulumi.Input[str]]
    """Alarms whose going off is a traffic spike."""
    log_group_name: pulumi.Input[str]
    """Name of the log group that takes the events, and lets the rules; starts with ``/aws/events/``."""
    log_group_arn: pulumi.Input[str]
    """Its ARN."""
    rule_names: Mapping[str, str]
    """``scaling`` and ``spikes`` -> name of the rule, at most 64 characters."""
    metric_namespace: str
    """Namespace of the metrics."""
    failure_threshold_percent: int
    """Failed launches per attempt that raise an alarm."""
    window_minutes: int
    """Time over which launches are counted."""
    alert_topic_arn: pulumi.Input[str]
    """Where the alarm goes."""


class ScalingEvents(pulumi.ComponentResource):
    """Metrics ``traffic_spikes``, and of groups ``auto_scale_events`` and ``launch_failure_percent``.

    AWS has no metric of failed launches, only events (Amazon EC2 Auto Scaling guide, event reference), so they
    are logged and counted. Creates: event rules with targets, metric filters, alarm.
    """

    failure_alarm_arn: pulumi.Output[str] | None
    """Alarm on failed launches; None without groups."""

    def __init__(self, name: str, args: ScalingEventsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("plant:components:ScalingEvents", name, {}, opts)
        self._name = name
        self._spikes(args)
        if args.group_names:
            self._scaling(args)
        self._count(args, "traffic_spikes", '{ $.source = "aws.cloudwatch" }')
        self.failure_alarm_arn = self._launches(args) if args.group_names else None
        self.register_outputs({"failureAlarmArn": self.failure_alarm_arn})

    def _scaling(self, args: ScalingEventsArgs) -> None:
        self._collect(
            args,
            "scaling",
            "Instances of the fleets come and go",
            {
                "source": ["aws.autoscaling"],
                "detail-type": [LAUNCHED, LAUNCH_FAILED, TERMINATED, TERMINATION_FAILED],
                "detail": {"AutoScalingGroupName": list(args.group_names)},
            },
        )

    def _spikes(self, args: ScalingEventsArgs) -> None:
        self._collect(
            args,
            "spikes",
            "A fleet meets a traffic spike",
            {
                "source": ["aws.cloudwatch"],
                "detail-type": ["CloudWatch Alarm State Change"],
                "resources": list(args.spike_alarm_arns),
                "detail": {"state": {"value": ["ALARM"]}},
            },
        )

    def _count(self, args: ScalingEventsArgs, metric: str, pattern: str) -> None:
        counted = {"value": "1", "default_value": "0", "unit": "Count"}
        self._filter(args, metric.replace("_", "-"), metric, pattern, counted)

    def _filter(
        self, args: ScalingEventsArgs, suffix: str, metric: str, pattern: str, transformation: Mapping[str, str]
    ) -> None:
        aws.cloudwatch.LogMetricFilter(
            f"{self._name}-{suffix}",
            log_group_name=args.log_group_name,
            pattern=pattern,
            metric_transformation={"name": metric, "namespace": args.metric_namespace, **transformation},
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _launches(self, args: ScalingEventsArgs) -> pulumi.Output[str]:
        """Tell when too many launches fail.

        Two filters write one metric, 100 for a launch that failed and 0 for one that did not, so its average is their
        rate: an alarm on one metric costs half of one on attempts and failures. There is no default value, which would
        count events that are no launches.
        """
        self._count(args, "auto_scale_events", '{ $.source = "aws.autoscaling" }')
        for suffix, outcome, percent in (("successes", LAUNCHED, "0"), ("failures", LAUNCH_FAILED, "100")):
            self._filter(
                args,
                f"launch-{suffix}",
                LAUNCH_FAILURES,
                f'{{ $.detail-type = "{outcome}" }}',
                {"value": percent, "unit": "Percent"},
            )
        alarm = aws.cloudwatch.MetricAlarm(
            f"{self._name}-launch-failures",
            alarm_description=f"Over {args.failure_threshold_percent} % of the instance launches fail",
            comparison_operator="GreaterThanThreshold",
            threshold=float(args.failure_threshold_percent),
            namespace=args.metric_namespace,
            metric_name=LAUNCH_FAILURES,
            statistic="Average",
            period=args.window_minutes * 60,
            evaluation_periods=1,
            treat_missing_data="notBreaching",
            alarm_actions=[args.alert_topic_arn],
            ok_actions=[args.alert_topic_arn],
            opts=pulumi.ResourceOptions(parent=self),
        )
        return pulumi.Output.from_input(alarm.arn)

    def _collect(self, args: ScalingEventsArgs, suffix: str, description: str, pattern: dict[str, object]) -> None:
        rule = aws.cloudwatch.EventRule(
            f"{self._name}-{suffix}",
            name=args.rule_names[suffix],
            description=description,
            event_pattern=json_text(pattern),
            opts=pulumi.ResourceOptions(parent=self, delete_before_replace=True),
        )
        aws.cloudwatch.EventTarget(
            f"{self._name}-{suffix}-to-log",
            rule=rule.name,
            arn=args.log_group_arn,
            opts=pulumi.ResourceOptions(parent=self),
        )
