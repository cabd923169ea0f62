"""Roles of the repository's workflows: one that reads for previews, one that deploys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.iam_policy import Statement, allow, document

ISSUER = "token.actions.githubusercontent.com"
"""Issuer of the workflows' tokens."""

READ = (
    "appconfig:Get*",
    "appconfig:List*",
    "autoscaling:Describe*",
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
    "logs:List*",
    "s3:GetBucket*",
    "s3:GetEncryptionConfiguration",
    "s3:GetLifecycleConfiguration",
    "scheduler:Get*",
    "scheduler:List*",
    "sns:Get*",
    "sns:List*",
    "ssm:Describe*",
    "ssm:List*",
    "states:Describe*",
    "states:List*",
    "wafv2:Get*",
    "wafv2:List*",
)
"""Enough for `pulumi preview --refresh`; no content of buckets, logs or streams."""

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

    The account's OpenID Connect provider for GitHub belongs to the account, not to a stack. Creates: two roles,
    each with its policy.
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
    roles = [f"arn:aws:iam::{args.account_id}:role/plant-*"]  # every role of the stack is named so
    return [
        allow(
            [f"{service}:*" for service in REGIONAL_SERVICES],
            [f"arn:aws:{service}:{args.region}:{args.account_id}:*" for service in REGIONAL_SERVICES],
        ),
        allow(["s3:*"], ["arn:aws:s3:::plant-*"]),
        allow(
            ["route53:ChangeResourceRecordSets", "route53:GetHostedZone", "route53:ListResourceRecordSets"],
            ["arn:aws:route53:::hostedzone/*"],
        ),
        allow(["route53:GetChange"], ["arn:aws:route53:::change/*"]),
        allow(["budgets:*"], [f"arn:aws:budgets::{args.account_id}:budget/*"]),
        # A role that a deployment makes can't do more than the boundary allows.
        allow(
            ["iam:CreateRole", "iam:PutRolePolicy", "iam:DeleteRolePolicy", "iam:AttachRolePolicy"],
            roles,
            {"StringEquals": {"iam:PermissionsBoundary": args.permissions_boundary_arn}},
        ),
        allow(["iam:DeleteRole", "iam:TagRole", "iam:UntagRole", "iam:UpdateRole", "iam:PassRole"], roles),
        allow(["iam:*InstanceProfile*"], [f"arn:aws:iam::{args.account_id}:instance-profile/*"]),
    ]
