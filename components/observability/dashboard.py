"""What the team looks at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from components.json_text import json_text
from components.observability.scaling_events import LAUNCH_FAILURES

WIDTH = 12
HEIGHT = 6
COLUMNS = 2


@dataclass(frozen=True, kw_only=True)
class DashboardArgs:
    """What is shown."""

    dashboard_name: str
    """Name of the dashboard."""
    region: str
    """Region of the metrics."""
    metric_namespace: str
    """Namespace of the stack's own metrics."""
    load_balancer_suffix: pulumi.Input[str]
    """Name of the load balancer in metrics."""
    target_group_suffixes: Mapping[str, pulumi.Input[str]]
    """Fleet name -> name of its target group in metrics."""
    group_names: Mapping[str, pulumi.Input[str]]
    """Fleet name -> auto-scaling group; empty where pods run, which are counted as healthy targets."""
    alarm_arns: Sequence[pulumi.Input[str]]
    """Alarms to show."""
    p95_threshold_ms: int
    """Line in the latency graph."""


class Dashboard(pulumi.ComponentResource):
    """Latency, traffic, errors, scaling and alarms on one page; under 50 metrics, so one of the three free ones.

    Creates: dashboard.
    """

    dashboard_name: pulumi.Output[str]
    """Name of the dashboard."""

    def __init__(self, name: str, args: DashboardArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("plant:components:Dashboard", name, {}, opts)
        own = args.metric_namespace
        balancer: dict[str, Sequence[Any]] = {
            fleet: ["TargetGroup", suffix, "LoadBalancer", args.load_balancer_suffix]
            for fleet, suffix in args.target_group_suffixes.items()
        }
        graphs: list[tuple[str, str, list[list[Any]]]] = [
            (
                "Response time, p95 (s)",
                "p95",
                [
                    ["AWS/ApplicationELB", "TargetResponseTime", *keys, {"label": fleet}]
                    for fleet, keys in balancer.items()
                ],
            ),
            ("api_latency and database_latency, p95 (ms)", "p95", [[own, "api_latency"], [own, "database_latency"]]),
            (
                "Requests",
                "Sum",
                [["AWS/ApplicationELB", "RequestCount", *keys, {"label": fleet}] for fleet, keys in balancer.items()],
            ),
            (
                "Server errors",
                "Sum",
                [
                    ["AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", *keys, {"label": fleet}]
                    for fleet, keys in balancer.items()
                ],
            ),
            (
                "Instances in service",
                "Average",
                [
                    ["AWS/AutoScaling", "GroupInServiceInstances", "AutoScalingGroupName", group, {"label": fleet}]
                    for fleet, group in args.group_names.items()
                ],
            )
            if args.group_names
            else (
                "Pods in service",
                "Minimum",
                [
                    ["AWS/ApplicationELB", "HealthyHostCount", *keys, {"label": fleet}]
                    for fleet, keys in balancer.items()
                ],
            ),
            (
                "auto_scale_events, traffic_spikes and failed launches",
                "Sum",
                [
                    [own, "auto_scale_events"],
                    [own, "traffic_spikes"],
                    [own, LAUNCH_FAILURES, {"stat": "Average", "yAxis": "right", "label": "failed launches (%)"}],
                ],
            )
            if args.group_names
            else ("auto_scale_events and traffic_spikes", "Sum", [[own, "auto_scale_events"], [own, "traffic_spikes"]]),
        ]
        widgets: list[dict[str, Any]] = [
            {
                "type": "metric",
                "x": WIDTH * (index % COLUMNS),
                "y": HEIGHT * (index // COLUMNS),
                "width": WIDTH,
                "height": HEIGHT,
                "properties": {
                    "title": title,
                    "view": "timeSeries",
                    "region": args.region,
                    "stat": stat,
                    "period": 60,
                    "metrics": metrics,
                },
            }
            for index, (title, stat, metrics) in enumerate(graphs)
        ]
        widgets[0]["properties"]["annotations"] = {
            "horizontal": [{"label": "alarm", "value": args.p95_threshold_ms / 1000}]
        }
        widgets.append(
            {
                "type": "alarm",
                "x": 0,
                "y": HEIGHT * (len(graphs) // COLUMNS),
                "width": WIDTH * COLUMNS,
                "height": HEIGHT,
                "properties": {"title": "Alarms", "alarms": list(args.alarm_arns)},
            }
        )
        dashboard = aws.cloudwatch.Dashboard(
            f"{name}-dashboard",
            dashboard_name=args.dashboard_name,
            dashboard_body=json_text({"widgets": widgets}),
            opts=pulumi.ResourceOptions(parent=self, delete_before_replace=True),
        )
        self.dashboard_name = dashboard.dashboard_name
        self.register_outputs({"dashboardName": self.dashboard_name})
