"""Data rules about ssm."""

from __future__ import annotations

from typing import Final

from deployment.tokens import PARAMETER
from policies.finding import Severity
from policies.rule import Rule
from policies.table import must_have, row

RULES: Final[tuple[Rule, ...]] = (
    row(
        "data-parameter-customer-key",
        PARAMETER,
        must_have("keyId", "the ARN of the stack's key"),
        where={"type": ("SecureString",)},
        title="Secure parameters are encrypted with a key of one's own",
        severity=Severity.MEDIUM,
        why="The account's default key lets in everybody of the account who may read parameters.",
        fix="Set keyId to the stack's key.",
        source="https://docs.aws.amazon.com/systems-manager/latest/userguide/secure-string-parameter-kms-encryption.html",
        frameworks=("checkov:CKV_AWS_337",),
    ),
)
