"""No role hands out credentials at large."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import ROLE_POLICY
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._grants import POLICY_HOLDERS, granting, grants

if TYPE_CHECKING:
    from collections.abc import Iterator

EXPOSING = (
    "chime:CreateApiKey",
    "codepipeline:PollForJobs",
    "cognito-identity:GetOpenIdToken",
    "cognito-identity:GetCredentialsForIdentity",
    "connect:GetFederationToken",
    "ecr:GetAuthorizationToken",
    "gamelift:RequestUploadCredentials",
    "iam:CreateAccessKey",
    "iam:CreateLoginProfile",
    "iam:CreateServiceSpecificCredential",
    "iam:ResetServiceSpecificCredential",
    "iam:UpdateAccessKey",
    "lightsail:GetInstanceAccessDetails",
    "rds-db:connect",
    "redshift:GetClusterCredentials",
    "sso:GetRoleCredentials",
    "sts:AssumeRole",
    "sts:AssumeRoleWithSAML",
    "sts:AssumeRoleWithWebIdentity",
    "sts:GetFederationToken",
    "sts:GetSessionToken",
)
HARMLESS = ("ecr:GetAuthorizationToken",)


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """No statement hands out credentials everywhere."""
    for grant in grants(resource, context):
        found = [action for action in grant.allows(*EXPOSING) if action not in HARMLESS]
        if found and grant.everywhere:
            yield Problem(f"{grant.path} allows {found[0]} everywhere; name the resource", grant.path)


RULE = Rule(
    id="iam-no-credentials-exposure",
    title="No role hands out credentials at large",
    severity=Severity.HIGH,
    why="Such an action returns credentials of somebody else.",
    fix="Name the resource that the credential is for.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html",
    frameworks=("checkov:CKV_AWS_287",),
    types=POLICY_HOLDERS,
    reads_graph=True,
    check=check,
    passing={
        "policy": (ROLE_POLICY[0], {"policy": granting("sts:AssumeRole", resource="arn:aws:iam::123456789012:role/x")})
    },
    failing={"policy": (ROLE_POLICY[0], {"policy": granting("sts:AssumeRole")})},
)
