"""Roles of the repository's workflows: one that reads for previews, one that deploys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.access.iam_policy import Statement, allow, deny, document

ISSUER = "token.actions.githubusercontent.com"
"""Issuer of the workflows' tokens."""

READ = (
    "acm:Describe*",
    "acm:List*",
    "appconfig:Get*",
    "appconfig:List*",
    "autoscaling:Describe*",
    "budgets:DescribeBudgetAction*",
    "budgets:ListTagsForResource",
    "budgets:ViewBudget",
    "cloudwatch:Describe*",
    "cloudwatch:Get*",
    "cloudwatch:List*",
    "ec2:Describe*",
    "elasticache:Describe*",
    "elasticache:List*",
    "elasticloadbalancing:Describe*",
    "events:Describe*",
    "events:List*",
    "iam:Get*",
    "iam:List*",
    "kms:Describe*",
    "kms:Get*",
    "kms:List*",
    "logs:Describe*",
    "logs:GetDataProtectionPolicy",
    "logs:List*",
    "route53:GetChange",
    "route53:GetHostedZone",
    "route53:List*",
    "s3:GetAccelerateConfiguration",
    "s3:GetBucket*",
    "s3:GetEncryptionConfiguration",
    "s3:GetLifecycleConfiguration",
    "s3:GetReplicationConfiguration",
    "s3:ListBucket",
    "scheduler:Get*",
    "scheduler:List*",
    "sns:Get*",
    "sns:List*",
    "ssm:Describe*",
    "ssm:List*",
    "states:Describe*",
    "states:List*",
    "states:ValidateStateMachineDefinition",
    "wafv2:Get*",
    "wafv2:List*",
)
"""What `pulumi preview --refresh` asks, as far as the provider's documentation tells; no content of objects, logs or
streams."""

WITHOUT_RESOURCE = (
    "acm:RequestCertificate",
    "appconfig:CreateApplication",
    "appconfig:CreateDeploymentStrategy",
    "kms:CreateKey",
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DeleteResourcePolicy",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
)
"""What a deployment calls before there is a resource to name (Service Authorization Reference, read 2026-11)."""

SERVICES_WITH_LINKED_ROLE = (
    "autoscaling.amazonaws.com",
    "elasticache.amazonaws.com",
    "elasticloadbalancing.amazonaws.com",
    "spot.amazonaws.com",
    "wafv2.amazonaws.com",
)
"""Services that make a role of their own in an account that uses them for the first time."""

REGIONAL_SERVICES = (
    "acm",
    "appconfig",
    "autoscaling",
    "cloudwatch",
    "ec2",
    "elasticache",
    "elasticloadbalancing",
    "events",
    "kms",
    "logs",
    "scheduler",
    "sns",
    "ssm",
    "states",
    "wafv2",
)
"""Services in which a deployment creates resources, each within its own region and account."""


@dataclass(frozen=True, kw_only=True)
class CiAccessArgs:
    """Which workflows, and where they may act."""

    account_id: str
    """Account of the stack."""
    region: str
    """Region of the stack."""
    repository: str
    """GitHub repository, ``owner/name``."""
    environment: str
    """GitHub environment whose approved jobs may deploy."""
    permissions_boundary_arn: pulumi.Input[str]
    """Boundary that every role it creates has to have."""


class CiAccess(pulumi.ComponentResource):
    """Roles without long-lived keys: GitHub's token is exchanged for a session.

    The account's OpenID Connect provider for GitHub belongs to the account, not to a stack. The deploying role can
    change neither these roles nor the boundary, or it could raise its own rights: an administrator runs the first
    `pulumi up`, and those that change them. Creates: two roles, each with its policy.
    """

    preview_role_arn: pulumi.Output[str]
    """Role of previews: any branch or pull request of the repository, reading only."""
    deploy_role_arn: pulumi.Output[str]
    """Role of deployments: jobs of one environment only."""
    deploy_role_name: pulumi.Output[str]
    """Its name."""

    def __init__(self, name: str, args: CiAccessArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("plant:components:CiAccess", name, {}, opts)
        preview = self._role(
            f"{name}-preview",
            "Previews of pull requests read the stack",
            args,
            f"repo:{args.repository}:pull_request",
            # Describing and listing know no resources.
            [allow(READ, "*"), _own_parameters(args)],
        )
        deploy = self._role(
            f"{name}-deploy",
            "Deployments of the stack",
            args,
            f"repo:{args.repository}:environment:{args.environment}",
            [allow(READ, "*"), _own_parameters(args), *_deployment(args)],
        )
        self.preview_role_arn = preview.arn
        self.deploy_role_arn = deploy.arn
        self.deploy_role_name = deploy.name
        self.register_outputs({"previewRoleArn": self.preview_role_arn, "deployRoleArn": self.deploy_role_arn})

    def _role(
        self, name: str, description: str, args: CiAccessArgs, subject: str, statements: Sequence[Statement]
    ) -> aws.iam.Role:
        role = aws.iam.Role(
            f"{name}-role",
            description=description,
            max_session_duration=3600,
            assume_role_policy=document(
                {
                    "Effect": "Allow",
                    "Principal": {"Federated": f"arn:aws:iam::{args.account_id}:oidc-provider/{ISSUER}"},
                    "Action": "sts:AssumeRoleWithWebIdentity",
                    "Condition": {"StringEquals": {f"{ISSUER}:aud": "sts.amazonaws.com", f"{ISSUER}:sub": subject}},
                }
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        aws.iam.RolePolicy(
            f"{name}-policy", role=role.name, policy=document(*statements), opts=pulumi.ResourceOptions(parent=self)
        )
        return role


def _own_parameters(args: CiAccessArgs) -> Statement:
    return allow(["ssm:GetParameter*"], [f"arn:aws:ssm:{args.region}:{args.account_id}:parameter/plant/*"])


def _deployment(args: CiAccessArgs) -> list[Statement]:
    account = f"arn:aws:iam::{args.account_id}"
    roles = [f"{account}:role/plant-*"]  # every role of the stack is named so
    here = {"StringEquals": {"aws:RequestedRegion": args.region}}
    bounded = {"StringEquals": {"iam:PermissionsBoundary": args.permissions_boundary_arn}}
    return [
        allow(
            [f"{service}:*" for service in REGIONAL_SERVICES],
            [
                *(f"arn:aws:{service}:{args.region}:{args.account_id}:*" for service in REGIONAL_SERVICES),
                f"arn:aws:cloudwatch::{args.account_id}:dashboard/*",  # dashboards have no Region
            ],
        ),
        allow(WITHOUT_RESOURCE, "*", here),
        # Images and public parameters belong to no account.
        allow(["ec2:RunInstances"], [f"arn:aws:ec2:{args.region}::image/*"]),
        allow(["ssm:GetParameter*"], [f"arn:aws:ssm:{args.region}::parameter/aws/service/*"]),
        allow(["s3:*"], ["arn:aws:s3:::plant-*"]),
        allow(["route53:ChangeResourceRecordSets"], ["arn:aws:route53:::hostedzone/*"]),
        allow(["budgets:*"], [f"arn:aws:budgets::{args.account_id}:budget/*"]),
        # A role that a deployment makes can't do more than the boundary allows.
        allow(
            [
                "iam:AttachRolePolicy",
                "iam:CreateRole",
                "iam:DeleteRolePolicy",
                "iam:DetachRolePolicy",
                "iam:PutRolePermissionsBoundary",
                "iam:PutRolePolicy",
            ],
            roles,
            bounded,
        ),
        allow(
            [
                "iam:DeleteRole",
                "iam:PassRole",
                "iam:TagRole",
                "iam:UntagRole",
                "iam:UpdateAssumeRolePolicy",
                "iam:UpdateRole",
                "iam:UpdateRoleDescription",
            ],
            roles,
        ),
        allow(["iam:*InstanceProfile*"], [f"{account}:instance-profile/*"]),
        allow(
            [
                "iam:CreatePolicy",
                "iam:CreatePolicyVersion",
                "iam:DeletePolicy",
                "iam:DeletePolicyVersion",
                "iam:TagPolicy",
                "iam:UntagPolicy",
            ],
            [f"{account}:policy/plant-budget-*"],
        ),
        allow(
            ["iam:CreateServiceLinkedRole"],
            [f"{account}:role/aws-service-role/*"],
            {"StringEquals": {"iam:AWSServiceName": list(SERVICES_WITH_LINKED_ROLE)}},
        ),
        # It must not change its own rights.
        deny(
            ["iam:Attach*", "iam:Delete*", "iam:Detach*", "iam:PassRole", "iam:Put*", "iam:Update*"],
            [f"{account}:role/plant-ci-*"],
        ),
    ]
