"""Data rules about database migration."""

from __future__ import annotations

from typing import Final

from deployment.tokens import REPLICATION_INSTANCE
from policies.finding import Risk, Severity
from policies.rule import Rule
from policies.table import must_be, row

RULES: Final[tuple[Rule, ...]] = (
    row(
        "data-migration-not-public",
        REPLICATION_INSTANCE,
        must_be("publiclyAccessible", False, None),
        title="Replication instances have no public address",
        severity=Severity.CRITICAL,
        risk=Risk.EXPOSURE,
        why="It holds the credentials of the databases that it copies.",
        fix="Leave publiclyAccessible at false, which the provider asks for where it is left out.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/dms-controls.html#dms-1",
        frameworks=("checkov:CKV_AWS_89", "fsbp:DMS.1"),
        mends=True,
    ),
)
