"""What no role of the stack may ever do, whatever its own policy says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.access.iam_policy import allow, application_arns, deny, document

PULL = (
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:GetAuthorizationToken",
    "ecr:GetDownloadUrlForLayer",
)
"""What pulling an image from a private registry takes."""

WORKLOAD_ACTIONS = (
    "appconfig:GetLatestConfiguration",
    "appconfig:ListDeployments",
    "appconfig:StartConfigurationSession",
    "appconfig:StartDeployment",
    "autoscaling:CompleteLifecycleAction",
    "autoscaling:DescribeAutoScalingGroups",
    "autoscaling:SetInstanceProtection",
    "autoscaling:UpdateAutoScalingGroup",
    "cloudwatch:DeleteAlarms",
    "cloudwatch:DescribeAlarms",
    "cloudwatch:GetMetricData",
    "ec2:DescribeTags",
    *PULL,
    "elasticache:DeleteReplicationGroup",
    "elasticache:DeleteServerlessCache",
    "elasticloadbalancing:DeleteLoadBalancer",
    "elasticloadbalancing:DescribeRules",
    "elasticloadbalancing:DescribeTargetHealth",
    "elasticloadbalancing:ModifyRule",
    "kms:Decrypt",
    "kms:GenerateDataKey",
    "logs:*LogDelivery",
    "logs:CreateLogStream",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:ListLogDeliveries",
    "logs:PutLogEvents",
    "sns:Publish",
    "states:ListExecutions",
    "states:StartExecution",
    "tag:GetResources",
    "wafv2:DeleteWebACL",
    "wafv2:GetIPSet",
    "wafv2:GetRuleGroup",
    "wafv2:GetWebACL",
    "wafv2:UpdateIPSet",
    "wafv2:UpdateRuleGroup",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
)
"""What the workloads of a stack do, and nothing by which one of them could act as somebody else: who deploys writes the
policies of these roles, and by `ssm:SendCommand` or `states:UpdateStateMachine` would have the rights of every
instance and workflow in the account."""

CHANGES_BY_TAG = (
    "autoscaling:CompleteLifecycleAction",
    "autoscaling:SetInstanceProtection",
    "autoscaling:UpdateAutoScalingGroup",
    "cloudwatch:DeleteAlarms",
    "elasticache:Delete*",
    "elasticloadbalancing:DeleteLoadBalancer",
    "elasticloadbalancing:ModifyRule",
    "states:StartExecution",
    "wafv2:DeleteWebACL",
    "wafv2:Update*",
)
"""Of these, what changes or deletes a resource, each kind of which tells its tags in the request (the same reference).
Not `sns:Publish`: messages reach people and services of others."""

SERVICES_WITH_TAGS = (
    "appconfig",
    "autoscaling",
    "cloudwatch",
    "dynamodb",
    "ecr",
    "elasticache",
    "elasticloadbalancing",
    "kms",
    "logs",
    "sns",
    "ssm",
    "states",
    "wafv2",
)
"""Services that tell the tags of a resource in a request (Service Authorization Reference, read 2026-11)."""


@dataclass(frozen=True, kw_only=True)
class PermissionsBoundaryArgs:
    """Where the boundary holds."""

    account_id: str
    """Account of the stack."""
    region: str
    """The only region in which the roles may act, but for pulling images."""
    stack_tag: tuple[str, str]
    """Tag that names one stack."""
    sibling_tags: str
    """Pattern of the values that the tag has on other stacks of the program, whose resources are theirs alone."""
    parameter_path: str
    """How the names of this stack's parameters begin."""
    image_regions: Sequence[str]
    """Other Regions, from whose registries software is pulled."""
    only_on: Mapping[str, Sequence[str]]
    """Action -> ARNs of the only things on which it is done: what belongs to somebody else, such as an event bus or a
    table, and what no tag tells from another stack's."""
    path: str
    """IAM path of what restrains the stack (the boundary, the budget's policy), which no role of the stack may change:
    begins and ends with a slash."""
    restrained_roles_arn: str
    """Pattern of the ARNs of the roles that the budget may restrain."""
    restraint_arn: str
    """ARN of the policy by which it does; the only one that any role of the stack may attach."""


class PermissionsBoundary(pulumi.ComponentResource):
    """A policy used as boundary: no other Region or stack, and of identity management what the budget guard does.

    Somebody else's data are named in it, so an administrator runs the `pulumi up` that adds a data store, too.

    Whoever deploys a stack writes the policies of its roles, so what those may not do to prod has to stand here.

    Creates: policy.
    """

    arn: pulumi.Output[str]
    """ARN of the boundary policy."""

    def __init__(self, name: str, args: PermissionsBoundaryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("plant:components:PermissionsBoundary", name, {}, opts)
        not_own = {"StringNotEquals": {f"aws:ResourceTag/{args.stack_tag[0]}": args.stack_tag[1]}}
        policy = aws.iam.Policy(
            f"{name}-policy",
            path=args.path,
            description="Bounds the roles of the Plant API stack",
            policy=document(
                allow(
                    WORKLOAD_ACTIONS,
                    "*",
                    {"StringEquals": {"aws:RequestedRegion": args.region}},
                ),
                # IAM binds it to no policy: a role by itself would change those of every stack. What it needs for its
                # logs is declared (KeptLogs); AWS may add what is missing when a state machine is told to log.
                allow(
                    ["logs:PutResourcePolicy"],
                    "*",
                    {"StringEquals": {"aws:RequestedRegion": args.region}, "Bool": {"aws:ViaAWSService": "true"}},
                ),
                *(
                    [allow(PULL, "*", {"StringEquals": {"aws:RequestedRegion": sorted(args.image_regions)}})]
                    if args.image_regions
                    else ()
                ),
                # In one statement, since a policy has 6,144 characters: each action knows things of its own kind only.
                *(
                    [allow(sorted(args.only_on), sorted({arn for arns in args.only_on.values() for arn in arns}))]
                    if args.only_on
                    else ()
                ),
                # Others keep secrets in theirs, mostly without a tag.
                allow(
                    ["ssm:GetParameter", "ssm:PutParameter"],
                    [f"arn:aws:ssm:{args.region}:{args.account_id}:parameter{args.parameter_path}*"],
                ),
                # AWS Budgets is a global service, so its calls are made in a Region that isn't the stack's.
                allow(["budgets:ViewBudget"], ["arn:aws:budgets::*:budget/*"]),
                allow(
                    ["iam:AttachRolePolicy", "iam:DetachRolePolicy"],
                    [args.restrained_roles_arn],
                    {"ArnEquals": {"iam:PolicyARN": args.restraint_arn}},
                ),
                # What has no tag is the platform's: its load balancer, its firewall.
                deny(CHANGES_BY_TAG, [f"arn:aws:*:{args.region}:{args.account_id}:*"], not_own),
                deny(["appconfig:StartDeployment"], application_arns(args.region, args.account_id), not_own),
                deny(
                    [f"{service}:*" for service in SERVICES_WITH_TAGS],
                    "*",
                    {"StringLike": {f"aws:ResourceTag/{args.stack_tag[0]}": args.sibling_tags}, **not_own},
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
