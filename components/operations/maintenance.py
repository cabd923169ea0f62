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
from components.json_text import json_text
from components.operations.maintenance_page import Page
from components.operations.maintenance_states import DUE, IDLE, OPEN, LentRules, definition
from components.operations.weekdays import WEEKDAYS
from components.workflow.workflow import Workflow, WorkflowArgs

ORDINALS = ("first", "second", "third", "fourth")
"""Weeks of a month in which each weekday is found in every month."""


@dataclass(frozen=True, kw_only=True)
class WindowArgs:
    """One window, in local time."""

    name: str
    """Name of the window."""
    starts_at: datetime
    """Start; of a window that comes back any one of its starts."""
    weekly: bool
    """Whether it comes back each week, or each month on the same day of the same week."""
    duration_minutes: int
    """Length."""
    reason: str
    """What users are told."""
    week_of_month: int | None = None
    """Of a window that comes back: 1 to 4 for the first to fourth such weekday of each month only."""
    next_starts: Sequence[datetime] = ()
    """Of a monthly window: its next start in each month of the calendar, at which alarms are muted."""
    notices_past: Sequence[int] = ()
    """Of a window on a date: notices (hours ahead) whose time has passed. AWS takes no schedule in the past."""
    has_begun: bool = False
    """Of a window on a date: whether its start has passed, too."""

    def __post_init__(self) -> None:
        """Raises ValueError where a month does not have such a window once, or a mute rule more than one start."""
        if self.week_of_month is not None and not (self.weekly and 1 <= self.week_of_month <= len(ORDINALS)):
            raise ValueError(f"a monthly window has weekly and a week of the month of 1 to 4; got {self.week_of_month}")
        if len({start.month for start in self.next_starts}) < len(self.next_starts):
            raise ValueError("the next starts of a monthly window are in different months of the calendar")


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


def monthly_expression(moment: datetime, window: WindowArgs) -> str | None:
    """EventBridge Scheduler expression for `moment` in each month, `moment` being the one of one window.

    The days whole weeks before a first Sunday are Sundays with a number, too, or the last one of the month before
    (user guide, "Cron-based schedules": ``1#2`` and ``1L``, where 1 is Sunday). None for other days: the Saturday
    before a first Sunday is a month's first one or a month's last.
    """
    weeks, days = divmod((window.starts_at.date() - moment.date()).days, 7)
    if days or window.week_of_month is None:
        return None
    week = window.week_of_month - weeks
    day = f"{moment.isoweekday() % 7 + 1}{f'#{week}' if week else 'L'}"
    return f"cron({moment.minute} {moment.hour} ? * {day} *)"


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

    Creates: parameter, workflow, role, and for each window one schedule a notice, one each for
    start and end, and a mute rule. A monthly window has a parameter that says its stage, too, and a schedule that sets
    it a week ahead: what happens on a day that no cron expression says, is looked at each week, and done in its stage.
    It has a mute rule for each month of the calendar: their cron knows no first Sunday.
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
        stages = {
            window.name: aws.ssm.Parameter(
                f"{name}-{window.name}-{_day_name(window)}",  # another day is another parameter, which is idle
                name=f"{args.parameter_name}-{window.name}-{_day_name(window)}",
                type="String",
                tier="Standard",
                insecure_value=IDLE,
                allowed_pattern=f"^({IDLE}|{DUE}|{OPEN})$",
                description="Stage of a monthly window",
                opts=pulumi.ResourceOptions(parent=self, ignore_changes=["insecureValue"]),
            )
            for window in args.windows
            if window.week_of_month is not None
        }
        workflow = Workflow(
            name,
            WorkflowArgs(
                description="Opens and closes maintenance windows",
                definition=definition(
                    parameter=parameter.name,
                    page=args.page,
                    topic_arn=args.topic_arn,
                    lent_rules=args.lent_rules,
                    monthly=bool(stages),
                ),
                statements=[
                    allow(["ssm:PutParameter"], [parameter.arn, *(each.arn for each in stages.values())]),
                    *([allow(["ssm:GetParameter"], [each.arn for each in stages.values()])] if stages else ()),
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
            self._schedule(args, workflow, stages)
        self.register_outputs({"parameterName": self.parameter_name, "stateMachineArn": self.state_machine_arn})

    def _schedule(self, args: MaintenanceArgs, workflow: Workflow, stages: dict[str, aws.ssm.Parameter]) -> None:
        child = pulumi.ResourceOptions(parent=self)
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
            stage = stages[window.name].name if window.name in stages else None
            started = {"arn": workflow.arn, "role_arn": role.arn}
            for hours in args.notice_hours:
                if hours in window.notices_past:
                    continue
                moment = window.starts_at - timedelta(hours=hours)
                if stage is None or monthly_expression(moment, window):
                    target = {"arn": PUBLISH, "role_arn": role.arn, "input": _notice_ahead(window, hours, args)}
                else:
                    notice = _ahead(window, hours, args)
                    told = {"phase": "ahead", "subject": subject(window, "ahead", args.time_zone), "while": DUE}
                    target = {**started, "input": _asked({**notice, **told}, stage)}
                self._at(f"{window.name}-{hours}h-ahead", moment, window, args, target)
            if stage is not None:
                target = {**started, "input": _asked({"phase": "due", "window": window.name, "mark": DUE}, stage)}
                self._at(f"{window.name}-due", window.starts_at - timedelta(weeks=1), window, args, target)
            for phase, moment in (("start", window.starts_at), ("end", ends_at)):
                if phase == "start" and window.has_begun:
                    continue
                message = {
                    "phase": phase,
                    "window": window.name,
                    "subject": subject(window, phase, args.time_zone),
                    "message": in_words(window, phase, args.time_zone),
                }
                if phase == "start":
                    message["page"] = page_body(_until(window, ends_at), args.time_zone)
                if stage is not None:
                    message |= {"mark": OPEN} if phase == "start" else {"mark": IDLE, "while": OPEN}
                target = {**started, "input": _asked(message, stage)}
                self._at(f"{window.name}-{phase}", moment, window, args, target)
            for suffix, expression in _mutes(window) if args.muted_alarm_names else ():
                aws.cloudwatch.AlarmMuteRule(
                    f"{self._name}-{window.name}-mute{suffix}",
                    name=f"{args.mute_rule_prefix}-{window.name}{suffix}",
                    description=window.reason,
                    rule={
                        "schedule": {
                            "expression": expression,
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
        target: dict[str, Any],
    ) -> None:
        aws.scheduler.Schedule(
            f"{self._name}-{suffix}",
            description=window.reason,
            schedule_expression=_expression(window, moment),
            schedule_expression_timezone=args.time_zone,
            flexible_time_window={"mode": "OFF"},
            kms_key_arn=args.kms_key_arn,
            target={**target, "retry_policy": {"maximum_event_age_in_seconds": 900, "maximum_retry_attempts": 10}},
            opts=pulumi.ResourceOptions(parent=self),
        )


def _expression(window: WindowArgs, moment: datetime) -> str:
    return monthly_expression(moment, window) or local_expression(moment, weekly=window.weekly)


def _asked(event: dict[str, Any], stage: pulumi.Output[str] | None) -> pulumi.Output[str] | str:
    """`event` as the workflow's input, with the parameter that says the stage of a monthly window."""
    return json.dumps(event) if stage is None else json_text({**event, "stage": stage})


def _mutes(window: WindowArgs) -> list[tuple[str, str]]:
    """Suffix of the name, and expression, of each mute rule."""
    if window.week_of_month is None:
        return [("", mute_expression(window.starts_at, weekly=window.weekly))]
    return [(f"-{start:%m}", mute_expression(start, weekly=False)) for start in window.next_starts]


def _ahead(window: WindowArgs, hours: int, args: MaintenanceArgs) -> dict[str, Any]:
    return {
        "schema": 1,
        "service": "plant-api",
        "event": "maintenance-ahead",
        "window": window.name,
        "hours": hours,
        "duration_minutes": window.duration_minutes,
        "time_zone": args.time_zone,
        "message": in_words(window, "ahead", args.time_zone),
    }


def _notice_ahead(window: WindowArgs, hours: int, args: MaintenanceArgs) -> pulumi.Output[str]:
    return json_text(
        {
            "TopicArn": args.topic_arn,
            "Subject": subject(window, "ahead", args.time_zone),
            "Message": json.dumps(_ahead(window, hours, args)),
        }
    )


def in_words(window: WindowArgs, phase: str, time_zone: str) -> str:
    """What users read `ahead`, at the `start` and at the `end` of a window: from when to when, why, what to do."""
    starts, ends = window.starts_at, window.starts_at + timedelta(minutes=window.duration_minutes)
    day = f"every {starts:%A}" if window.weekly else f"on {starts:%A, %d %B %Y}"
    if window.week_of_month is not None:
        day = f"on the {ORDINALS[window.week_of_month - 1]} {starts:%A} of the month"
    if phase == "end":
        return f"Maintenance of the Plant API is over ({window.reason}). Send requests again."
    until = f"{_other_day(window, '%A, %d %B %Y')}{ends:%H:%M}"
    when = f"until {until}" if phase == "start" else f"{day} from {starts:%H:%M} to {until}"
    return (
        f"Maintenance of the Plant API {when} ({time_zone}): {window.reason}. Requests are answered with status 503"
        " until it is over; send them again then."
    )


def subject(window: WindowArgs, phase: str, time_zone: str) -> str:
    """Subject of the same notice, in the 100 ASCII characters that a mail's subject may have."""
    starts, ends = window.starts_at, window.starts_at + timedelta(minutes=window.duration_minutes)
    if phase == "end":
        return "Plant API maintenance is over"
    other = _other_day(window, "%d %b")
    if phase == "start":
        return f"Plant API maintenance has begun, until {other}{ends:%H:%M} {time_zone}"
    day = f"{starts:%A}" if window.weekly else f"{starts:%d %b %Y}"
    return f"Plant API maintenance on {day}, {starts:%H:%M}-{other}{ends:%H:%M} {time_zone}"


def _other_day(window: WindowArgs, dated: str) -> str:
    """The day on which a window ends and a space, a date as `dated` says; nothing where it is that of the start."""
    ends = window.starts_at + timedelta(minutes=window.duration_minutes)
    if ends.date() == window.starts_at.date():
        return ""
    return f"{ends:%A} " if window.weekly else f"{ends:{dated}} "


def _day_name(window: WindowArgs) -> str:
    return f"{WEEKDAYS[window.starts_at.weekday()].lower()}-{window.week_of_month}"


def _until(window: WindowArgs, ends_at: datetime) -> str:
    return f"{ends_at:%H:%M}" if window.weekly else f"{ends_at:%Y-%m-%dT%H:%M}"
