"""Data rules about ssm."""

from __future__ import annotations

from typing import Final

from deployment.tokens import PARAMETER, SSM_DOCUMENT
from policies.finding import Risk, Severity
from policies.rule import Rule
from policies.table import must_have, must_not_be, row

RULES: Final[tuple[Rule, ...]] = (
    row(
        "data-parameter-customer-key",
        PARAMETER,
        must_have("keyId", "the ARN of a customer managed key"),
        where={"type": ("SecureString",)},
        title="Secure parameters are encrypted with a key of one's own",
        severity=Severity.MEDIUM,
        why="The account's default key lets in everybody of the account who may read parameters.",
        fix="Set keyId to the ARN of a customer managed key.",
        source="https://docs.aws.amazon.com/systems-manager/latest/userguide/secure-string-parameter-kms-encryption.html",
        frameworks=("checkov:CKV_AWS_337",),
    ),
    row(
        "operations-documents-not-public",
        SSM_DOCUMENT,
        must_not_be("permissions.account_ids", "All", "all", use="name the accounts"),
        title="Documents of Systems Manager are shared with named accounts only",
        severity=Severity.CRITICAL,
        risk=Risk.EXPOSURE,
        why="A document tells everybody how machines are run, and what they fetch from where.",
        fix="Name the accounts in permissions.account_ids.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/ssm-controls.html#ssm-4",
        frameworks=("fsbp:SSM.4",),
    ),
)
