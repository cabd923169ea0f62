"""No role reads all data of the account."""

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

READS = (
    "s3:GetObject",
    "ssm:GetParameter",
    "ssm:GetParameters",
    "ssm:GetParametersByPath",
    "secretsmanager:GetSecretValue",
)


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """No statement reads every object, parameter or secret."""
    for grant in grants(resource, context):
        found = grant.allows(*READS)
        if found and grant.everywhere:
            yield Problem(
                f"{grant.path} allows {found[0]} on everything; name the bucket, parameter or secret", grant.path
            )


RULE = Rule(
    id="iam-no-exfiltration",
    title="No role reads all data of the account",
    severity=Severity.HIGH,
    why="One compromised instance would read every bucket, parameter and secret.",
    fix="Name the ARNs as Resource.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html",
    frameworks=("checkov:CKV_AWS_288",),
    types=POLICY_HOLDERS,
    reads_graph=True,
    check=check,
    passing={
        "policy": (
            ROLE_POLICY[0],
            {"policy": granting("ssm:GetParameter", resource="arn:aws:ssm:us-east-1:123456789012:parameter/plant/*")},
        )
    },
    failing={"policy": (ROLE_POLICY[0], {"policy": granting("ssm:GetParameter")})},
)
