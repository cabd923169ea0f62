"""What no role of the stack may ever do, whatever its own policy says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.access.iam_policy import allow, deny, document

WORKLOAD_SERVICES = (
    "appconfig:*",
    "autoscaling:*",
    "cloudwatch:*",
    "dynamodb:*Item",
    "dynamodb:Query",
    "ec2:Describe*",
    "ecr:*",
    "elasticache:*",
    "elasticloadbalancing:*",
    "events:*",
    "kms:Decrypt",
    "kms:GenerateDataKey",
    "lambda:InvokeFunction",
    "logs:*",
    "rds-db:connect",
    "s3:GetObject",
    "sns:*",
    "sqs:*",
    "ssm:*",
    "ssmmessages:*",
    "states:*",
    "tag:GetResources",
    "wafv2:*",
    "xray:*",
)
"""Everything the workloads of this stack work with."""


@dataclass(frozen=True, kw_only=True)
class PermissionsBoundaryArgs:
    """Where the boundary holds."""

    region: str
    """The only region in which the roles may act."""
    path: str
    """IAM path of what restrains the stack (the boundary, the budget's policy), which no role of the stack may change:
    begins and ends with a slash."""
    restrained_roles_arn: str
    """Pattern of the ARNs of the roles that the budget may restrain."""
    restraint_arn: str
    """ARN of the policy by which it does; the only one that any role of the stack may attach."""


class PermissionsBoundary(pulumi.ComponentResource):
    """A policy used as boundary: no other Region, and of identity management only what the budget guard does.

    Creates: policy.
    """

    arn: pulumi.Output[str]
    """ARN of the boundary policy."""

    def __init__(self, name: str, args: PermissionsBoundaryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("plant:components:PermissionsBoundary", name, {}, opts)
        policy = aws.iam.Policy(
            f"{name}-policy",
            path=args.path,
            description="Bounds the roles of the Plant API stack",
            policy=document(
                allow(
                    WORKLOAD_SERVICES,
                    "*",
                    {"StringEquals": {"aws:RequestedRegion": args.region}},
                ),
                # AWS Budgets is a global service, so its calls are made in a Region that isn't the stack's.
                allow(["budgets:ViewBudget"], ["arn:aws:budgets::*:budget/*"]),
                allow(
                    ["iam:AttachRolePolicy", "iam:DetachRolePolicy"],
                    [args.restrained_roles_arn],
                    {"ArnEquals": {"iam:PolicyARN": args.restraint_arn}},
                ),
                deny(
                    [
                        "iam:CreateUser",
                        "iam:CreateAccessKey",
                        "iam:DeleteRolePermissionsBoundary",
                        "iam:PutRolePermissionsBoundary",
                        "organizations:*",
                        "account:*",
                    ],
                    "*",
                ),
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.arn = policy.arn
        self.register_outputs({"arn": self.arn})


def bound_roles(
    arn: pulumi.Input[str], path: str
) -> Callable[[pulumi.ResourceTransformationArgs], pulumi.ResourceTransformationResult | None]:
    """Transformation that puts the boundary `arn` on every role beneath what it is given to.

    Roles that name no path come under `path`, where who deploys may make roles. So a role can't be declared without
    either by forgetting an argument. What has to act beyond the boundary, the deploying workflow, is declared without
    the transformation.
    """

    def bound(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        if args.type_ == "aws:iam/role:Role":
            props = {**args.props, "permissions_boundary": arn, "path": args.props.get("path") or path}
        elif args.type_ == "aws:iam/instanceProfile:InstanceProfile":
            props = {**args.props, "path": path}
        else:
            return None
        return pulumi.ResourceTransformationResult(props, args.opts)

    return bound
