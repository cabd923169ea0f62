"""Ends sessions: what makes the declared uptime of a dedicated stack true."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from components.access.iam_policy import allow, use_key
from components.operations.reaper_states import definition
from components.operations.weekdays import WEEKDAYS
from components.workflow.scheduled import Start, scheduled
from components.workflow.workflow import WorkflowArgs

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
        self.schedule_name = session_end_schedule(name)
        starts = {
            self.schedule_name: Start(
                expression=session_day_expression(
                    args.session_start_minute,
                    args.session_minutes + args.late_minutes,
                    args.every_hours,
                    args.session_days,
                ),
                description="Ends the session of the day",
                time_zone=args.time_zone,
            )
        }
        if free_days := [day for day in WEEKDAYS if day not in args.session_days]:
            starts[f"{name}-free-days"] = Start(
                expression=free_day_expression(args.every_hours, free_days),
                description="No session today",
                time_zone=args.time_zone,
            )
        workflow = scheduled(
            (name, f"{name}-schedules"),
            WorkflowArgs(
                description="Removes what outlives its session",
                definition=definition(
                    stack=args.stack, tags=args.tags, dashboard_name=args.dashboard_name, topic_arn=args.topic_arn
                ),
                statements=[
                    # These know no resources (Service Authorization Reference). A cache's deletion asks for its tags.
                    allow(["autoscaling:DescribeAutoScalingGroups", "ec2:DescribeTags", "tag:GetResources"], "*"),
                    allow(
                        ["autoscaling:SetInstanceProtection", "autoscaling:UpdateAutoScalingGroup"],
                        [f"arn:aws:autoscaling:{own}:autoScalingGroup:*:autoScalingGroupName/*"],
                        tagged,
                    ),
                    allow(
                        ["elasticloadbalancing:DeleteLoadBalancer"],
                        [f"arn:aws:elasticloadbalancing:{own}:loadbalancer/app/*"],
                        tagged,
                    ),
                    allow(
                        ["wafv2:GetWebACL", "wafv2:DeleteWebACL"], [f"arn:aws:wafv2:{own}:regional/webacl/*"], tagged
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
            starts,
            args.kms_key_arn,
            child,
        )
        self.state_machine_arn = workflow.arn
        self.register_outputs({"scheduleName": self.schedule_name, "stateMachineArn": self.state_machine_arn})
