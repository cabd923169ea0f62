"""Ends sessions: what makes the declared uptime of a dedicated stack true."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.access.iam_policy import allow, use_key
from components.access.workload_role import WorkloadRole, WorkloadRoleArgs
from components.operations.reaper_states import definition
from components.operations.weekdays import WEEKDAYS
from components.workflow.workflow import Workflow, WorkflowArgs

MINUTES_PER_DAY = 24 * 60


@dataclass(frozen=True, kw_only=True)
class ReaperArgs:
    """Sessions, and what is removed after them."""

    stack: str
    """Stack in the notices."""
    account_id: str
    """Account of the stack."""
    region: str
    """Region of the stack."""
    kms_key_arn: pulumi.Input[str]
    """Key of topic and log."""
    log_group_arn: pulumi.Input[str]
    """Log group of the executions."""
    topic_arn: pulumi.Input[str]
    """Where a reaped session is announced."""
    tags: Mapping[str, str]
    """Tags that all resources of the stack carry."""
    dashboard_name: str
    """Dashboard of the stack."""
    session_days: Sequence[str]
    """Days with a session."""
    session_start_minute: int
    """Minutes after midnight at which a session starts."""
    session_minutes: int
    """Length of a session."""
    late_minutes: int
    """How long after its end whoever parks the stack has to begin; then the reaper does."""
    time_zone: str
    """IANA time zone of the sessions."""
    every_hours: int
    """How often the reaper looks outside sessions."""


def session_day_expression(start_minute: int, minutes: int, every_hours: int, days: Sequence[str]) -> str:
    """When the reaper looks on a day with a session: when its `minutes` have passed, then every few hours until the
    next starts.

    A session that ends at midnight is looked after at 0:00, on the next day whatever that is.
    """
    end = start_minute + minutes
    minute = end % 60
    outside = [
        hour
        for hour in range(24)
        if not start_minute <= hour * 60 + minute < end
        and (hour * 60 + minute - end) % MINUTES_PER_DAY // 60 % every_hours == 0
    ]
    hours = ",".join(map(str, outside)) or "23"
    if not outside:  # a session of 24 hours ends with the day
        minute = 59
    return f"cron({minute} {hours} ? * {','.join(days)} *)"


def free_day_expression(every_hours: int, days: Sequence[str]) -> str:
    """When the reaper looks on a day without one."""
    return f"cron(0 0/{every_hours} ? * {','.join(days)} *)"


def session_end_schedule(name: str) -> str:
    """Logical name of the schedule that ends the sessions of the reaper `name`."""
    return f"{name}-session-end"


class Reaper(pulumi.ComponentResource):
    """Removes load balancer, firewall, cache, instances and alarms that outlive their session.

    It runs in the account, so it does not need whoever started the session. The next `pulumi up` of the stack
    takes `--refresh`. Creates: workflow, role, one schedule for days with a session, one for the other days.
    """

    schedule_name: str
    """Logical name of the schedule that ends sessions."""
    state_machine_arn: pulumi.Output[str]
    """ARN of the workflow."""

    def __init__(self, name: str, args: ReaperArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("plant:components:Reaper", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        tagged = {"StringEquals": {f"aws:ResourceTag/{key}": value for key, value in args.tags.items()}}
        own = f"{args.region}:{args.account_id}"
        workflow = Workflow(
            name,
            WorkflowArgs(
                description="Removes what outlives its session",
                definition=definition(
                    stack=args.stack, tags=args.tags, dashboard_name=args.dashboard_name, topic_arn=args.topic_arn
                ),
                statements=[
                    # These know no resources (Service Authorization Reference). SetWebAcl is half of taking a web ACL
                    # off a load balancer, and the other half is bound below; a cache's deletion asks for its tags.
                    allow(
                        [
                            "autoscaling:DescribeAutoScalingGroups",
                            "ec2:DescribeTags",
                            "elasticloadbalancing:SetWebAcl",
                            "tag:GetResources",
                        ],
                        "*",
                    ),
                    allow(
                        ["autoscaling:UpdateAutoScalingGroup"],
                        [f"arn:aws:autoscaling:{own}:autoScalingGroup:*:autoScalingGroupName/*"],
                        tagged,
                    ),
                    allow(
                        [
                            "elasticloadbalancing:DeleteLoadBalancer",
                            "wafv2:DisassociateWebACL",
                        ],
                        [f"arn:aws:elasticloadbalancing:{own}:loadbalancer/app/*"],
                        tagged,
                    ),
                    allow(
                        ["wafv2:DisassociateWebACL", "wafv2:GetWebACL", "wafv2:DeleteWebACL"],
                        [f"arn:aws:wafv2:{own}:regional/webacl/*"],
                        tagged,
                    ),
                    allow(
                        ["elasticache:DeleteServerlessCache", "elasticache:DeleteReplicationGroup"],
                        [
                            f"arn:aws:elasticache:{own}:serverlesscache:*",
                            f"arn:aws:elasticache:{own}:replicationgroup:*",
                        ],
                        tagged,
                    ),
                    allow(["cloudwatch:DeleteAlarms"], [f"arn:aws:cloudwatch:{own}:alarm:*"], tagged),
                    allow(
                        ["cloudwatch:DeleteDashboards"],
                        [f"arn:aws:cloudwatch::{args.account_id}:dashboard/{args.dashboard_name}"],
                    ),
                    allow(["sns:Publish"], [args.topic_arn]),
                    use_key(args.kms_key_arn),
                ],
                log_group_arn=args.log_group_arn,
                account_id=args.account_id,
            ),
            child,
        )
        role = WorkloadRole(
            f"{name}-schedules",
            WorkloadRoleArgs(
                description="Starts the reaper",
                service="scheduler.amazonaws.com",
                statements=[allow(["states:StartExecution"], [workflow.arn]), use_key(args.kms_key_arn)],
                account_id=args.account_id,
            ),
            child,
        )
        self.schedule_name = session_end_schedule(name)
        expression = session_day_expression(
            args.session_start_minute, args.session_minutes + args.late_minutes, args.every_hours, args.session_days
        )
        self._schedule(self.schedule_name, "Ends the session of the day", expression, args, workflow, role)
        free_days = [day for day in WEEKDAYS if day not in args.session_days]
        if free_days:
            expression = free_day_expression(args.every_hours, free_days)
            self._schedule(f"{name}-free-days", "No session today", expression, args, workflow, role)
        self.state_machine_arn = workflow.arn
        self.register_outputs({"scheduleName": self.schedule_name, "stateMachineArn": self.state_machine_arn})

    def _schedule(
        self, name: str, description: str, expression: str, args: ReaperArgs, workflow: Workflow, role: WorkloadRole
    ) -> None:
        aws.scheduler.Schedule(
            name,
            description=description,
            schedule_expression=expression,
            schedule_expression_timezone=args.time_zone,
            state="ENABLED",
            flexible_time_window={"mode": "OFF"},
            kms_key_arn=args.kms_key_arn,
            target={
                "arn": workflow.arn,
                "role_arn": role.arn,
                "input": "{}",
                "retry_policy": {"maximum_event_age_in_seconds": 3600, "maximum_retry_attempts": 20},
            },
            opts=pulumi.ResourceOptions(parent=self),
        )
