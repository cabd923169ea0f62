"""Data rules about efs."""

from __future__ import annotations

from typing import Final

from deployment.tokens import FILE_SYSTEM
from policies.finding import Risk, Severity
from policies.rule import Rule
from policies.table import must_be, row

RULES: Final[tuple[Rule, ...]] = (
    row(
        "data-file-system-encrypted",
        FILE_SYSTEM,
        must_be("encrypted", True),
        title="File systems are encrypted at rest",
        severity=Severity.HIGH,
        risk=Risk.LEAK,
        why="Its storage and backups are readable by whoever gets hold of them. It can't be switched on later.",
        fix="Set encrypted to true.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/efs-controls.html#efs-1",
        frameworks=("checkov:CKV_AWS_42", "fsbp:EFS.1", "awsguard:efs-encrypted"),
        mends=True,
    ),
)
