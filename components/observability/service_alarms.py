"""Alarms on what users feel: latency, errors, healthy targets, database time."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

UNANSWERED_PERCENT_MAX = 5
"""Share of requests without an answer that is no fault of a fleet's: a client may hang up first."""


@dataclass(frozen=True, kw_only=True)
class ServiceAlarmsArgs:
    """Thresholds, and what is measured."""

    load_balancer_suffix: pulumi.Input[str]
    """Name of the load balancer in metrics."""
    target_group_suffixes: Mapping[str, pulumi.Input[str]]
    """Fleet name -> name of its target group in metrics."""
    metric_namespace: str
    """Namespace of the application's metrics."""
    p95_threshold_ms: int
    """95th percentile of the response time that raises an alarm."""
    p95_window_minutes: int
    """Length of one evaluation period."""
    server_error_threshold_percent: int
    """Answers with status 5xx per request that raise an alarm."""
    warm_up_seconds: int
    """Time from launch until an instance serves."""
    database_query_limit_ms: int
    """95th percentile of the database time that raises an alarm."""
    alert_topic_arn: pulumi.Input[str]
    """Where alarms go."""
    composite_name: str
    """Name of the composite alarm over both fleets; $0.50 a month, prorated."""
    watches_load_balancer: bool
    """Whether the load balancer is the stack's own: one that is shared counts its 5xx for all who share it."""


class ServiceAlarms(pulumi.ComponentResource):
    """Alarms on p95, errors and health of each fleet, and on the database; a composite over those of both fleets.

    A p95 of few requests is noise (CloudWatch: fewer than 10/(1-0.95) = 200 samples), so the p95 alarms keep their
    state in such periods, and the rollout then calls a step inconclusive. So one that went off in a busy period stays
    on through quiet ones, until a busy one is fast again or one has no request at all. A metric-math alarm that
    clears itself watches two metrics, and three of those are over the budget of an always-on stack.

    No registered target means no data for the alarm on targets (ELB user guide, "CloudWatch metrics for your
    Application Load Balancer"), which counts as a breach: it is on until the first instance of a session has
    registered. Creates: metric alarms, composite alarm.
    """

    arns: dict[str, pulumi.Output[str]]
    """Check, e.g. ``p95-stable`` -> ARN of its alarm."""
    names: dict[str, pulumi.Output[str]]
    """Likewise, names."""

    def __init__(self, name: str, args: ServiceAlarmsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("plant:components:ServiceAlarms", name, {}, opts)
        self._name = name
        self._topic = args.alert_topic_arn
        self.arns, self.names = {}, {}
        for fleet, suffix in args.target_group_suffixes.items():
            dimensions = {"TargetGroup": suffix, "LoadBalancer": args.load_balancer_suffix}
            self._latency(fleet, args, dimensions)
            self._errors(fleet, args, dimensions)
            self._health(fleet, args, dimensions)
        if args.watches_load_balancer:
            self._edge_errors(args)
        self._alarm(
            "database-latency",
            f"p95 of the database time is over the contract's {args.database_query_limit_ms} ms",
            namespace=args.metric_namespace,
            metric_name="database_latency",
            extended_statistic="p95",
            evaluate_low_sample_count_percentiles="ignore",
            period=args.p95_window_minutes * 60,
            evaluation_periods=1,
            threshold=float(args.database_query_limit_ms),
        )
        self._composite(args.composite_name)
        self.register_outputs({"arns": self.arns, "names": self.names})

    def _latency(self, fleet: str, args: ServiceAlarmsArgs, dimensions: Mapping[str, pulumi.Input[str]]) -> None:
        self._alarm(
            f"p95-{fleet}",
            f"p95 of the {fleet} fleet is over {args.p95_threshold_ms} ms for {args.p95_window_minutes} minutes;"
            " stays as it is in periods of under 200 requests",
            namespace="AWS/ApplicationELB",
            metric_name="TargetResponseTime",
            dimensions=dimensions,
            extended_statistic="p95",
            evaluate_low_sample_count_percentiles="ignore",
            period=args.p95_window_minutes * 60,
            evaluation_periods=1,
            threshold=args.p95_threshold_ms / 1000,  # the metric is in seconds
        )

    def _errors(self, fleet: str, args: ServiceAlarmsArgs, dimensions: Mapping[str, pulumi.Input[str]]) -> None:
        """Server errors of a fleet, and what it did not answer: the load balancer then sends 502 or 504, which it
        counts for itself alone, and measures no response time (its guide: target_processing_time is -1).

        What has no datapoint at all is summed up with what has one: that missing values are 0 in a SUM of several
        metrics is told by its examples, that FILL makes datapoints out of none is told nowhere.
        """
        percent = args.server_error_threshold_percent
        failed = "100 * (SUM([requests, errors]) - requests) / requests"
        rest = "100 * (2 * requests - SUM([requests, answers])) / requests"
        unanswered = f"IF({rest} > {UNANSWERED_PERCENT_MAX}, {rest}, 0)"
        self._ratio(
            f"errors-{fleet}",
            f"Over {percent} % of the answers of the {fleet} fleet are server errors, or over"
            f" {UNANSWERED_PERCENT_MAX} % of its requests get none",
            ("Server errors (%)", f"IF(requests > 0, {failed} + {unanswered}, 0)"),
            [
                _query("errors", "HTTPCode_Target_5XX_Count", dimensions),
                _query("requests", "RequestCount", dimensions),
                _query("answers", "TargetResponseTime", dimensions, "SampleCount"),
            ],
            percent,
        )

    def _edge_errors(self, args: ServiceAlarmsArgs) -> None:
        """Answers 502, 503 and 504 in place of a target's, whichever fleet was to give it: they have no target group,
        and one without a target is no request (RequestCount)."""
        dimensions, percent = {"LoadBalancer": args.load_balancer_suffix}, args.server_error_threshold_percent
        self._ratio(
            "errors-edge",
            f"The load balancer answers over {percent} % of the requests with server errors of its own: no target, or"
            " none that answers",
            (
                "Server errors of the load balancer (%)",
                "IF(errors > 0, 100 * errors / SUM([requests, errors]), 0)",
            ),
            [
                _query("errors", "HTTPCode_ELB_5XX_Count", dimensions),
                _query("requests", "RequestCount", dimensions),
            ],
            percent,
        )

    def _ratio(
        self, check: str, description: str, ratio: tuple[str, str], queries: Sequence[Any], percent: float
    ) -> None:
        """Alarm on a share of requests, `ratio` (label, expression over the queries), in three minutes of five."""
        label, expression = ratio
        self._alarm(
            check,
            description,
            metric_queries=[
                {"id": "ratio", "expression": expression, "label": label, "return_data": True},
                *queries,
            ],
            evaluation_periods=5,
            datapoints_to_alarm=3,
            threshold=float(percent),
        )

    def _health(self, fleet: str, args: ServiceAlarmsArgs, dimensions: Mapping[str, pulumi.Input[str]]) -> None:
        """No healthy instance. Not UnHealthyHostCount: one that starts counts there, and each scale-out would page."""
        stable = fleet == "stable"
        starting = 0 if stable else math.ceil(args.warm_up_seconds / 60)
        self._alarm(
            f"unhealthy-{fleet}",
            f"No instance of the {fleet} fleet is healthy",
            namespace="AWS/ApplicationELB",
            metric_name="HealthyHostCount",
            dimensions=dimensions,
            statistic="Maximum",
            period=60,
            evaluation_periods=3 + starting,
            threshold=1.0,
            comparison_operator="LessThanThreshold",
            # Reported only if there are registered targets: of the stable fleet silence is the total outage, and the
            # canary rests at none.
            treat_missing_data="breaching" if stable else "notBreaching",
        )

    def _alarm(self, check: str, description: str, *, treat_missing_data: str = "notBreaching", **metric: Any) -> None:
        alarm = aws.cloudwatch.MetricAlarm(
            f"{self._name}-{check}",
            alarm_description=description,
            treat_missing_data=treat_missing_data,
            alarm_actions=[self._topic],
            ok_actions=[self._topic],
            opts=pulumi.ResourceOptions(parent=self),
            **{"comparison_operator": "GreaterThanThreshold", **metric},
        )
        self.arns[check] = alarm.arn
        self.names[check] = alarm.name

    def _composite(self, alarm_name: str) -> None:
        # Both fleets: after a rollout the canary answers everything, and before one it is silent, which is no alarm.
        serving = [name for check, name in self.names.items() if check.endswith(("-stable", "-canary", "-edge"))]
        alarm = aws.cloudwatch.CompositeAlarm(
            f"{self._name}-users-affected",
            alarm_name=alarm_name,
            alarm_description="A fleet that answers users is slow or fails, or the stable one is down",
            alarm_rule=pulumi.Output.all(*serving).apply(
                lambda names: " OR ".join(f'ALARM("{serving_name}")' for serving_name in names)
            ),
            alarm_actions=[self._topic],
            ok_actions=[self._topic],
            opts=pulumi.ResourceOptions(parent=self, delete_before_replace=True),
        )
        self.arns["users-affected"] = alarm.arn
        self.names["users-affected"] = pulumi.Output.from_input(alarm.alarm_name)


def _query(
    identifier: str, metric: str, dimensions: Mapping[str, pulumi.Input[str]], statistic: str = "Sum"
) -> dict[str, Any]:
    return {
        "id": identifier,
        "metric": {
            "namespace": "AWS/ApplicationELB",
            "metric_name": metric,
            "dimensions": dimensions,
            "stat": statistic,
            "period": 60,
        },
    }
