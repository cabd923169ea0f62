"""Data rules about kms."""

from __future__ import annotations

from typing import Final

from deployment.tokens import EXTERNAL_KEY, KEY, KEY_POLICY, REPLICA_EXTERNAL_KEY, REPLICA_KEY
from policies.finding import Risk, Severity
from policies.rule import Rule
from policies.rules._documents import names_principals
from policies.table import Beside, at_least, companion, must_be, must_have, row

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
    row(
        "data-key-policy",
        (*KEY, *KEY_POLICY, *REPLICA_KEY, *EXTERNAL_KEY, *REPLICA_EXTERNAL_KEY),
        names_principals("policy", "kms:Decrypt"),
        title="KMS keys admit named principals only",
        severity=Severity.CRITICAL,
        risk=Risk.EXPOSURE,
        why="A key that is open to anybody protects nothing.",
        fix="Name the principals in policy, or bind them by kms:CallerAccount.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/kms-controls.html#kms-5",
        frameworks=("checkov:CKV_AWS_33", "fsbp:KMS.5"),
    ),
    row(
        "data-key-policy-declared",
        KEY,
        companion(Beside(KEY_POLICY, "keyId", "aws.kms.KeyPolicy", inline=("policy",))),
        title="KMS keys say who may use them",
        severity=Severity.MEDIUM,
        why="The default policy leaves it to every identity policy of the account.",
        fix="Set policy with named principals, or add aws.kms.KeyPolicy.",
        source="https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html",
        frameworks=("checkov:CKV2_AWS_64",),
    ),
    row(
        "data-key-rotates",
        KEY,
        must_be("enableKeyRotation", True),
        where={"customerMasterKeySpec": (None, "SYMMETRIC_DEFAULT")},
        title="KMS keys rotate",
        severity=Severity.MEDIUM,
        why="Rotation bounds what one key's material ever protects.",
        fix="Set enableKeyRotation to true.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/kms-controls.html#kms-4",
        frameworks=(
            "checkov:CKV_AWS_7",
            "fsbp:KMS.4",
            "awsguard:cmk-backing-key-rotation-enabled",
            "pulumi:enableKeyRotation",
        ),
        mends=True,
    ),
)
