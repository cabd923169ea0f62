"""Data rules about kinesis."""

from __future__ import annotations

from typing import Final

from deployment.tokens import STREAM
from policies.finding import Risk, Severity
from policies.rule import Rule
from policies.table import must_be, row

RULES: Final[tuple[Rule, ...]] = (
    row(
        "data-stream-encrypted",
        STREAM,
        must_be("encryptionType", "KMS"),
        title="Kinesis streams are encrypted at rest",
        severity=Severity.MEDIUM,
        risk=Risk.LEAK,
        why="Records lie in the stream for a day and more.",
        fix="Set encryptionType to KMS, and kmsKeyId to alias/aws/kinesis or a key of your own.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/kinesis-controls.html#kinesis-1",
        frameworks=("checkov:CKV_AWS_43", "fsbp:Kinesis.1"),
    ),
)
