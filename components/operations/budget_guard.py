"""What happens when the money runs out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import pulumi
import pulumi_aws as aws

from components.access.iam_policy import allow, deny, document
from components.access.workload_role import WorkloadRole, WorkloadRoleArgs

NEW_CAPACITY = (
    "autoscaling:CreateAutoScalingGroup",
    "autoscaling:SetDesiredCapacity",
    "ec2:RunInstances",
    "elasticache:Create*",
    "elasticloadbalancing:CreateLoadBalancer",
    "wafv2:CreateWebACL",
)
"""What starts to cost by the hour."""
LARGER_GROUP = {"NumericGreaterThan": {"autoscaling:MaxSize": "0"}}
"""An update that leaves a group some size. Before it deletes a group the provider empties it by an update to 0."""


@dataclass(frozen=True, kw_only=True)
class BudgetGuardArgs:
    """Limit, and who is told or stopped."""

    account_id: str
    """Account of the stack."""
    monthly_limit_usd: Decimal
    """US dollars a month."""
    tag: tuple[str, str]
    """Cost-allocation tag of all resources of the stack."""
    notice_percents: Sequence[int]
    """Shares of the limit at which actual spend is reported."""
    action_percent: int
    """Share of the limit at which new capacity is denied."""
    emails: Sequence[str]
    """Who is told by mail."""
    topic_arn: pulumi.Input[str]
    """Who else is told."""
    path: str
    """IAM path of the deny policy and of the role that attaches it, where the restrained role may change nothing."""
    policy_name: str
    """Name of the deny policy, which the boundary of all roles knows."""
    restrained_role_name: pulumi.Input[str]
    """Role that is denied new capacity."""
    restrained_role_arn: pulumi.Input[str]
    """ARN of that role."""


class BudgetGuard(pulumi.ComponentResource):
    """Budget on the stack's tag that reports actual and forecast spend, and denies new capacity at the limit.

    AWS learns of costs 8 to 12 hours late, so this is the last line and not the first: the estimate before each
    deployment is. It restrains the deploying role only: parking still works, the fleets scale on within their
    bounds, and people are not held back. The first two budgets with actions are free. The budget sees nothing until
    the tag is activated as a cost-allocation tag, once an account, in the Billing console (it takes a day).
    Creates: budget, deny policy, role, action.
    """

    budget_name: pulumi.Output[str]
    """Name of the budget."""

    def __init__(self, name: str, args: BudgetGuardArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("plant:components:BudgetGuard", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        who = {"subscriber_email_addresses": list(args.emails), "subscriber_sns_topic_arns": [args.topic_arn]}
        at = {"comparison_operator": "GREATER_THAN", "threshold_type": "PERCENTAGE", **who}
        budget = aws.budgets.Budget(
            f"{name}-budget",
            budget_type="COST",
            time_unit="MONTHLY",
            limit_unit="USD",
            limit_amount=str(args.monthly_limit_usd),
            cost_filters=[{"name": "TagKeyValue", "values": [f"user:{args.tag[0]}${args.tag[1]}"]}],
            notifications=[
                *(
                    {"notification_type": "ACTUAL", "threshold": float(percent), **at}
                    for percent in args.notice_percents
                ),
                {"notification_type": "FORECASTED", "threshold": 100.0, **at},
            ],
            opts=child,
        )
        policy = aws.iam.Policy(
            f"{name}-no-new-capacity",
            name=args.policy_name,
            path=args.path,
            description="Attached by AWS Budgets when the Plant API has spent its money",
            policy=document(deny(NEW_CAPACITY, "*"), deny(["autoscaling:UpdateAutoScalingGroup"], "*", LARGER_GROUP)),
            opts=child,
        )
        role = WorkloadRole(
            f"{name}-guard",
            WorkloadRoleArgs(
                description="Attaches the policy that denies new capacity",
                service="budgets.amazonaws.com",
                statements=[
                    allow(
                        ["iam:AttachRolePolicy", "iam:DetachRolePolicy"],
                        [args.restrained_role_arn],
                        {"ArnEquals": {"iam:PolicyARN": policy.arn}},
                    )
                ],
                account_id=args.account_id,
                path=args.path,
            ),
            child,
        )
        aws.budgets.BudgetAction(
            f"{name}-action",
            budget_name=budget.name,
            action_type="APPLY_IAM_POLICY",
            approval_model="AUTOMATIC",
            notification_type="ACTUAL",
            action_threshold={
                "action_threshold_type": "PERCENTAGE",
                "action_threshold_value": float(args.action_percent),
            },
            definition={"iam_action_definition": {"policy_arn": policy.arn, "roles": [args.restrained_role_name]}},
            execution_role_arn=role.arn,
            subscribers=[{"subscription_type": "EMAIL", "address": address} for address in args.emails],
            opts=child,
        )
        self.budget_name = budget.name
        self.register_outputs({"budgetName": self.budget_name})
