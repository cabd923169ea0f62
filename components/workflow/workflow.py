"""A Step Functions state machine with its role and log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from components.access.iam_policy import Statement, allow
from components.access.workload_role import WorkloadRole, WorkloadRoleArgs
from components.json_text import json_text

LOG_DELIVERY = (
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
)
"""What a state machine needs to log; these actions know no resources (Step Functions guide, "Logging")."""
TRACING = ("xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets")


@dataclass(frozen=True, kw_only=True)
class WorkflowArgs:
    """What the workflow does, and what it may do."""

    description: str
    """What the role is for, as the console shows it."""
    definition: Mapping[str, Any]
    """Amazon States Language; values may be outputs."""
    statements: Sequence[Statement]
    """What its tasks may do."""
    log_group_arn: pulumi.Input[str]
    """Log group of the executions; a name under ``/aws/vendedlogs/`` keeps the account's log policy short."""
    account_id: str
    """Account of the stack."""


class Workflow(pulumi.ComponentResource):
    """Standard state machine that is logged and traced.

    Creates: role with its policy, state machine.
    """

    arn: pulumi.Output[str]
    """ARN of the state machine."""
    role_arn: pulumi.Output[str]
    """Role of its executions."""

    def __init__(self, name: str, args: WorkflowArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("plant:components:Workflow", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        role = WorkloadRole(
            f"{name}-workflow",
            WorkloadRoleArgs(
                description=args.description,
                service="states.amazonaws.com",
                statements=[*args.statements, allow([*LOG_DELIVERY, *TRACING], "*")],
                account_id=args.account_id,
            ),
            child,
        )
        machine = aws.sfn.StateMachine(
            f"{name}-machine",
            role_arn=role.arn,
            type="STANDARD",
            definition=json_text(args.definition),
            logging_configuration={
                "level": "ALL",
                "include_execution_data": True,
                "log_destination": pulumi.Output.concat(args.log_group_arn, ":*"),
            },
            tracing_configuration={"enabled": True},
            opts=child,
        )
        self.arn, self.role_arn = machine.arn, role.arn
        self.register_outputs({"arn": self.arn})
