"""Data rules about redshift."""

from __future__ import annotations

from typing import Final

from deployment.tokens import REDSHIFT, REDSHIFT_WORKGROUP
from policies.finding import Risk, Severity
from policies.rule import Rule
from policies.table import must_be, row

RULES: Final[tuple[Rule, ...]] = (
    row(
        "data-warehouse-encrypted",
        REDSHIFT,
        must_be("encrypted", True, None),
        title="Redshift clusters are encrypted at rest",
        severity=Severity.HIGH,
        risk=Risk.LEAK,
        why="Storage and snapshots are readable by whoever gets hold of them.",
        fix="Leave encrypted at true, which AWS takes since 2025.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/redshift-controls.html#redshift-10",
        frameworks=("checkov:CKV_AWS_64", "fsbp:Redshift.10"),
    ),
    row(
        "data-warehouse-not-public",
        (*REDSHIFT, *REDSHIFT_WORKGROUP),
        must_be("publiclyAccessible", False, None),
        title="Redshift clusters have no public address",
        severity=Severity.CRITICAL,
        risk=Risk.EXPOSURE,
        why="A warehouse on the internet is one password away from everybody.",
        fix="Leave publiclyAccessible at false.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/redshift-controls.html#redshift-1",
        frameworks=(
            "checkov:CKV_AWS_87",
            "fsbp:Redshift.1",
            "fsbp:RedshiftServerless.3",
            "awsguard:redshift-cluster-public-access",
        ),
        mends=True,
    ),
)
