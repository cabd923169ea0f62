"""Health events for the Health Aggregator, which does the service monitoring."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.access.iam_policy import allow
from components.access.workload_role import WorkloadRole, WorkloadRoleArgs
from components.json_text import json_text

SCHEMA_VERSION = 1
"""Raised whenever a key of the event changes its meaning."""


@dataclass(frozen=True, kw_only=True)
class HealthFeedArgs:
    """What is reported, and where to."""

    service: str
    """Service in the events."""
    stack: str
    """Stack in the events."""
    alarm_arns: Sequence[pulumi.Input[str]]
    """Alarms whose changes are reported."""
    topic_arn: pulumi.Input[str]
    """Topic of the health events; the aggregator's HTTPS endpoint subscribes to it."""
    event_bus_arn: str | None
    """The aggregator's event bus; None: the topic only."""
    account_id: str
    """Account of the stack."""


class HealthFeed(pulumi.ComponentResource):
    """Every change of an alarm, as one event in one shape.

    On the topic: ``{"schema": 1, "service", "stack", "check", "status": "OK" | "ALARM" | "INSUFFICIENT_DATA",
    "since", "reason"}``. An event bus takes no other shape than EventBridge's own, so it gets the same facts as
    the ``CloudWatch Alarm State Change`` event. Creates: event rule and its targets, role for the bus.
    """

    rule_name: pulumi.Output[str]
    """Name of the event rule."""

    def __init__(self, name: str, args: HealthFeedArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("plant:components:HealthFeed", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        rule = aws.cloudwatch.EventRule(
            f"{name}-changes",
            description="An alarm of the Plant API changes its state",
            event_pattern=json_text(
                {
                    "source": ["aws.cloudwatch"],
                    "detail-type": ["CloudWatch Alarm State Change"],
                    "resources": list(args.alarm_arns),
                }
            ),
            opts=child,
        )
        fields = {"check": "$.detail.alarmName", "status": "$.detail.state.value", "since": "$.detail.state.timestamp"}
        fixed = json.dumps({"schema": SCHEMA_VERSION, "service": args.service, "stack": args.stack})[1:-1]
        filled = ", ".join(f'"{key}": "<{key}>"' for key in (*fields, "reason"))
        aws.cloudwatch.EventTarget(
            f"{name}-to-topic",
            rule=rule.name,
            arn=args.topic_arn,
            input_transformer={
                "input_paths": {**fields, "reason": "$.detail.state.reason"},
                "input_template": f"{{{fixed}, {filled}}}",
            },
            retry_policy={"maximum_event_age_in_seconds": 3600, "maximum_retry_attempts": 10},
            opts=child,
        )
        if args.event_bus_arn is not None:
            role = WorkloadRole(
                f"{name}-bus",
                WorkloadRoleArgs(
                    description="Puts health events on the Health Aggregator's event bus",
                    service="events.amazonaws.com",
                    statements=[allow(["events:PutEvents"], [args.event_bus_arn])],
                    account_id=args.account_id,
                ),
                child,
            )
            aws.cloudwatch.EventTarget(
                f"{name}-to-bus", rule=rule.name, arn=args.event_bus_arn, role_arn=role.arn, opts=child
            )
        self.rule_name = rule.name
        self.register_outputs({"ruleName": self.rule_name})
