"""Data rules about kms."""

from __future__ import annotations

from typing import Final

from deployment.tokens import KEY
from policies.finding import Severity
from policies.rule import Rule
from policies.table import at_least, must_be, must_have, row

RULES: Final[tuple[Rule, ...]] = (
    row(
        "data-key-deletion-window",
        KEY,
        at_least("deletionWindowInDays", 7, "days", or_absent=True),
        title="KMS keys can be saved from deletion",
        severity=Severity.MEDIUM,
        why="Data encrypted with a deleted key is gone; the waiting time is the only way back.",
        fix="Set deletionWindowInDays to 7 or more, or leave it out (30).",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/kms-controls.html#kms-3",
        frameworks=("fsbp:KMS.3",),
    ),
    row(
        "data-key-described",
        KEY,
        must_have("description", "what the key encrypts"),
        title="KMS keys say what they are for",
        severity=Severity.LOW,
        why="A key nobody can explain is one nobody dares to delete, at $1 a month.",
        fix="Set description.",
        source="https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html",
        frameworks=("pulumi:missingDescription",),
    ),
    row(
        "data-key-enabled",
        KEY,
        must_be("isEnabled", True, None),
        title="KMS keys are enabled",
        severity=Severity.MEDIUM,
        why="With its key disabled, what is encrypted can be neither read nor written.",
        fix="Leave isEnabled at true.",
        source="https://docs.aws.amazon.com/kms/latest/developerguide/enabling-keys.html",
        frameworks=("checkov:CKV_AWS_227",),
    ),
    row(
        "data-key-lockout-check",
        KEY,
        must_be("bypassPolicyLockoutSafetyCheck", False, None),
        title="KMS key policies can't lock everybody out",
        severity=Severity.MEDIUM,
        why="A policy that its author can't change any more makes the key, and the data, unmanageable.",
        fix="Leave bypassPolicyLockoutSafetyCheck at false.",
        source="https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html",
        frameworks=("pulumi:disallowBypassPolicyLockoutSafetyCheck",),
        mends=True,
    ),
)
