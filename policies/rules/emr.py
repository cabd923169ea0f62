"""Data rules about EMR."""

from __future__ import annotations

from typing import Final

from deployment.tokens import EMR_PUBLIC_ACCESS
from policies.finding import Risk, Severity
from policies.rule import Rule
from policies.table import must_be, row

RULES: Final[tuple[Rule, ...]] = (
    row(
        "data-clusters-block-public-access",
        EMR_PUBLIC_ACCESS,
        must_be("blockPublicSecurityGroupRules", True),
        title="The account starts no EMR cluster that the internet reaches",
        severity=Severity.HIGH,
        risk=Risk.EXPOSURE,
        why="Switched off, a cluster may be started with any port open to everybody.",
        fix="Set blockPublicSecurityGroupRules to true.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/emr-controls.html#emr-2",
        frameworks=("fsbp:EMR.2",),
    ),
)
