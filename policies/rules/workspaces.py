"""Data rules about desktops."""

from __future__ import annotations

from typing import Final

from deployment.tokens import WORKSPACE
from policies.finding import Risk, Severity
from policies.rule import Rule
from policies.table import must_be, row

RULES: Final[tuple[Rule, ...]] = (
    row(
        "data-desktop-encrypted",
        WORKSPACE,
        must_be("rootVolumeEncryptionEnabled", True),
        must_be("userVolumeEncryptionEnabled", True),
        title="Volumes of desktops are encrypted at rest",
        severity=Severity.HIGH,
        risk=Risk.LEAK,
        why="What people keep on a desktop is readable in its volumes and snapshots. It can't be switched on later.",
        fix="Set rootVolumeEncryptionEnabled and userVolumeEncryptionEnabled to true.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/workspaces-controls.html#workspaces-1",
        frameworks=("checkov:CKV_AWS_155", "checkov:CKV_AWS_156", "fsbp:WorkSpaces.1", "fsbp:WorkSpaces.2"),
    ),
)
