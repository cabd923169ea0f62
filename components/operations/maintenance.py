"""Maintenance windows: notices ahead, the page during them, and pages for people muted."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pulumi
import pulumi_aws as aws

from components.access.iam_policy import allow, use_key
from components.access.workload_role import WorkloadRole, WorkloadRoleArgs
from components.edge.listener_answers import page_body
from components.operations.maintenance_page import Page
from components.operations.maintenance_states import LentRules, definition
from components.operations.weekdays import WEEKDAYS
from components.workflow.workflow import Workflow, WorkflowArgs


@dataclass(frozen=True, kw_only=True)
class WindowArgs:
    """One window, in local time."""

    name: str
    """Name of the window."""
    starts_at: datetime
    """Start; of a weekly window any one of its starts."""
    weekly: bool
    """Whether it comes back each week."""
    duration_minutes: int
    """Length."""
    reason: str
    """What users are told."""


@dataclass(frozen=True, kw_only=True)
class MaintenanceArgs:
    """Windows, and who hears of them."""

    account_id: str
    """Account of the stack."""
    kms_key_arn: pulumi.Input[str]
    """Key of topic and log."""
    log_group_arn: pulumi.Input[str]
    """Log group of the executions."""
    parameter_name: str
    """Name of the parameter that says whether a window is open."""
    time_zone: str
    """IANA time zone of the windows."""
    windows: Sequence[WindowArgs]
    """The windows."""
    notice_hours: Sequence[int]
    """How long ahead users are told."""
    topic_arn: pulumi.Input[str]
    """Where users are told."""
    page: Page | None
    """What shows the page; None while the stack is parked."""
    lent_rules: LentRules | None
    """Rule group that the platform's web ACL has to ask; None for a dedicated stack, and while parked."""
    muted_alarm_names: Sequence[pulumi.Input[str]]
    """Alarms that call people; those of scaling and rollback are never muted. Empty while parked."""
    mute_rule_prefix: str
    """Beginning of the names of the mute rules."""


PUBLISH = "arn:aws:scheduler:::aws-sdk:sns:publish"
"""Universal target: a topic as the target itself gets no subject (EventBridge Scheduler guide, "Using universal
targets")."""


def local_expression(moment: datetime, *, weekly: bool) -> str:
    """EventBridge Scheduler expression for `moment`, once or each week."""
    if weekly:
        return f"cron({moment.minute} {moment.hour} ? * {WEEKDAYS[moment.weekday()]} *)"
    return f"at({moment:%Y-%m-%dT%H:%M:%S})"


def mute_expression(moment: datetime, *, weekly: bool) -> str:
    """The same for an alarm mute rule, whose cron has five fields, and whose time has no seconds."""
    if weekly:
        return f"cron({moment.minute} {moment.hour} * * {WEEKDAYS[moment.weekday()]})"
    return f"at({moment:%Y-%m-%dT%H:%M})"


class Maintenance(pulumi.ComponentResource):
    """Tells users ahead, at the start and at the end; shows the 503 page; stops the rollout's clock.

    Creates: parameter, workflow, schedule group, role, and for each window one schedule a notice, one each for
    start and end, and a mute rule.
    """

    parameter_name: pulumi.Output[str]
    """Name of the parameter that says ``open`` or ``closed``."""
    state_machine_arn: pulumi.Output[str]
    """ARN of the workflow."""

    def __init__(self, name: str, args: MaintenanceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("plant:components:Maintenance", name, {}, opts)
        self._name = name
        child = pulumi.ResourceOptions(parent=self)
        parameter = aws.ssm.Parameter(
            f"{name}-window",
            name=args.parameter_name,
            type="String",
            tier="Standard",
            insecure_value="closed",  # `value` would be hidden as a secret
            allowed_pattern="^(open|closed)$",
            description="Whether a maintenance window is open",
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=["insecureValue"]),
        )
        workflow = Workflow(
            name,
            WorkflowArgs(
                description="Opens and closes maintenance windows",
                definition=definition(
                    parameter=parameter.name, page=args.page, topic_arn=args.topic_arn, lent_rules=args.lent_rules
                ),
                statements=[
                    allow(["ssm:PutParameter"], [parameter.arn]),
                    allow(["sns:Publish"], [args.topic_arn]),
                    use_key(args.kms_key_arn),
                    *(args.page.statements() if args.page else ()),
                    *([allow(["wafv2:GetWebACL"], [args.lent_rules.web_acl_arn])] if args.lent_rules else ()),
                ],
                log_group_arn=args.log_group_arn,
                account_id=args.account_id,
            ),
            child,
        )
        self.parameter_name = parameter.name
        self.state_machine_arn = workflow.arn
        if args.windows:
            self._schedule(args, workflow)
        self.register_outputs({"parameterName": self.parameter_name, "stateMachineArn": self.state_machine_arn})

    def _schedule(self, args: MaintenanceArgs, workflow: Workflow) -> None:
        child = pulumi.ResourceOptions(parent=self)
        group = aws.scheduler.ScheduleGroup(f"{self._name}-windows", opts=child)
        role = WorkloadRole(
            f"{self._name}-schedules",
            WorkloadRoleArgs(
                description="Announces maintenance windows and starts them",
                service="scheduler.amazonaws.com",
                statements=[
                    allow(["states:StartExecution"], [workflow.arn]),
                    allow(["sns:Publish"], [args.topic_arn]),
                    use_key(args.kms_key_arn),
                ],
                account_id=args.account_id,
            ),
            child,
        )
        for window in args.windows:
            ends_at = window.starts_at + timedelta(minutes=window.duration_minutes)
            for hours in args.notice_hours:
                self._at(
                    f"{window.name}-{hours}h-ahead",
                    window.starts_at - timedelta(hours=hours),
                    window,
                    args,
                    group,
                    {"arn": PUBLISH, "role_arn": role.arn, "input": _notice_ahead(window, hours, args)},
                )
            for phase, moment in (("start", window.starts_at), ("end", ends_at)):
                message = {
                    "phase": phase,
                    "window": window.name,
                    "subject": subject(window, phase, args.time_zone),
                    "message": in_words(window, phase, args.time_zone),
                }
                if phase == "start":
                    message["page"] = page_body(_until(window, ends_at), args.time_zone)
                self._at(
                    f"{window.name}-{phase}",
                    moment,
                    window,
                    args,
                    group,
                    {"arn": workflow.arn, "role_arn": role.arn, "input": json.dumps(message)},
                )
            if args.muted_alarm_names:
                aws.cloudwatch.AlarmMuteRule(
                    f"{self._name}-{window.name}-mute",
                    name=f"{args.mute_rule_prefix}-{window.name}",
                    description=window.reason,
                    rule={
                        "schedule": {
                            "expression": mute_expression(window.starts_at, weekly=window.weekly),
                            "duration": f"PT{window.duration_minutes}M",
                            "timezone": args.time_zone,
                        }
                    },
                    mute_targets={"alarm_names": list(args.muted_alarm_names)},
                    opts=pulumi.ResourceOptions(parent=self, delete_before_replace=True),
                )

    def _at(
        self,
        suffix: str,
        moment: datetime,
        window: WindowArgs,
        args: MaintenanceArgs,
        group: aws.scheduler.ScheduleGroup,
        target: dict[str, Any],
    ) -> None:
        aws.scheduler.Schedule(
            f"{self._name}-{suffix}",
            group_name=group.name,
            description=window.reason,
            schedule_expression=local_expression(moment, weekly=window.weekly),
            schedule_expression_timezone=args.time_zone,
            flexible_time_window={"mode": "OFF"},
            kms_key_arn=args.kms_key_arn,
            target={**target, "retry_policy": {"maximum_event_age_in_seconds": 900, "maximum_retry_attempts": 10}},
            opts=pulumi.ResourceOptions(parent=self),
        )


def _notice_ahead(window: WindowArgs, hours: int, args: MaintenanceArgs) -> pulumi.Output[str]:
    message = {
        "schema": 1,
        "service": "plant-api",
        "event": "maintenance-ahead",
        "window": window.name,
        "hours": hours,
        "duration_minutes": window.duration_minutes,
        "time_zone": args.time_zone,
        "message": in_words(window, "ahead", args.time_zone),
    }
    return pulumi.Output.json_dumps(
        {
            "TopicArn": args.topic_arn,
            "Subject": subject(window, "ahead", args.time_zone),
            "Message": json.dumps(message),
        }
    )


def in_words(window: WindowArgs, phase: str, time_zone: str) -> str:
    """What users read `ahead`, at the `start` and at the `end` of a window: from when to when, why, what to do."""
    starts, ends = window.starts_at, window.starts_at + timedelta(minutes=window.duration_minutes)
    day = f"every {starts:%A}" if window.weekly else f"on {starts:%A, %d %B %Y}"
    if phase == "end":
        return f"Maintenance of the Plant API is over ({window.reason}). Send requests again."
    when = f"until {ends:%H:%M}" if phase == "start" else f"{day} from {starts:%H:%M} to {ends:%H:%M}"
    return (
        f"Maintenance of the Plant API {when} ({time_zone}): {window.reason}. Requests are answered with status 503"
        " until it is over; send them again then."
    )


def subject(window: WindowArgs, phase: str, time_zone: str) -> str:
    """Subject of the same notice, in the 100 ASCII characters that a mail's subject may have."""
    starts, ends = window.starts_at, window.starts_at + timedelta(minutes=window.duration_minutes)
    if phase == "end":
        return "Plant API maintenance is over"
    if phase == "start":
        return f"Plant API maintenance has begun, until {ends:%H:%M} {time_zone}"
    day = f"{starts:%A}" if window.weekly else f"{starts:%d %b %Y}"
    return f"Plant API maintenance on {day}, {starts:%H:%M}-{ends:%H:%M} {time_zone}"


def _until(window: WindowArgs, ends_at: datetime) -> str:
    return f"{ends_at:%H:%M}" if window.weekly else f"{ends_at:%Y-%m-%dT%H:%M}"
