"""Bounds what an always-on stack can spend: fleets go to their minimum, and rate limits become tight, while the month
can't end within its budget."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import pulumi
import pulumi_aws as aws

from components.access.iam_policy import allow, use_key
from components.operations.brake_states import allowed_spend, definition
from components.operations.rate_limits import RateLimits
from components.workflow.scheduled import Start, scheduled
from components.workflow.workflow import WorkflowArgs


@dataclass(frozen=True, kw_only=True)
class SpendBrakeArgs:
    """Budget, fleets, and how often it looks."""

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
    """Who is told when it is pulled and when it is let go."""
    parameter_name: str
    """Parameter that is ``on`` while the fleets are held."""
    budget_name: pulumi.Input[str]
    """Budget that knows the spend."""
    monthly_limit_usd: Decimal
    """US dollars a month."""
    minimum_percent: int
    """Share of the limit that a month with the fleets at their minimum costs."""
    every_hours: int
    """How often it looks."""
    groups: Mapping[str, tuple[pulumi.Input[str], int]]
    """Fleet -> name of its group, and its declared maximum."""
    limits: RateLimits | None
    """Rate limits to tighten; None for a web ACL of one's own, whose hours alone are above any small budget."""


def looking_schedule(name: str) -> str:
    """Logical name of the schedule that starts the brake `name`."""
    return f"{name}-look"


class SpendBrake(pulumi.ComponentResource):
    """Holds the fleets at their minimum as soon as the rest of the month at that minimum would just pay off.

    It reads the month's spend from the budget itself, every few hours: a budget's notice says that a threshold was
    passed, once, and neither how much was spent by which day nor that a new month has begun. AWS reports spend 8 to
    12 hours late, so the worst case counts that and the time between two looks. Rate limits are tightened, too; they
    are a caller's, so they bound no sum, and the worst case doesn't count on them. On the first of the month little is
    spent, and fleets and callers get back what is declared.
    Creates: parameter, workflow, role, schedule.
    """

    state_machine_arn: pulumi.Output[str]
    """ARN of the workflow."""

    def __init__(self, name: str, args: SpendBrakeArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("plant:components:SpendBrake", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        own = f"{args.region}:{args.account_id}"
        state = aws.ssm.Parameter(
            f"{name}-state",
            name=args.parameter_name,
            type="String",
            tier="Standard",
            insecure_value="off",  # `value` would be hidden as a secret
            allowed_pattern="^(on|off)$",
            description="on while the spend brake holds the fleets at their minimum",
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=["insecureValue"]),
        )
        workflow = scheduled(
            (name, f"{name}-scheduler"),
            WorkflowArgs(
                description="Holds the fleets at their minimum while the budget can't pay for more",
                definition=definition(
                    stack=args.stack,
                    budget={"AccountId": args.account_id, "BudgetName": args.budget_name},
                    allowed_usd=allowed_spend(args.monthly_limit_usd, args.minimum_percent),
                    parameter=state.name,
                    groups=args.groups,
                    limits=args.limits,
                    topic_arn=args.topic_arn,
                ),
                statements=[
                    allow(
                        ["budgets:ViewBudget"],
                        [pulumi.Output.concat(f"arn:aws:budgets::{args.account_id}:budget/", args.budget_name)],
                    ),
                    allow(["autoscaling:DescribeAutoScalingGroups"], "*"),  # knows no resources
                    allow(
                        ["autoscaling:UpdateAutoScalingGroup"],
                        [
                            pulumi.Output.concat(
                                f"arn:aws:autoscaling:{own}:autoScalingGroup:*:autoScalingGroupName/", group
                            )
                            for group, _ in args.groups.values()
                        ],
                    ),
                    *(args.limits.statements() if args.limits else ()),
                    allow(["ssm:GetParameter", "ssm:PutParameter"], [state.arn]),
                    allow(["sns:Publish"], [args.topic_arn]),
                    use_key(args.kms_key_arn),
                ],
                log_group_arn=args.log_group_arn,
                account_id=args.account_id,
            ),
            {
                looking_schedule(name): Start(
                    expression=f"rate({args.every_hours} hour{'s' if args.every_hours > 1 else ''})",
                    description="Looks at the month's spend",
                )
            },
            args.kms_key_arn,
            child,
        )
        self.state_machine_arn = workflow.arn
        self.register_outputs({"stateMachineArn": self.state_machine_arn})
