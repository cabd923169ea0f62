"""Data rules about iam."""

from __future__ import annotations

from typing import Final

from deployment.tokens import ATTACHED_POLICY, EVENT_PERMISSION
from policies.finding import Risk, Severity
from policies.rule import Rule
from policies.rules._documents import names_principals
from policies.rules._grants import EXPOSING, MANAGING, POLICY_HOLDERS, READING_DATA, allows_nowhere
from policies.table import must_have, row

RULES: Final[tuple[Rule, ...]] = (
    row(
        "iam-no-credentials-exposure",
        POLICY_HOLDERS,
        allows_nowhere(*EXPOSING, name="the resource that the credential is for"),
        title="No role hands out credentials at large",
        severity=Severity.HIGH,
        why="Such an action returns credentials of somebody else.",
        fix="Name the resource that the credential is for.",
        source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html",
        frameworks=("checkov:CKV_AWS_287",),
    ),
    row(
        "iam-no-exfiltration",
        POLICY_HOLDERS,
        allows_nowhere(*READING_DATA, name="the bucket, parameter or secret"),
        title="No role reads all data of the account",
        severity=Severity.HIGH,
        why="One compromised instance would read every bucket, parameter and secret.",
        fix="Name the ARNs as Resource.",
        source="https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html",
        frameworks=("checkov:CKV_AWS_288",),
    ),
    row(
        "iam-no-permissions-management",
        POLICY_HOLDERS,
        allows_nowhere(*MANAGING, name="the resource"),
        title="No role may change the permissions of every resource",
        severity=Severity.HIGH,
        why="Who may change any resource's policy may open every one of them.",
        fix="Name the ARNs as Resource, or add a condition.",
        source="https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html",
        frameworks=("checkov:CKV_AWS_289",),
    ),
    row(
        "data-attached-policies-not-public",
        ATTACHED_POLICY,
        names_principals("policy", "events:PutEvents"),
        names_principals("policyDocument", "codeartifact:ReadFromRepository"),
        names_principals("accessPolicy", "glacier:InitiateJob"),
        names_principals("resourcePolicy", "s3tables:GetTableData"),
        names_principals("details.policy", "s3:GetObject"),
        title="Policies of buses, streams, tables, vaults and access points admit named principals only",
        severity=Severity.CRITICAL,
        risk=Risk.EXPOSURE,
        why="Whoever has an AWS account reads what is behind it, or writes to it.",
        fix="Name the principals in the policy, or bind them by aws:PrincipalOrgID or aws:SourceArn.",
        source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-resources.html",
        frameworks=(
            "checkov:CKV_AWS_167",
            "prowler:eventbridge_bus_exposed",
            "prowler:glacier_vaults_policy_public_access",
            "prowler:efs_not_publicly_accessible",
        ),
    ),
    row(
        "data-event-bus-not-public",
        EVENT_PERMISSION,
        must_have("condition", "key aws:PrincipalOrgID with the organization's id"),
        where={"principal": ("*",)},
        title="Event buses take events of named accounts only",
        severity=Severity.CRITICAL,
        risk=Risk.EXPOSURE,
        why="Whoever has an AWS account puts events on the bus, and what hears them believes them.",
        fix="Set principal to an account, or condition to the organization.",
        source="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus-perms.html",
        frameworks=("prowler:eventbridge_bus_exposed",),
    ),
)
