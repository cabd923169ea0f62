"""Data rules about sns."""

from __future__ import annotations

from typing import Final

from deployment.tokens import TOPIC
from policies.finding import Severity
from policies.rule import Rule
from policies.table import must_have, row

RULES: Final[tuple[Rule, ...]] = (
    row(
        "data-topic-encrypted",
        TOPIC,
        must_have("kmsMasterKeyId", "the ARN of the stack's key"),
        title="SNS topics are encrypted",
        severity=Severity.MEDIUM,
        why="Notices name resources, users and faults.",
        fix="Set kmsMasterKeyId to the stack's key.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/sns-controls.html#sns-1",
        frameworks=("checkov:CKV_AWS_26", "fsbp:SNS.1"),
    ),
)
