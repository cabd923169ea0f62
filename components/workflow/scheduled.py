"""A workflow that a schedule starts."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.access.iam_policy import allow, use_key
from components.access.workload_role import WorkloadRole, WorkloadRoleArgs
from components.workflow.workflow import Workflow, WorkflowArgs


@dataclass(frozen=True, kw_only=True)
class Start:
    """When a workflow is started, and with what."""

    expression: str
    """Expression of EventBridge Scheduler."""
    description: str
    """What happens then."""
    time_zone: str | None = None
    """IANA time zone of the expression. Default: UTC."""
    given: str = "{}"
    """Input of the execution, as JSON."""


def scheduled(
    names: tuple[str, str],
    args: WorkflowArgs,
    starts: dict[str, Start],
    kms_key_arn: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> Workflow:
    """A workflow, and the schedules (logical name -> start) that start it by a role of their own.

    `names` are the logical names of the workflow and of the role.
    """
    workflow = Workflow(names[0], args, opts)
    start_by_schedule(names[1], workflow, args.account_id, starts, kms_key_arn, opts)
    return workflow


def start_by_schedule(
    role_name: str,
    workflow: Workflow,
    account_id: str,
    starts: dict[str, Start],
    kms_key_arn: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> None:
    """Schedules (logical name -> start) of a workflow that exists, and their role."""
    first = next(iter(starts.values()))
    role = WorkloadRole(
        role_name,
        WorkloadRoleArgs(
            description=f"Starts a workflow: {first.description}",
            service="scheduler.amazonaws.com",
            statements=[allow(["states:StartExecution"], [workflow.arn]), use_key(kms_key_arn)],
            account_id=account_id,
        ),
        opts,
    )
    for name, start in starts.items():
        aws.scheduler.Schedule(
            name,
            description=start.description,
            schedule_expression=start.expression,
            schedule_expression_timezone=start.time_zone,
            state="ENABLED",
            flexible_time_window={"mode": "OFF"},
            kms_key_arn=kms_key_arn,
            target={
                "arn": workflow.arn,
                "role_arn": role.arn,
                "input": start.given,
                "retry_policy": {"maximum_event_age_in_seconds": 3600, "maximum_retry_attempts": 20},
            },
            opts=opts,
        )
