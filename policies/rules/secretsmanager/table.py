"""Data rules about secretsmanager."""

from __future__ import annotations

from typing import Final

from deployment.tokens import SECRET_POLICY, SECRET_STORE
from policies.finding import Risk, Severity
from policies.rule import Rule
from policies.rules._documents import names_principals
from policies.table import must_have, row

RULES: Final[tuple[Rule, ...]] = (
    row(
        "data-secret-customer-key",
        SECRET_STORE,
        must_have("kmsKeyId", "the ARN of a key of your own"),
        title="Secrets are encrypted with a key of one's own",
        severity=Severity.MEDIUM,
        why="With a key of one's own a leaked permission to read secrets is not enough.",
        fix="Set kmsKeyId to the key's ARN.",
        source="https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html",
        frameworks=("checkov:CKV_AWS_149", "pulumi:configureCustomerManagedKey"),
    ),
    row(
        "data-secret-not-public",
        (*SECRET_POLICY, *SECRET_STORE),
        names_principals("policy", "secretsmanager:GetSecretValue"),
        title="Secrets admit named principals only",
        severity=Severity.CRITICAL,
        risk=Risk.EXPOSURE,
        why="A secret that anybody may read is none.",
        fix="Name the principals in policy.",
        source="https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_resource-policies.html",
        frameworks=("prowler:secretsmanager_not_publicly_accessible",),
    ),
)
