"""Data rules about iam."""

from __future__ import annotations

from typing import Final

from policies.finding import Severity
from policies.rule import Rule
from policies.rules._grants import EXPOSING, MANAGING, POLICY_HOLDERS, READING_DATA, allows_nowhere
from policies.table import row

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
)
